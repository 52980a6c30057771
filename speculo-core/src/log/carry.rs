//! Rollover's work on the log: count what is live, plan the next segment, copy.

use std::sync::Arc;

use super::read::{Chunks, NO_PIN};
use crate::layout::segment::{Geometry, MAX_LEN};
use crate::layout::{LINE, PAGE, align_up, index};
use crate::memory::scratch::Scratch;
use crate::memory::{Chunk, Damage, Segment};
use crate::schema::Kind;

/// Index slots at least, singletons excepted.
const MIN_SLOTS: u64 = 16;
/// Small live sets get more room than they need for themselves, up to this: rollovers become rare, and both
/// segments still fit a cache.
const ROOM: u64 = 16 << 20;
/// Reserved ahead of use, at least.
pub(crate) const STRETCH: u64 = 1 << 20;

/// Judges whether chunks are carried over: newest per key first, **then** expiry, so that an expired version does
/// not bring back the one before it.
#[inline]
fn is_carried(chunk: &Chunk<'_>, now: u64) -> bool {
    !chunk.is_superseded(NO_PIN) && !chunk.is_tombstone() && !chunk.is_expired(|| now)
}

/// What a segment holds, counted once before a rollover.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    /// Bytes and number of live chunks.
    pub(crate) live_bytes: u64,
    pub(crate) live: u64,
    /// Whether any of them can expire.
    pub(crate) expiring: bool,
    /// Seq of the next commit.
    pub(crate) next_seq: u64,
    pub(crate) dropped_through: u64,
    pub(crate) forgotten_through: u64,
    /// Bytes of the oldest live chunks that are to be left behind.
    pub(crate) drop_bytes: u64,
    /// Now, for expiry.
    pub(crate) now: u64,
}

impl Census {
    /// Walks the whole log of a segment that nobody writes to.
    pub(crate) fn take(segment: &Arc<Segment>, now: u64) -> Result<Self, Damage> {
        let geometry = segment.geometry();
        let mut census = Self {
            next_seq: geometry.first_seq.max(1),
            dropped_through: geometry.dropped_through,
            forgotten_through: geometry.forgotten_through,
            now,
            ..Self::default()
        };
        for chunk in Chunks::new(segment, NO_PIN) {
            let chunk = chunk?;
            census.next_seq = census.next_seq.max(chunk.seq().saturating_add(1));
            if chunk.is_tombstone() {
                census.forgotten_through = census.forgotten_through.max(chunk.seq());
            }
            if is_carried(&chunk, now) {
                census.live_bytes += chunk.total_len();
                census.live += 1;
                census.expiring |= chunk.expires_at() != 0;
            }
        }
        Ok(census)
    }

    /// Leaves the oldest live chunks behind until at most `target` bytes stay.
    pub(crate) fn drop_to(&mut self, segment: &Arc<Segment>, target: u64) -> Result<(), Damage> {
        let excess = self.live_bytes.saturating_sub(target);
        for chunk in Chunks::new(segment, NO_PIN) {
            if self.drop_bytes >= excess {
                break;
            }
            let chunk = chunk?;
            if is_carried(&chunk, self.now) {
                self.drop_bytes += chunk.total_len();
                self.live -= 1;
                self.dropped_through = self.dropped_through.max(chunk.seq());
            }
        }
        self.live_bytes = self.live_bytes.saturating_sub(self.drop_bytes);
        Ok(())
    }

    /// Leaves everything behind, as if it had been removed: that takes a seq of its own, so that those who have seen
    /// all there was notice it too.
    pub(crate) fn forget_all(&mut self) {
        self.drop_bytes = u64::MAX;
        self.forgotten_through = self.next_seq;
        self.next_seq = self.next_seq.saturating_add(1);
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

impl Plan {
    /// For `census`, `needed` more bytes, and a log of `initial` bytes at least. A tight plan adds no room.
    pub(crate) fn new(kind: Kind, census: &Census, needed: u64, initial: u64, tight: bool) -> Self {
        let live = census.live_bytes;
        let least = live.saturating_add(needed).saturating_add(2 * LINE);
        // Log capacity ≥ 2 × live; a small live set gets four times itself.
        let room = if tight {
            0
        } else {
            live.max(live.saturating_mul(3).min(ROOM)).max(needed.saturating_mul(3).min(ROOM))
        };
        let log = least.saturating_add(room).max(initial);
        let slots = |log: u64| {
            let slots = match kind {
                Kind::Singleton => return 8,
                // At the end of the log each small message has a slot; a keyed log mostly replaces.
                Kind::Stream => log / 128,
                Kind::Keyed => log / 512,
            };
            slots.max(2 * (census.live + 1)).max(MIN_SLOTS).next_power_of_two()
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
    let mut dropped = 0;
    for chunk in Chunks::new(from, NO_PIN) {
        let chunk = chunk?;
        if !is_carried(&chunk, census.now) {
            continue;
        }
        if dropped < census.drop_bytes {
            dropped += chunk.total_len();
            continue;
        }
        let hash = match kind {
            Kind::Stream => index::hash_id(chunk.id()),
            Kind::Keyed | Kind::Singleton => index::hash_key(chunk.key(), seed),
        };
        let slot =
            scratch.free_slot(hash).ok_or(Damage { at: chunk.offset(), what: "the index is too small" })?;
        carried.tail = scratch.end();
        scratch.index(slot, index::slot(hash, carried.tail))?;
        scratch.carry(&chunk)?;
        carried.last_seq = chunk.seq();
        carried.chunks += 1;
    }
    Ok(carried)
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    /// Offset of the last one, 0 if there is none.
    pub(crate) tail: u64,
    pub(crate) last_seq: u64,
    pub(crate) chunks: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(live: u64, live_bytes: u64) -> Census {
        Census { live_bytes, live, ..Census::default() }
    }

    #[test]
    fn plans_hold_what_they_are_made_for() {
        for kind in [Kind::Stream, Kind::Keyed, Kind::Singleton] {
            for (live, bytes) in [(0, 0), (1, 128), (1000, 128_000), (1_000_000, 192_000_000), (3, 48 << 20)]
            {
                for needed in [64, 4096, 1 << 20] {
                    for tight in [false, true] {
                        let plan = Plan::new(kind, &census(live, bytes), needed, 4096, tight);
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
        let large = Plan::new(Kind::Keyed, &census(1000, 10 << 20), 64, 65536, false);
        let small = Plan::new(Kind::Keyed, &census(10, 1280), 64, 65536, false);
        assert!(small.limit * 10 < large.limit);
    }
}
