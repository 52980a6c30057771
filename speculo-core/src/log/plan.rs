//! Sizes of segments.

use crate::layout::segment::{Geometry, MAX_LEN};
use crate::layout::{LINE, PAGE, align_up};
use crate::schema::Kind;

/// Index slots at least, singletons excepted.
const MIN_SLOTS: u64 = 16;
/// Small live sets get more room than they need for themselves, up to this: rollovers become rare, and both
/// segments still fit a cache.
const ROOM: u64 = 16 << 20;
/// Reserved ahead of use, at least.
pub(crate) const STRETCH: u64 = 1 << 20;

/// The live chunks of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    /// Their number.
    pub(crate) chunks: u64,
    /// Bytes that they take.
    pub(crate) bytes: u64,
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
    /// For what is `live`, and `needed` bytes more.
    pub(crate) fn roomy(wish: &Wish, live: Live, needed: u64) -> Self {
        let bytes = live.bytes;
        // Log capacity ≥ 2 × live; a small live set gets four times itself.
        let mut room = bytes.max(bytes.saturating_mul(3).min(ROOM));
        let mut log_size = wish.log_size;
        if wish.kind == Kind::Stream {
            // A stream mostly adds, so it comes to its limit before it comes to the end of a larger log. It must not come
            // to that end first: it would roll over with everything, and then again for its limit.
            let to_the_limit = wish.max_size.saturating_sub(bytes).saturating_add(wish.max_size / 8);
            room = room.min(bytes.max(to_the_limit));
            // Nor may a log that nearly holds the limit be used again and again for a bit less than it.
            let whole = wish.max_size.saturating_add(wish.max_size / 8);
            if (wish.max_size / 2..whole).contains(&log_size) {
                log_size = whole;
            }
        }
        Self::with_room(wish.kind, live, needed, room.max(needed.saturating_mul(3).min(ROOM)), log_size)
    }

    /// The same without any room beyond that.
    pub(crate) fn tight(wish: &Wish, live: Live, needed: u64) -> Self {
        Self::with_room(wish.kind, live, needed, 0, 0)
    }

    fn with_room(kind: Kind, live: Live, needed: u64, room: u64, log_size: u64) -> Self {
        // What values leave to tombstones comes on top: a sixty-third of them is a sixty-fourth of the whole, and the
        // index counts as well.
        let hold = |bytes: u64| bytes.saturating_add(bytes / 32 + 18 * LINE);
        let chunks = live.bytes.saturating_add(needed);
        let least = hold(chunks);
        let log = hold(chunks.saturating_add(room)).max(log_size);
        let slots = |log: u64| {
            let slots = match kind {
                Kind::Singleton => return 8,
                // At the end of the log each small message has a slot; a keyed log mostly replaces.
                Kind::Stream => log / 128,
                Kind::Keyed => log / 512,
            };
            slots.max(2 * (live.chunks + 1)).max(MIN_SLOTS).next_power_of_two()
        };
        let index_slots = slots(log);
        let start = Geometry::log_start(index_slots);
        let limit = align_up(start.saturating_add(log), PAGE).min(MAX_LEN);
        Self { index_slots, limit, minimum: align_up(start.saturating_add(least), PAGE) }
    }

    /// Largest length of a file whose log begins at `start` instead, beside `more` bytes that are used already.
    pub(crate) fn limit_of_log_at(&self, start: u64, more: u64) -> u64 {
        let log = self.limit - Geometry::log_start(self.index_slots);
        align_up(start.saturating_add(log).saturating_add(more), PAGE).min(MAX_LEN)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn live(chunks: u64, bytes: u64) -> Live {
        Live { chunks, bytes }
    }

    #[test]
    fn plans_hold_what_they_are_made_for() {
        for kind in [Kind::Stream, Kind::Keyed, Kind::Singleton] {
            for (chunks, bytes) in
                [(0, 0), (1, 128), (1000, 128_000), (1_000_000, 192_000_000), (3, 48 << 20)]
            {
                for needed in [64, 4096, 1 << 20] {
                    let wish = Wish { kind, log_size: 4096, max_size: 256 << 20 };
                    for (plan, tight) in [
                        (Plan::roomy(&wish, live(chunks, bytes), needed), false),
                        (Plan::tight(&wish, live(chunks, bytes), needed), true),
                    ] {
                        let log = plan.limit - Geometry::log_start(plan.index_slots);
                        assert!(log >= bytes + needed + LINE);
                        assert!(tight || log >= 2 * bytes, "capacity ≥ 2 × live");
                        assert!(plan.minimum <= plan.first_stretch() && plan.first_stretch() <= plan.limit);
                        assert!(kind == Kind::Singleton || slot_limit(plan.index_slots) > chunks);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_needed_fits_the_least_memory_beside_room_for_tombstones() {
        let wish = Wish { kind: Kind::Keyed, log_size: 0, max_size: 256 << 20 };
        for chunks in [0, 1, 15, 16, 1024] {
            for needed in (64..16384).step_by(64) {
                let live = live(chunks, chunks * 128);
                for plan in [Plan::tight(&wish, live, needed), Plan::roomy(&wish, live, needed)] {
                    let kept = Geometry::log_start(plan.index_slots) + LINE + for_removals(plan.minimum);
                    assert!(plan.minimum >= live.bytes + needed + kept, "{chunks}, {needed}: {plan:?}");
                    assert!(plan.index_slots >= 2 * (chunks + 1), "half full with the next key: {plan:?}");
                }
            }
        }
    }

    #[test]
    fn plans_shrink_with_the_live_set() {
        let wish = Wish { kind: Kind::Keyed, log_size: 65536, max_size: 64 << 20 };
        let large = Plan::roomy(&wish, live(1000, 10 << 20), 64);
        let small = Plan::roomy(&wish, live(10, 1280), 64);
        assert!(small.limit * 10 < large.limit);
    }
    /// By hand, from what is written above.
    #[test]
    fn plans_are_what_they_were_thought_to_be() {
        let wish = |kind, log_size, max_size| Wish { kind, log_size, max_size };
        let plan = |index_slots, pages: u64, least: u64| Plan {
            index_slots,
            limit: pages * PAGE,
            minimum: least * PAGE,
        };
        let keyed = wish(Kind::Keyed, 65536, 64 << 20);
        let some = live(1000, 128_000);
        let roomy = Plan::roomy(&keyed, some, 64);
        // 4 × 128,000, 64, a thirty-second and 18 lines: 529,218 bytes behind 16,896.
        assert_eq!(roomy, plan(2048, 134, 37));
        assert_eq!(Plan::tight(&keyed, some, 64), plan(2048, 37, 37));
        // 18 lines and a thirty-second more than 3,000 bytes behind 640.
        assert_eq!(Plan::tight(&keyed, live(0, 0), 3000), plan(16, 2, 2));
        assert_eq!(roomy.limit_of_log_at(1000, 100), 131 * PAGE);
        assert_eq!(roomy.first_stretch(), 134 * PAGE);
        // No more room than 16 MiB for a large live set, and three times what is to come for a large value.
        assert_eq!(Plan::roomy(&keyed, live(1, 10 << 20), 64).limit, 6993 * PAGE);
        assert_eq!(Plan::roomy(&keyed, live(0, 0), 1 << 20).limit, 1089 * PAGE);
        assert_eq!(Plan::roomy(&keyed, live(1, 10 << 20), 64).first_stretch(), 3025 * PAGE);
        // To the limit of a stream, and an eighth; a log that nearly holds that is made to hold it.
        assert_eq!(Plan::roomy(&wish(Kind::Stream, 65536, 1 << 18), some, 64), plan(4096, 83, 41));
        assert_eq!(Plan::roomy(&wish(Kind::Stream, 200_000, 1 << 18), live(0, 0), 64), plan(4096, 81, 9));
        assert_eq!(Plan::roomy(&wish(Kind::Stream, 65536, 1 << 18), live(0, 0), 64), plan(512, 18, 2));
        let singleton = wish(Kind::Singleton, 4096, 1 << 20);
        assert_eq!(Plan::roomy(&singleton, live(1, 4096), 4096), plan(8, 6, 3));
        assert_eq!(Plan::tight(&singleton, live(1, 4096), 4096), plan(8, 3, 3));
        assert_eq!([0, 100, 1 << 20].map(for_removals), [0, 64, 16384]);
        assert_eq!([8, 16, 1024].map(slot_limit), [7, 14, 896]);
    }
}
