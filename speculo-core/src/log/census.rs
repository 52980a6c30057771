//! What is live: counted before a rollover that copies everything at once.

use std::ops::Range;
use std::sync::Arc;

use super::plan::Live;
use super::publish::Log;
use super::read::{Chunks, NO_PIN, at_slot};
use crate::layout::index;
use crate::layout::segment::Geometry;
use crate::memory::{Chunk, Damage, Run, Segment};
use crate::schema::Kind;

/// Looking at a chunk by way of the index costs as much as looking at so many in log order.
const INDEX_COST: u64 = 4;
/// Slots of the index that are looked ahead when it is walked.
const AHEAD: u64 = 32;
/// No writer lives to commit so much.
const MAX_SEQ: u64 = 1 << 62;

/// How far an area has come, and what of it is gone for good.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seqs {
    /// Seq of the next commit.
    pub(crate) next: u64,
    /// Highest seq that retention took away.
    pub(crate) dropped_through: u64,
    /// Highest seq of a tombstone that was left behind.
    pub(crate) forgotten_through: u64,
}

impl Seqs {
    /// Of an area whose current segment says `geometry`, before its log was looked at.
    pub(crate) fn begin(geometry: &Geometry) -> Self {
        Self {
            next: geometry.first_seq.max(1),
            dropped_through: geometry.dropped_through,
            forgotten_through: geometry.forgotten_through,
        }
    }

    /// A live chunk is left behind.
    pub(crate) fn drop(&mut self, chunk: &Chunk<'_>) {
        self.dropped_through = self.dropped_through.max(chunk.seq());
    }

    /// A tombstone is left behind.
    pub(crate) fn forget(&mut self, chunk: &Chunk<'_>) {
        self.forgotten_through = self.forgotten_through.max(chunk.seq());
    }

    /// An expired chunk is left behind. If it may have replaced something, then who still has that must hear of it.
    pub(crate) fn forget_expired(&mut self, chunk: &Chunk<'_>, kind: Kind) {
        if chunk.may_replace(kind) {
            self.forget(chunk);
        }
    }
}

/// What a segment holds that the next one has to, counted before a rollover.
#[derive(Clone, Debug, Default)]
pub(crate) struct Census {
    /// Where live chunks stand, one behind the other, in log order. Of those that are left behind nothing stays but where
    /// they end.
    runs: Vec<Range<u64>>,
    pub(crate) live: Live,
    pub(crate) seqs: Seqs,
}

impl Census {
    /// Of an area that is empty yet.
    pub(crate) fn empty() -> Self {
        Self { seqs: Seqs { next: 1, ..Seqs::default() }, ..Self::default() }
    }

    /// Walks the whole log of a segment that nobody writes to.
    pub(crate) fn of_log(segment: &Arc<Segment>, kind: Kind, now: u64) -> Result<Self, Damage> {
        let mut census = Self::begin(segment);
        let mut end = segment.geometry().log_start;
        for chunk in Chunks::new(segment, NO_PIN) {
            let chunk = chunk?;
            end = chunk.end();
            census.seqs.next = census.seqs.next.max(chunk.seq().saturating_add(1));
            // Newest per key first, **then** expiry: an expired version does not bring back the one before it.
            if !chunk.is_superseded(NO_PIN) {
                census.count(&chunk, kind, now);
            }
        }
        // Going on from here would lose what was committed behind a damaged control word, or count past the last seq.
        let damage = |what| Err(Damage { at: end, what });
        if segment.tail() >= end {
            return damage("the log ends before its last chunk");
        }
        if census.seqs.next > MAX_SEQ {
            return damage("its seqs are higher than any writer comes");
        }
        Ok(census)
    }

    /// Of the segment that the writer itself writes to, where a chunk is superseded if there is one after it: all of
    /// them are committed.
    pub(crate) fn of_own(log: &Log, kind: Kind, now: u64) -> Result<Self, Damage> {
        let segment = log.segment();
        let mut census = Self::begin(segment);
        census.seqs.next = log.next_seq();
        if Self::is_shorter_by_index(log) {
            census.count_index(segment, kind, now)?;
        } else {
            let mut run = Run::at(segment, segment.geometry().log_start);
            while run.end() < log.end() {
                let chunk = run.take()?;
                if !chunk.has_next() {
                    census.count(&chunk, kind, now);
                }
            }
        }
        Ok(census)
    }

    /// The log is read from one end to the other, as fast as memory gives it; the index leads to and fro. It is shorter
    /// where keys are replaced often.
    fn is_shorter_by_index(log: &Log) -> bool {
        let (slots, keys) = (log.segment().geometry().index_slots, log.used_slots());
        slots / 8 + keys * INDEX_COST < log.commits()
    }

    fn count_index(&mut self, segment: &Arc<Segment>, kind: Kind, now: u64) -> Result<(), Damage> {
        for slot in 0..segment.geometry().index_slots {
            segment.region().prefetch(index::slot_offset(segment.slot(slot + AHEAD)));
            if let Some(chunk) = at_slot(segment, slot, NO_PIN)? {
                self.count(&chunk, kind, now);
            }
        }
        self.runs.sort_unstable_by_key(|run| run.start);
        Ok(())
    }

    fn begin(segment: &Segment) -> Self {
        Self { seqs: Seqs::begin(segment.geometry()), ..Self::default() }
    }

    /// Where live chunks stand, one behind the other, in log order.
    pub(crate) fn runs(&self) -> &[Range<u64>] {
        &self.runs
    }

    /// Counts the newest chunk of a key or id.
    fn count(&mut self, chunk: &Chunk<'_>, kind: Kind, now: u64) {
        if chunk.is_tombstone() {
            self.seqs.forget(chunk);
        } else if !chunk.is_expired(|| now) {
            match self.runs.last_mut() {
                Some(run) if run.end == chunk.offset() => run.end = chunk.end(),
                _ => self.runs.push(chunk.offset()..chunk.end()),
            }
            self.live.chunks += 1;
            self.live.bytes += chunk.total_len();
        } else {
            self.seqs.forget_expired(chunk, kind);
        }
    }

    /// Leaves the oldest live chunks behind until at most `target` bytes stay.
    pub(crate) fn drop_to(&mut self, segment: &Arc<Segment>, target: u64) -> Result<(), Damage> {
        for run in &mut self.runs {
            let mut left = Run::at(segment, run.start);
            while left.end() < run.end && self.live.bytes > target {
                let chunk = left.take()?;
                self.live.chunks -= 1;
                self.live.bytes = self.live.bytes.saturating_sub(chunk.total_len());
                self.seqs.drop(&chunk);
            }
            run.start = left.end();
        }
        Ok(())
    }

    /// Leaves everything behind, as if it had been removed: that takes a seq of its own, so that those who have seen
    /// all there was notice it too.
    pub(crate) fn forget_all(&mut self) {
        self.seqs.forgotten_through = self.seqs.next;
        self.seqs.next = self.seqs.next.saturating_add(1);
        self.runs.clear();
        self.live = Live::default();
    }
}
