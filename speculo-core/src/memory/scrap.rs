//! A deleted segment whose memory is given back piece by piece: for a large one, all at once takes milliseconds.

#![expect(unsafe_code, reason = "frees bytes that nobody refers to; see the numbered invariants in `memory`")]

use super::Writable;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Scrap {
    memory: Writable,
    /// Bytes that are not given back yet, from its begin.
    left: u64,
}

impl Scrap {
    /// `memory` is that of a segment which nobody held any more when its file was deleted.
    pub(crate) fn new(memory: Writable) -> Self {
        let left = memory.region().known();
        Self { memory, left }
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Gives the last `bytes` back; `false` if nothing is left, or that is not possible here.
    pub(crate) fn shed(&mut self, bytes: u64) -> bool {
        let from = self.left.saturating_sub(bytes);
        // SAFETY: nobody held the file when it was deleted, and who leases it now finds that it is not what he came for
        // (invariant 2), so nobody refers to any byte of it.
        let shed = unsafe { self.memory.release(from, self.left) };
        self.left = from;
        shed && from > 0
    }
}
