//! Rolling over in steps.

use super::*;
use crate::log::plan::{Live, Plan};
use crate::log::walk::{Step, Walk};

/// Ample for whatever is walked here.
const PLAN: Plan = Plan { index_slots: 16, limit: 4 * PAGE, minimum: PAGE };

/// Begins to walk to a segment that has one page by now, and may have many.
fn begin(stage: &Stage, slots: u64, to_drop: u64) -> Walk {
    let next = blank(stage.log.segment().geometry().generation + 1, slots, PAGE, 64 * PAGE);
    Walk::new(&stage.log, Carry::new(next, stage.kind, SEED), to_drop)
}

/// Walks to the end by steps of `work` bytes, at `now`, and reserves what is asked for, to the byte.
fn go(walk: &mut Walk, stage: &Stage, work: u64, now: u64) {
    loop {
        let before = walk.left(&stage.log);
        let step = walk.step(&stage.log, work, now).unwrap();
        let left = walk.left(&stage.log);
        match step {
            Step::On => assert!(left < before),
            Step::Reserve(end) => {
                let region = walk.next().segment().region();
                assert!(end > region.known(), "{end} is there");
                region.learn(end);
            }
            Step::Done => return assert_eq!(left, 0),
            Step::Full => panic!("the index is large enough"),
        }
    }
}

#[test]
fn a_walk_asks_for_the_memory_that_it_needs_and_no_more() {
    for work in [1, 100, 1000, u64::MAX] {
        for value in [1, 64, 65, 1000] {
            let mut stage = Stage::new(Kind::Keyed, 64, 32);
            for n in 0..40_u64 {
                stage.put(&n.to_le_bytes(), &vec![1; value]);
            }
            // The index alone takes more than a page.
            let mut walk = begin(&stage, 1024, 0);
            go(&mut walk, &stage, work, NOW);
            let end = Geometry::log_start(1024) + stage.log.live().bytes;
            assert_eq!((walk.next().end(), walk.live()), (end, stage.log.live()));
            assert_eq!(walk.next().segment().region().known(), end + LINE, "{work}, {value}");
        }
    }
}

#[test]
fn what_went_before_it_was_copied_leaves_nothing_but_its_seq() {
    for work in [1, 300, u64::MAX] {
        let mut stage = Stage::new(Kind::Keyed, 16, 4);
        for key in [b"a", b"b", b"c"] {
            stage.put(key, b"1");
        }
        let mut walk = begin(&stage, 16, 0);
        stage.remove(b"a");
        stage.put_until(5, b"b", b"2");
        stage.put(b"c", b"2");
        stage.put(b"d", b"1");
        stage.remove(b"d");
        go(&mut walk, &stage, work, 10);
        assert_eq!(walk.live(), Live { chunks: 1, bytes: SMALL });
        let next = walk.finish(&stage.log, &PLAN).unwrap();
        assert_eq!((seqs(&next), next.used_slots(), next.next_seq()), (vec![6], 1, 9));
        assert_eq!(next.segment().geometry().forgotten_through, 8);
    }
}

#[test]
fn what_goes_after_it_was_copied_is_gone_in_the_copy() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    for key in [b"a", b"b", b"c"] {
        stage.put(key, b"1");
    }
    let mut walk = begin(&stage, 16, 0);
    go(&mut walk, &stage, 200, 10);
    stage.remove(b"a");
    stage.put_until(5, b"b", b"2");
    stage.put(b"c", b"2");
    go(&mut walk, &stage, 200, 10);
    let next = Stage { kind: Kind::Keyed, log: walk.finish(&stage.log, &PLAN).unwrap() };
    assert_eq!(next.seqs(), [1, 2, 3, 4, 5, 6]);
    assert!(next.get(b"a").unwrap().is_tombstone() && next.get(b"b").unwrap().is_expired(|| 10));
    assert_eq!(next.get(b"c").unwrap().payload(), b"2");
    for key in [b"a", b"b", b"c"] {
        let (old, new) = (stage.get(key).unwrap(), next.get(key).unwrap());
        assert_eq!((new.id(), new.version(), new.seq()), (old.id(), old.version(), old.seq()));
        assert!(new.has_prev() && !new.has_next());
    }
    // Nothing of it says that something is gone for good.
    assert_eq!(next.log.segment().geometry().forgotten_through, 0);
    assert_eq!(next.seqs().len(), 6);
    assert_eq!(next.rolled_over(&next.census(10)).seqs(), [6]);
}

#[test]
fn a_stream_drops_what_there_was_and_keeps_what_comes() {
    let mut stage = Stage::new(Kind::Stream, 16, 4);
    for _ in 0..4 {
        stage.publish(b"1", 0);
    }
    stage.update(2, Some(b"2"));
    let mut walk = begin(&stage, 16, u64::MAX);
    stage.publish(b"1", 0);
    // Replaces nothing, so nobody has to hear that it is gone.
    stage.publish(b"1", 5);
    go(&mut walk, &stage, u64::MAX, 10);
    let next = walk.finish(&stage.log, &PLAN).unwrap();
    assert_eq!(seqs(&next), [6]);
    let geometry = next.segment().geometry();
    assert_eq!((geometry.dropped_through, geometry.forgotten_through, geometry.first_seq), (5, 0, 8));
}

#[test]
fn what_was_copied_and_then_replaced_takes_nothing_of_the_plans_log() {
    let mut stage = Stage::new(Kind::Keyed, 64, 8);
    let keys = 0..50_u64;
    for key in keys.clone() {
        stage.put(&key.to_le_bytes(), b"1");
    }
    let mut walk = begin(&stage, 64, 0);
    go(&mut walk, &stage, 1000, NOW);
    for key in keys.clone() {
        stage.put(&key.to_le_bytes(), b"2");
    }
    go(&mut walk, &stage, 1000, NOW);
    let live = walk.live();
    assert_eq!(live.bytes, 50 * SMALL);
    let plan = Plan { index_slots: 64, ..PLAN };
    let next = walk.finish(&stage.log, &plan).unwrap();
    let (geometry, log) = (next.segment().geometry(), plan.limit - Geometry::log_start(64));
    let replaced = next.end() - geometry.log_start - live.bytes;
    assert_eq!(replaced, 50 * SMALL);
    assert!(geometry.log_limit >= geometry.log_start + replaced + log, "{geometry:?}");
    assert!(geometry.log_limit < geometry.log_start + replaced + log + PAGE);
}
