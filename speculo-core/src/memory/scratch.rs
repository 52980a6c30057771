//! The writer's end of a log: the bytes behind the last committed chunk.

#![expect(
    unsafe_code,
    reason = "fills bytes that nobody else refers to; see the numbered invariants in `memory`"
)]

use std::ops::Range;

use super::lease::Ownership;
use super::region::Window;
use super::{Damage, Run, Writable};
use crate::layout::chunk::{
    ALLOC, AT_CONTROL, AT_EXPIRES, AT_ID, AT_KEY, AT_NEXT, AT_PREV, AT_SEQ, AT_VERSION, HEADER, Lengths,
    UNALL,
};
use crate::layout::index::EMPTY;
use crate::layout::segment::{AT_INDEX, AT_TAIL, Geometry, HEADER_LEN};
use crate::layout::{LINE, to_usize};
use crate::sync::Ordering;

/// The words of a chunk's header, but for the control words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) seq: u64,
    pub(crate) id: u64,
    pub(crate) version: u64,
    pub(crate) expires: u64,
    /// The chunk that it replaces; 0 = none.
    pub(crate) prev: u64,
    /// The key, if it is short.
    pub(crate) key: u64,
}

/// The unwritten part of a segment's log. Operations return `None` where [`outside`](Self::outside) says why.
/// There is one for each file, for it is made of the writer's ownership and
/// a mapping that the writer does not share.
#[derive(Debug)]
pub(crate) struct Scratch {
    memory: Writable,
    slots: u64,
    /// Everything before this offset is committed; nothing behind it is.
    end: u64,
}

impl Scratch {
    /// The log of `memory` from `start` on, behind an index of `slots`. The file is new, or was
    /// found to be held by nobody after it was retired.
    pub(crate) fn new(memory: Writable, slots: u64, start: u64, _owner: &Ownership) -> Self {
        Self { memory, slots, end: start }
    }

    pub(crate) fn memory(&self) -> &Writable {
        &self.memory
    }

    /// Where the next chunk will stand.
    #[inline]
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Bytes that the next chunk may take: what is reserved, less the marker behind it.
    #[inline]
    pub(crate) fn room(&self) -> u64 {
        self.memory.region().known().saturating_sub(self.end + LINE) & !(LINE - 1)
    }

    /// What it means if an operation on the scratch returns `None`: its numbers do not fit its file, which only a
    /// damaged file, or one that somebody else has shortened, can bring about.
    #[cold]
    pub(crate) fn outside(&self) -> Damage {
        Damage { at: self.end, what: "the log ends beyond the end of the file" }
    }

    #[inline]
    fn store(&self, at: u64, value: u64) -> Option<()> {
        // Relaxed: released by the commit, or by the store that makes the whole segment current. [O1]
        self.memory.word(at)?.store(value, Ordering::Relaxed);
        Some(())
    }

    /// The next chunk's payload and the bytes of a long key, `len` in all, to be filled.
    #[inline]
    pub(crate) fn body(&mut self, len: u64) -> Option<&mut [u8]> {
        if len.saturating_add(HEADER) > self.room() {
            return None;
        }
        // SAFETY: the bytes lie behind the last committed chunk (invariant 4), `self` is the file's only scratch,
        // and it is borrowed exclusively while the slice lives.
        unsafe { self.memory.bytes_mut(self.end + HEADER, len) }
    }

    /// As [`body`](Self::body): as much as there is room for beside `kept` bytes behind it.
    #[inline(always)]
    pub(crate) fn body_beside(&mut self, kept: u64) -> Option<&mut [u8]> {
        let len = self.room().checked_sub(HEADER + kept)?;
        // SAFETY: as in `body`.
        unsafe { self.memory.bytes_mut(self.end + HEADER, len) }
    }

    /// The first bytes of the next chunk's body, as far as they were filled.
    pub(crate) fn peek(&self, len: u64) -> Option<&[u8]> {
        if len.saturating_add(HEADER) > self.room() {
            return None;
        }
        // SAFETY: the bytes are scratch (invariant 4), written only through `body`, which borrows `self`
        // exclusively.
        unsafe { self.memory.region().bytes(self.end + HEADER, len) }
    }

    /// Marks the next chunk as being filled; readers see the log end there as before.
    pub(crate) fn alloc(&self) -> Option<()> {
        self.store(self.end + AT_CONTROL, ALLOC)
    }

    /// Marks the next chunk's place as empty.
    pub(crate) fn unalloc(&self) -> Option<()> {
        self.store(self.end + AT_CONTROL, UNALL)
    }

    /// The first free slot of the probe that starts at `hash`, for a key that is known to be new.
    pub(crate) fn free_slot(&self, hash: u64) -> Option<u64> {
        (0..self.slots).map(|step| hash.wrapping_add(step)).find(|slot| {
            let slot = slot & (self.slots - 1);
            // Relaxed: the writer reads what it wrote itself.
            let word = self.memory.word(AT_INDEX + slot * 8).map(|word| word.load(Ordering::Relaxed));
            word == Some(EMPTY)
        })
    }

