//! Rollover's work on the log: count what is live, plan the next segment, copy.

use std::ops::Range;
use std::sync::Arc;

use super::publish::Log;
use super::read::{Chunks, NO_PIN, at_slot};
use crate::layout::segment::{Geometry, MAX_LEN};
use crate::layout::{LINE, PAGE, align_up, index};
use crate::memory::scratch::Scratch;
use crate::memory::{Chunk, Damage, Run, Segment};
use crate::schema::Kind;

/// Index slots at least, singletons excepted.
const MIN_SLOTS: u64 = 16;
/// Small live sets get more room than they need for themselves, up to this: rollovers become rare, and both
/// segments still fit a cache.
const ROOM: u64 = 16 << 20;
/// Looking at a chunk by way of the index costs as much as looking at so many in log order.
const INDEX_COST: u64 = 4;
/// Slots of the index that are looked ahead when it is walked.
const AHEAD: u64 = 32;
/// No writer lives to commit so much.
const MAX_SEQ: u64 = 1 << 62;
/// Reserved ahead of use, at least.
pub(crate) const STRETCH: u64 = 1 << 20;

/// What a segment holds that the next one has to, counted before a rollover.
#[derive(Clone, Debug, Default)]
pub(crate) struct Census {
    /// Where live chunks stand, one behind the other, in log order.
    runs: Vec<Range<u64>>,
    /// Number of live chunks.
    live: u64,
    /// Bytes that they take.
    pub(crate) live_bytes: u64,
    /// Whether any of them can expire.
    pub(crate) expiring: bool,
    /// Seq of the next commit.
    pub(crate) next_seq: u64,
    pub(crate) dropped_through: u64,
    pub(crate) forgotten_through: u64,
}

impl Census {
    /// Of an area that is empty yet.
    pub(crate) fn empty() -> Self {
        Self { next_seq: 1, ..Self::default() }
    }

    /// Walks the whole log of a segment that nobody writes to.
    pub(crate) fn of_log(segment: &Arc<Segment>, now: u64) -> Result<Self, Damage> {
        let mut census = Self::begin(segment);
        let mut end = segment.geometry().log_start;
        for chunk in Chunks::new(segment, NO_PIN) {
            let chunk = chunk?;
            end = chunk.end();
            census.next_seq = census.next_seq.max(chunk.seq().saturating_add(1));
            // Newest per key first, **then** expiry: an expired version does not bring back the one before it.
            if !chunk.is_superseded(NO_PIN) {
                census.count(&chunk, now);
            }
        }
        // Going on from here would lose what was committed behind a damaged control word, or count past the last seq.
        let damage = |what| Err(Damage { at: end, what });
        if segment.tail() >= end {
            return damage("the log ends before its last chunk");
        }
        if census.next_seq > MAX_SEQ {
            return damage("its seqs are higher than any writer comes");
        }
        Ok(census)
    }

    /// Of the segment that the writer itself writes to, where a chunk is superseded if there is one after it: all of
    /// them are committed.
    pub(crate) fn of_own(log: &Log, now: u64) -> Result<Self, Damage> {
        let segment = log.segment();
        let mut census = Self::begin(segment);
        census.next_seq = log.next_seq();
        // The log is read from one end to the other, as fast as memory gives it; the index leads to and fro. It is
        // shorter where keys are replaced often.
        let (slots, keys) = (segment.geometry().index_slots, log.used_slots());
        if slots / 8 + keys * INDEX_COST < log.commits() {
            census.count_index(segment, now)?;
        } else {
            let mut run = Run::at(segment, segment.geometry().log_start);
            while run.end() < log.end() {
                let chunk = run.take()?;
                if !chunk.has_next() {
                    census.count(&chunk, now);
                }
            }
        }
        Ok(census)
    }

    fn count_index(&mut self, segment: &Arc<Segment>, now: u64) -> Result<(), Damage> {
        for slot in 0..segment.geometry().index_slots {
            segment.region().prefetch(index::slot_offset(segment.slot(slot + AHEAD)));
            if let Some(chunk) = at_slot(segment, slot, NO_PIN)? {
                self.count(&chunk, now);
            }
        }
        self.runs.sort_unstable_by_key(|run| run.start);
        Ok(())
    }

    fn begin(segment: &Segment) -> Self {
        let geometry = segment.geometry();
        Self {
            next_seq: geometry.first_seq.max(1),
            dropped_through: geometry.dropped_through,
            forgotten_through: geometry.forgotten_through,
            ..Self::default()
        }
    }

