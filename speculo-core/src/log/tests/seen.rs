//! What a slot remembers of the value that it led to.

use std::sync::Arc;

use super::*;
use crate::layout::index::EMPTY;
use crate::memory::{Glance, Seen, Segment};

/// Where `key` stands in the index.
fn slot_of(stage: &Stage, key: &[u8]) -> u64 {
    stage.spot(key).slot()
}

/// The value that is known to be the same as before.
fn same<'a>(seen: &Seen, segment: &'a Arc<Segment>) -> Option<Chunk<'a>> {
    match seen.glance(segment) {
        Glance::Same(chunk) => Some(chunk),
        _ => None,
    }
}

/// Looks as one does who finds that it is not the same.
fn look(seen: &mut Seen, segment: &Arc<Segment>) {
    let Glance::Other(window, word) = seen.glance(segment) else { panic!("nothing else is known") };
    seen.look(segment, window, word);
}

fn check(stage: &Stage, key: &[u8]) {
    stage.get(key).unwrap().check_once(|_| true, |_| String::new()).unwrap();
}

#[test]
fn p8_the_same_value_is_one_that_was_seen_twice_and_has_passed_the_check() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    stage.put(b"a", b"1");
    let mut seen = Seen::nothing();
    assert!(matches!(seen.glance(stage.log.segment()), Glance::Unknown));
    seen.enter(stage.log.segment(), slot_of(&stage, b"a"));
    for _ in 0..3 {
        look(&mut seen, stage.log.segment());
        assert!(same(&seen, stage.log.segment()).is_none(), "nobody has checked it");
    }
    check(&stage, b"a");
    look(&mut seen, stage.log.segment());
    let chunk = same(&seen, stage.log.segment()).unwrap();
    assert!(chunk.payload() == b"1" && chunk.is_checked());

    stage.put(b"a", b"2");
    check(&stage, b"a");
    look(&mut seen, stage.log.segment());
    assert!(same(&seen, stage.log.segment()).is_none(), "it was seen once");
    look(&mut seen, stage.log.segment());
    assert_eq!(same(&seen, stage.log.segment()).unwrap().payload(), b"2");

    stage.put_until(NOW + 1, b"a", b"3");
    check(&stage, b"a");
    for _ in 0..3 {
        look(&mut seen, stage.log.segment());
        assert!(same(&seen, stage.log.segment()).is_none(), "it can expire");
    }
}

#[test]
fn p8_what_was_seen_in_one_segment_says_nothing_of_another() {
    let (mut stage, mut other) = (Stage::new(Kind::Keyed, 16, 4), Stage::new(Kind::Keyed, 16, 4));
    stage.put(b"a", b"1");
    other.put(b"a", b"a longer one");
    check(&stage, b"a");
    check(&other, b"a");
    let mut seen = Seen::nothing();
    seen.enter(stage.log.segment(), slot_of(&stage, b"a"));
    for _ in 0..3 {
        // As those do who found the word elsewhere.
        let segment = other.log.segment();
        let word = segment.slot(slot_of(&other, b"a"));
        assert!(word != EMPTY && word == stage.log.segment().slot(slot_of(&stage, b"a")));
        assert!(matches!(seen.glance(segment), Glance::Unknown));
        assert_eq!(seen.look(segment, segment.region().window(), word).unwrap().payload(), b"a longer one");
        assert!(same(&seen, stage.log.segment()).is_none());
    }
}

#[test]
fn a_slot_goes_to_another_segment_when_its_own_is_left_or_gone() {
    let seen_by = |stage: &Stage| {
        let mut seen = Seen::nothing();
        seen.enter(stage.log.segment(), 0);
        seen
    };
    let stage = Stage::new(Kind::Keyed, 16, 1);
    let (shared, next) = (Stage::new(Kind::Keyed, 16, 1), stage.rolled_over(&stage.census(NOW)));
    assert!(Seen::nothing().is_free_for(stage.log.segment()));
    let seen = seen_by(&stage);
    assert!(!seen.is_free_for(stage.log.segment()));
    assert!(!seen.is_free_for(shared.log.segment()), "who shares the slot does not take it away");
    assert!(seen.is_free_for(next.log.segment()));
    drop(stage);
    assert!(seen.is_free_for(shared.log.segment()));
}