    /// What commits the next chunk.
    #[inline(always)]
    pub(crate) fn pen(&self) -> Pen<'_> {
        Pen { memory: self.memory.window(), slots: self.slots, end: self.end }
    }

    /// The next chunk has been committed.
    #[inline(always)]
    pub(crate) fn advance(&mut self, total: u64) {
        self.end += total;
    }

    /// Appends a copy of the chunks of another segment's `run`, each of which is still to be
    /// [attached](Self::attach). The segment is not current yet; the store that makes it so publishes all of it.
    #[inline]
    pub(crate) fn carry(&mut self, run: &Run<'_>) -> Option<()> {
        if run.len() > self.room() {
            return None;
        }
        // SAFETY: the bytes of `run` are committed chunks of a leased segment (invariants 2 and 3), of which nothing
        // changes but `next`, and that by the writer alone, who is busy here. The place is scratch (invariant 4) of
        // a file that nobody else refers to, another than theirs, and `self` is borrowed exclusively.
        unsafe { self.memory.copy(self.end, run.segment().region(), run.from(), run.len()) }?;
        self.end += run.len();
        Some(())
    }

    /// Leaves nothing before the chunk that was carried to `at` but `prev`, which it replaces here (0 = none), and
    /// nothing behind it.
    #[inline]
    pub(crate) fn attach(&self, at: u64, prev: u64) -> Option<()> {
        self.store(at + AT_PREV, prev)?;
        self.store(at + AT_NEXT, 0)
    }

    /// Zeroes `part` of the index: once that was done to all of it, nothing of the file's earlier life can be reached.
    pub(crate) fn wipe(&mut self, part: Range<u64>) -> Option<()> {
        let start = Geometry::log_start(self.slots);
        if part.start < AT_INDEX || part.end > start || self.end != start {
            return None;
        }
        // SAFETY: the file is new, or was found to be held by nobody after it was retired, so nobody refers to any byte
        // of it: who leases it now finds that it is not what he came for (invariant 2). `self` is borrowed exclusively.
        unsafe { self.memory.zero(part.start, part.end.checked_sub(part.start)?) }
    }

    /// Writes the segment's header, once everything that it describes stands in its place.
    pub(crate) fn describe(&mut self, header: &[u8; HEADER_LEN], tail: u64) -> Option<()> {
        // SAFETY: as in `wipe`.
        unsafe { self.memory.write(0, header) }?;
        self.store(AT_TAIL, tail)
    }
}

/// Writes one chunk: header, links, commit, in the order of `docs/design.md`, "Publish".
#[derive(Clone, Copy)]
pub(crate) struct Pen<'a> {
    memory: Window<'a>,
    slots: u64,
    /// Where the chunk stands.
    end: u64,
}

impl Pen<'_> {
    /// Everything that precedes a commit of `total` bytes: the marker behind the chunk \[O2\], then its header.
    #[inline(always)]
    pub(crate) fn seal(&self, total: u64, header: &Header) -> Option<()> {
        self.unalloc_at(self.end + total)?;
        crate::failpoint::hit("publish.marked");
        let words = self.memory.words::<8>(self.end)?;
        // Relaxed: released by the commit, or by the store that makes the whole segment current. [O1]
        let values = [
            (AT_SEQ, header.seq),
            (AT_ID, header.id),
            (AT_VERSION, header.version),
            (AT_EXPIRES, header.expires),
            (AT_PREV, header.prev),
            (AT_NEXT, 0),
            (AT_KEY, header.key),
        ];
        for (at, value) in values {
            if let Some(word) = words.get(to_usize(at / 8)) {
                word.store(value, Ordering::Relaxed);
            }
        }
        Some(())
    }

    #[inline(always)]
    fn unalloc_at(&self, at: u64) -> Option<()> {
        self.memory.word(at + AT_CONTROL)?.store(UNALL, Ordering::Relaxed);
        Some(())
    }

    /// Names the sealed chunk as the successor of the one at `old`. \[O5\]
    #[inline(always)]
    pub(crate) fn link(&self, old: u64) -> Option<()> {
        self.memory.word(old + AT_NEXT)?.store(self.end, Ordering::Release);
        Some(())
    }

    /// Names the sealed chunk in index slot `slot`, taken round the index's end. \[O3\]
    #[inline(always)]
    pub(crate) fn index(&self, slot: u64, value: u64) -> Option<()> {
        let slot = slot & (self.slots - 1);
        self.memory.word(AT_INDEX + slot * 8)?.store(value, Ordering::Release);
        Some(())
    }

    /// Commits the sealed chunk: the one store that publishes \[O1\], then the hint \[O4\].
    #[inline(always)]
    pub(crate) fn commit(&self, lengths: Lengths) -> Option<()> {
        let word = self.memory.word(self.end + AT_CONTROL)?;
        word.store(lengths.written(), Ordering::Release);
        crate::failpoint::hit("publish.committed");
        self.memory.word(AT_TAIL)?.store(self.end, Ordering::Release);
        crate::failpoint::hit("publish.tailed");
        Some(())
    }
}