    /// Counts the newest chunk of a key or id.
    fn count(&mut self, chunk: &Chunk<'_>, now: u64) {
        if chunk.is_tombstone() {
            self.forgotten_through = self.forgotten_through.max(chunk.seq());
        } else if !chunk.is_expired(|| now) {
            match self.runs.last_mut() {
                Some(run) if run.end == chunk.offset() => run.end = chunk.end(),
                _ => self.runs.push(chunk.offset()..chunk.end()),
            }
            self.live += 1;
            self.live_bytes += chunk.total_len();
            self.expiring |= chunk.expires_at() != 0;
        }
    }

    /// Number of live chunks.
    pub(crate) fn live(&self) -> u64 {
        self.live
    }

    /// Leaves the oldest live chunks behind until at most `target` bytes stay.
    pub(crate) fn drop_to(&mut self, segment: &Arc<Segment>, target: u64) -> Result<(), Damage> {
        let mut dropped = 0;
        for run in &mut self.runs {
            let mut left = Run::at(segment, run.start);
            while left.end() < run.end && self.live_bytes > target {
                let chunk = left.take()?;
                self.live -= 1;
                self.live_bytes = self.live_bytes.saturating_sub(chunk.total_len());
                self.dropped_through = self.dropped_through.max(chunk.seq());
            }
            run.start = left.end();
            if run.start < run.end {
                break;
            }
            dropped += 1;
        }
        self.runs.drain(..dropped);
        Ok(())
    }

    /// Leaves everything behind, as if it had been removed: that takes a seq of its own, so that those who have seen
    /// all there was notice it too.
    pub(crate) fn forget_all(&mut self) {
        self.forgotten_through = self.next_seq;
        self.next_seq = self.next_seq.saturating_add(1);
        self.runs.clear();
        (self.live, self.live_bytes, self.expiring) = (0, 0, false);
    }
}

/// Sizes of the next segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) index_slots: u64,
    /// Largest length of the file.
    pub(crate) limit: u64,
    /// Length without which the rollover is of no use.
    pub(crate) minimum: u64,
}

/// What the settings of an area say about the size of its segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) kind: Kind,
    /// Bytes of log at least.
    pub(crate) log_size: u64,
    /// Limit of the live bytes.
    pub(crate) max_size: u64,
}

impl Plan {
    /// For what `census` counted, and `needed` bytes more.
    pub(crate) fn roomy(wish: &Wish, census: &Census, needed: u64) -> Self {
        let live = census.live_bytes;
        // Log capacity ≥ 2 × live; a small live set gets four times itself.
        let mut room = live.max(live.saturating_mul(3).min(ROOM));
        let mut log_size = wish.log_size;
        if wish.kind == Kind::Stream {
            // A stream mostly adds, so it comes to its limit before it comes to the end of a larger log. It must not come
            // to that end first: it would roll over with everything, and then again for its limit.
            let to_the_limit = wish.max_size.saturating_sub(live) + wish.max_size / 8;
            room = room.min(live.max(to_the_limit));
            // Nor may a log that nearly holds the limit be used again and again for a bit less than it.
            let whole = wish.max_size + wish.max_size / 8;
            if (wish.max_size / 2..whole).contains(&log_size) {
                log_size = whole;
            }
        }
        Self::with_room(wish.kind, census, needed, room.max(needed.saturating_mul(3).min(ROOM)), log_size)
    }

    /// The same without any room beyond that.
    pub(crate) fn tight(wish: &Wish, census: &Census, needed: u64) -> Self {
        Self::with_room(wish.kind, census, needed, 0, 0)
    }

    fn with_room(kind: Kind, census: &Census, needed: u64, room: u64, log_size: u64) -> Self {
        // What values leave to tombstones comes on top: a sixty-third of them is a sixty-fourth of the whole, and the
        // index counts as well.
        let hold = |bytes: u64| bytes.saturating_add(bytes / 32 + 18 * LINE);
        let chunks = census.live_bytes.saturating_add(needed);
        let least = hold(chunks);
        let log = hold(chunks.saturating_add(room)).max(log_size);
        let slots = |log: u64| {
            let slots = match kind {
                Kind::Singleton => return 8,
                // At the end of the log each small message has a slot; a keyed log mostly replaces.
                Kind::Stream => log / 128,
                Kind::Keyed => log / 512,
            };
            slots.max(2 * (census.live() + 1)).max(MIN_SLOTS).next_power_of_two()
        };
        let index_slots = slots(log);
        let start = Geometry::log_start(index_slots);
        let limit = align_up(start.saturating_add(log), PAGE).min(MAX_LEN);
        Self { index_slots, limit, minimum: align_up(start.saturating_add(least), PAGE) }
    }

    /// Bytes to reserve at first.
    pub(crate) fn first_stretch(&self) -> u64 {
        self.limit.min(self.minimum.saturating_add(STRETCH))
    }
}

/// Bytes at the end of a log that values leave to tombstones, if its file begins with `reserved` bytes.
pub(crate) const fn for_removals(reserved: u64) -> u64 {
    align_up(reserved / 64, LINE)
}

