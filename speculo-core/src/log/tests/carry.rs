//! Counting what is live, and copying it at once.

use super::*;
use crate::layout::chunk::{AT_NEXT, AT_PREV, AT_SEQ, HEADER};
use crate::log::plan::Live;
use crate::memory::Run;

#[test]
fn the_next_segment_holds_what_was_counted_and_nothing_of_before() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    for key in [b"a", b"b", b"c", b"a", b"d", b"a"] {
        stage.put(key, b"1");
    }
    stage.remove(b"c");
    let census = stage.census(NOW);
    assert_eq!((census.live, census.seqs.forgotten_through), (Live { chunks: 3, bytes: 3 * SMALL }, 7));
    let next = stage.rolled_over(&census);
    assert_eq!((next.seqs(), next.log.live()), (vec![2, 5, 6], census.live));
    for at in (0..3).map(|n| Geometry::log_start(16) + n * SMALL) {
        assert_eq!([AT_PREV, AT_NEXT].map(|link| next.word(at + link)), [0, 0], "of the segment before");
    }
    assert!(!next.log.is_expiring());
    stage.put_until(100, b"e", b"1");
    assert!(stage.rolled_over(&stage.census(99)).log.is_expiring());
    assert!(!stage.rolled_over(&stage.census(100)).log.is_expiring());
}

#[test]
fn what_is_live_is_the_same_by_the_index_and_by_the_log() {
    for rounds in [1, 50] {
        let mut stage = Stage::new(Kind::Keyed, 16, 10);
        for _ in 0..rounds {
            for key in [b"a", b"b", b"c", b"d", b"e"] {
                stage.put(key, b"1");
            }
        }
        stage.remove(b"d");
        stage.put_until(5, b"a", b"2");
        let (own, any) = (stage.census(10), Census::of_log(stage.log.segment(), Kind::Keyed, 10).unwrap());
        assert_eq!((own.live, any.live), (Live { chunks: 3, bytes: 3 * SMALL }, own.live));
        assert_eq!((own.seqs.next, any.seqs.next), (5 * rounds + 3, own.seqs.next));
        assert_eq!(
            (own.seqs.forgotten_through, any.seqs.forgotten_through),
            (5 * rounds + 2, 5 * rounds + 2)
        );
        for census in [own, any] {
            assert_eq!(stage.rolled_over(&census).seqs(), [5 * rounds - 3, 5 * rounds - 2, 5 * rounds]);
        }
    }
}

#[test]
fn the_oldest_goes_until_little_enough_is_left() {
    let mut stage = Stage::new(Kind::Stream, 32, 4);
    for _ in 0..20 {
        stage.publish(b"1", 0);
    }
    // Holes, so that what is live stands in several runs.
    for id in [2, 3, 7, 8, 12] {
        stage.update(id, None);
    }
    let live = [1, 4, 5, 6, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20];
    for kept in 0..=live.len() {
        let mut census = stage.census(NOW);
        census.drop_to(stage.log.segment(), kept as u64 * SMALL + 1).unwrap();
        let (dropped, left) = live.split_at(live.len() - kept);
        assert_eq!(census.live, Live { chunks: kept as u64, bytes: kept as u64 * SMALL });
        assert_eq!(census.seqs.dropped_through, dropped.last().copied().unwrap_or(0));
        let next = stage.rolled_over(&census);
        assert_eq!((next.seqs(), next.log.live()), (left.to_vec(), census.live));
    }
}

#[test]
fn a_log_with_seqs_that_nobody_comes_to_is_damaged() {
    let mut stage = Stage::new(Kind::Stream, 16, 1);
    stage.publish(b"1", 0);
    let next_seq = |seq| {
        stage.forge(Geometry::log_start(16) + AT_SEQ, seq);
        Census::of_log(stage.log.segment(), Kind::Stream, NOW).map(|census| census.seqs.next)
    };
    assert_eq!(next_seq(1), Ok(2));
    assert_eq!(next_seq((1 << 62) - 1), Ok(1 << 62));
    assert!(next_seq(1 << 62).is_err() && next_seq(u64::MAX).is_err());
}

#[test]
fn a_copy_leaves_room_for_the_marker() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    stage.put(b"a", b"1");
    stage.put(b"b", b"1");
    let mut run = Run::at(stage.log.segment(), Geometry::log_start(16));
    run.take().unwrap();
    run.take().unwrap();
    let end = Geometry::log_start(16) + run.len();
    for (known, fits) in [(end + LINE, true), (end + LINE - 1, false), (end, false), (end - HEADER, false)] {
        let mut next = blank(2, 16, known, PAGE);
        assert_eq!(next.scratch().carry(&run).is_some(), fits, "{known}");
        assert_eq!(next.end(), if fits { end } else { end - run.len() });
    }
}

#[test]
fn only_the_index_is_wiped_and_only_while_the_log_is_empty() {
    let mut next = blank(2, 16, PAGE, PAGE);
    let start = Geometry::log_start(16);
    for part in [AT_INDEX - 8..start, AT_INDEX..start + 8, AT_INDEX - 8..start + 8, start..AT_INDEX] {
        assert!(next.scratch().wipe(part.clone()).is_none(), "{part:?}");
    }
    next.scratch().wipe(AT_INDEX..start).unwrap();
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    stage.put(b"a", b"1");
    let mut run = Run::at(stage.log.segment(), start);
    run.take().unwrap();
    next.scratch().carry(&run).unwrap();
    assert!(next.scratch().wipe(AT_INDEX..start).is_none());
}
