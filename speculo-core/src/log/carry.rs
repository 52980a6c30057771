//! Copying what is live into the next segment, and ending that.

use std::ops::Range;
use std::sync::Arc;

use super::census::Seqs;
use super::publish::Log;
use super::read::Wanted;
use crate::layout::segment::Geometry;
use crate::layout::{PAGE, align_up, index};
use crate::memory::{Chunk, Damage, Run, Segment};
use crate::schema::Kind;

/// The next segment while it is filled: nobody sees it before it is current.
#[derive(Debug)]
pub(crate) struct Carry {
    next: Log,
    kind: Kind,
    seed: u64,
    batch: Batch,
    /// Place of the last chunk, 0 if there is none.
    tail: u64,
    last_seq: u64,
}

impl Carry {
    /// Fills `next`, whose index is to be wiped before the first chunk comes to it.
    pub(crate) fn new(next: Log, kind: Kind, seed: u64) -> Self {
        Self { next, kind, seed, batch: Batch::default(), tail: 0, last_seq: 0 }
    }

    pub(super) fn next(&self) -> &Log {
        &self.next
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Zeroes `part` of the index, counted in bytes of the file.
    pub(crate) fn wipe(&mut self, part: Range<u64>) -> Result<(), Damage> {
        let scratch = self.next.scratch();
        scratch.wipe(part).ok_or_else(|| scratch.outside())
    }

    /// Copies all of `runs`, in log order. None of their chunks has a copy here.
    pub(crate) fn all(&mut self, from: &Arc<Segment>, runs: &[Range<u64>]) -> Result<(), Damage> {
        for run in runs {
            let mut part = Run::at(from, run.start);
            while part.end() < run.end {
                let chunk = part.take()?;
                if self.note(&part, &chunk) {
                    self.copy(&part)?;
                    self.settle()?;
                    part = Run::at(from, part.end());
                }
            }
            self.copy(&part)?;
        }
        self.settle()
    }

    /// Takes note of the last chunk of `part`, of which there is no copy here, and which is about to be
    /// [copied](Self::copy) with it. Whether it is time to do that, and to [settle](Self::settle).
    #[inline]
    pub(super) fn note(&mut self, part: &Run<'_>, chunk: &Chunk<'_>) -> bool {
        let hash = self.hash(chunk);
        self.tail = self.next.end() + (chunk.offset() - part.from());
        self.last_seq = chunk.seq();
        self.next.count(chunk);
        self.next.segment().prefetch_slot(hash);
        self.batch.is_full_with(hash, self.tail)
    }

    /// Hash of what `chunk` is looked up by.
    #[inline]
    pub(super) fn hash(&self, chunk: &Chunk<'_>) -> u64 {
        Wanted::of(self.kind, chunk).hash(self.seed)
    }

    /// Copies the chunks of `part`, all of which were noted.
    #[inline]
    pub(super) fn copy(&mut self, part: &Run<'_>) -> Result<(), Damage> {
        let scratch = self.next.scratch();
        scratch.carry(part).ok_or_else(|| scratch.outside())
    }

    /// Indexes what was copied.
    #[inline]
    pub(super) fn settle(&mut self) -> Result<(), Damage> {
        self.batch.settle(&mut self.next)
    }

    /// Copies the only chunk of `part`, which may replace one that is here; if not, then only if it is live at `now`.
    pub(super) fn replace(
        &mut self,
        part: &Run<'_>,
        chunk: &Chunk<'_>,
        now: u64,
    ) -> Result<Replaced, Damage> {
        let Some(spot) = self.next.resolve(&Wanted::of(self.kind, chunk), self.seed)? else {
            return Ok(Replaced::NoSlot);
        };
        if spot.is_new() && !chunk.is_live(|| now) {
            return Ok(Replaced::Nothing);
        }
        self.tail = self.next.end();
        self.last_seq = chunk.seq();
        self.next.adopt(part, chunk, &spot).ok_or_else(|| self.next.damage())?;
        Ok(Replaced::Done)
    }

    /// Ends the segment: everything that its readers need to know stands in it. It may grow up to `limit`.
    pub(crate) fn finish(mut self, seqs: &Seqs, limit: u64) -> Result<Log, Damage> {
        let blank = *self.next.segment().geometry();
        let scratch = self.next.scratch();
        // A spare may have more address space than is wanted: no more of it is used, but for what it has already.
        let region = scratch.memory().region();
        let geometry = Geometry {
            log_limit: align_up(limit.max(region.known()), PAGE).min(region.span()),
            carried_end: scratch.end(),
            carried_last_seq: self.last_seq,
            dropped_through: seqs.dropped_through,
            forgotten_through: seqs.forgotten_through,
            first_seq: seqs.next,
            ..blank
        };
        let ended = scratch.unalloc().and_then(|()| scratch.describe(&geometry.encode(), self.tail));
        ended.ok_or_else(|| scratch.outside())?;
        Ok(self.next.begin(geometry))
    }
}

/// What came of [`Carry::replace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It is here.
    Done,
    /// It says that something is gone, of which nothing is here.
    Nothing,
    /// The index takes no more keys.
    NoSlot,
}

/// Chunks on their way: while they are copied, the lines of the index that will name them come from memory.
#[derive(Debug)]
struct Batch {
    /// Hash and new place of each.
    chunks: [(u64, u64); Self::SIZE],
    len: usize,
}

impl Default for Batch {
    fn default() -> Self {
        Self { chunks: [(0, 0); Self::SIZE], len: 0 }
    }
}

impl Batch {
    const SIZE: usize = 32;

    /// Adds a chunk; whether that was the last that it takes.
    #[inline]
    fn is_full_with(&mut self, hash: u64, at: u64) -> bool {
        if let Some(place) = self.chunks.get_mut(self.len) {
            *place = (hash, at);
            self.len += 1;
        }
        self.len == Self::SIZE
    }

    /// Indexes the chunks, which have been copied by now.
    fn settle(&mut self, next: &mut Log) -> Result<(), Damage> {
        let scratch = next.scratch();
        for &(hash, at) in self.chunks.iter().take(self.len) {
            let slot = scratch.free_slot(hash).ok_or(Damage { at, what: "the index is too small" })?;
            let settled =
                scratch.pen().index(slot, index::slot(hash, at)).and_then(|()| scratch.attach(at, 0));
            settled.ok_or_else(|| scratch.outside())?;
        }
        self.len = 0;
        Ok(())
    }
}