/// How many keys or ids an index of `slots` takes before it calls for a larger one.
pub(crate) const fn slot_limit(slots: u64) -> u64 {
    slots - slots / 8
}

/// Copies what `census` counted as live into `scratch`, in log order, and indexes it.
pub(crate) fn carry(
    from: &Arc<Segment>,
    census: &Census,
    seed: u64,
    kind: Kind,
    scratch: &mut Scratch,
) -> Result<Carried, Damage> {
    let mut carried = Carried::default();
    let mut batch = Batch::default();
    for run in &census.runs {
        let mut part = Run::at(from, run.start);
        while part.end() < run.end {
            let at = part.end();
            let chunk = part.take()?;
            let hash = match kind {
                Kind::Stream => index::hash_id(chunk.id()),
                Kind::Keyed | Kind::Singleton => index::hash_key(chunk.key(), seed),
            };
            carried = Carried { tail: scratch.end() + (at - part.from()), last_seq: chunk.seq() };
            scratch.prefetch_slot(hash);
            if batch.is_full_with(hash, carried.tail) {
                scratch.carry(&part).ok_or_else(|| scratch.outside())?;
                part = Run::at(from, part.end());
                batch.settle(scratch)?;
            }
        }
        scratch.carry(&part).ok_or_else(|| scratch.outside())?;
    }
    batch.settle(scratch)?;
    Ok(carried)
}

/// Chunks on their way: while they are copied, the lines of the index that will name them come from memory.
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
    fn settle(&mut self, scratch: &Scratch) -> Result<(), Damage> {
        for &(hash, at) in self.chunks.iter().take(self.len) {
            let slot = scratch.free_slot(hash).ok_or(Damage { at, what: "the index is too small" })?;
            let settled = scratch.pen().index(slot, index::slot(hash, at)).and_then(|()| scratch.detach(at));
            settled.ok_or_else(|| scratch.outside())?;
        }
        self.len = 0;
        Ok(())
    }
}

/// Ends a segment that is built aside: everything that its readers need to know stands in it. `None` if it does not
/// fit its file.
pub(crate) fn finish(
    scratch: &mut Scratch,
    census: &Census,
    plan: &Plan,
    carried: Carried,
    uuid: u128,
    generation: u64,
) -> Option<Geometry> {
    scratch.unalloc()?;
    // A spare may have more address space than the plan wants: it uses no more than the plan, or what it has already.
    let region = scratch.memory().region();
    let log_limit = plan.limit.max(region.known()).min(region.span());
    let geometry = Geometry {
        uuid,
        generation,
        index_slots: plan.index_slots,
        log_start: Geometry::log_start(plan.index_slots),
        log_limit,
        carried_end: scratch.end(),
        carried_last_seq: carried.last_seq,
        dropped_through: census.dropped_through,
        forgotten_through: census.forgotten_through,
        first_seq: census.next_seq,
    };
    scratch.describe(&geometry.encode(), carried.tail)?;
    Some(geometry)
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    /// Offset of the last one, 0 if there is none.
    pub(crate) tail: u64,
    pub(crate) last_seq: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(live: u64, live_bytes: u64) -> Census {
        Census { live, live_bytes, ..Census::default() }
    }

    #[test]
    fn plans_hold_what_they_are_made_for() {
        for kind in [Kind::Stream, Kind::Keyed, Kind::Singleton] {
            for (live, bytes) in [(0, 0), (1, 128), (1000, 128_000), (1_000_000, 192_000_000), (3, 48 << 20)]
            {
                for needed in [64, 4096, 1 << 20] {
                    let wish = Wish { kind, log_size: 4096, max_size: 256 << 20 };
                    for (plan, tight) in [
                        (Plan::roomy(&wish, &census(live, bytes), needed), false),
                        (Plan::tight(&wish, &census(live, bytes), needed), true),
                    ] {
                        let log = plan.limit - Geometry::log_start(plan.index_slots);
                        assert!(log >= bytes + needed + LINE);
                        assert!(tight || log >= 2 * bytes, "capacity ≥ 2 × live");
                        assert!(plan.minimum <= plan.first_stretch() && plan.first_stretch() <= plan.limit);
                        assert!(kind == Kind::Singleton || slot_limit(plan.index_slots) > live);
                    }
                }
            }
        }
    }

    #[test]
    fn plans_shrink_with_the_live_set() {
        let wish = Wish { kind: Kind::Keyed, log_size: 65536, max_size: 64 << 20 };
        let large = Plan::roomy(&wish, &census(1000, 10 << 20), 64);
        let small = Plan::roomy(&wish, &census(10, 1280), 64);
        assert!(small.limit * 10 < large.limit);
    }
}
