//! Memory of this process alone, filled from a file that is never mapped.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use memmap2::MmapMut;

use super::Region;
use super::region::FileId;
use crate::layout::{PAGE, align_up, put, to_usize, u64_at};

/// A copy of a file's bytes while it is made. Address space is cheap: only what is filled takes memory, the rest
/// reads as zeros.
#[derive(Debug)]
pub(crate) struct Private(MmapMut);

impl Private {
    /// Room for `len` bytes.
    pub(crate) fn new(len: u64) -> io::Result<Self> {
        MmapMut::map_anon(to_usize(align_up(len, PAGE))).map(Self)
    }

    /// Bytes that there is room for.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Reads bytes `from..to` of `file`: all of them, or it is an error.
    pub(crate) fn fill(&mut self, file: &File, from: u64, to: u64) -> io::Result<()> {
        let room = self.0.get_mut(to_usize(from)..to_usize(to)).ok_or(io::ErrorKind::InvalidInput)?;
        file.read_exact_at(room, from)
    }

    /// The word at `at`, 0 where there is none.
    pub(crate) fn word(&self, at: u64) -> u64 {
        if at < self.len() { u64_at(&self.0, at) } else { 0 }
    }

    /// Sets the word at `at`.
    pub(crate) fn set(&mut self, at: u64, word: u64) {
        if at < self.len() {
            put(&mut self.0, at, &word.to_le_bytes());
        }
    }

    /// From here on nobody writes to it (invariant 5). `id` names the file that it was copied from.
    pub(crate) fn finish(self, id: FileId) -> Region {
        Region::private(self.0, id)
    }
}
