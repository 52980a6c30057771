//! What counts as a chunk, whatever stands in the file.

use super::*;
use crate::layout::chunk::{AT_NEXT, HEADER, Lengths};

#[test]
fn p8_a_chunk_lies_in_the_log_and_ends_in_the_file() {
    let stage = Stage::new(Kind::Keyed, 16, 1);
    let segment = stage.log.segment();
    let start = Geometry::log_start(16);
    // Whether there is a chunk at `at`, if somebody wrote there that there is one with such lengths.
    let stands = |at: u64, payload: u32, key: u16| {
        stage.forge(at, Lengths { payload, key, tombstone: false, mortal: false }.written());
        let (plain, found) = (Chunk::plain(segment, at), segment.chunk(at));
        assert_eq!(plain.is_some(), found.is_ok(), "at {at}: {found:?}");
        found.is_ok()
    };
    assert!(stands(start, 0, 0) && stands(start + LINE, 64, 0));
    for inside in [LINE, start - LINE, start + 8, PAGE - 8] {
        assert!(!stands(inside, 0, 0), "{inside}");
    }
    for outside in [start + 1, PAGE, 64 * PAGE, u64::MAX - 63, u64::MAX] {
        assert!(Chunk::plain(segment, outside).is_none() && segment.chunk(outside).is_err(), "{outside}");
    }
    for (payload, key, fits) in [
        (64, 0, true),
        (65, 0, false),
        (0, 64, true),
        (0, 65, false),
        (10, 54, true),
        (10, 55, false),
        (55, 10, false),
        (u32::MAX, u16::MAX, false),
    ] {
        assert_eq!(stands(PAGE - 2 * LINE, payload, key), fits, "{payload} {key}");
    }
    assert!(stands(PAGE - HEADER, 0, 0) && !stands(PAGE - HEADER, 0, 9) && !stands(PAGE - HEADER, 1, 0));
}

#[test]
fn p8_a_forged_successor_hides_nothing() {
    let mut stage = Stage::new(Kind::Keyed, 16, 1);
    stage.put(b"a", b"1");
    let at = stage.log.end();
    stage.put(b"b", b"1");
    stage.put(b"c", b"1");
    let is_superseded = |next, pin| {
        stage.forge(at + AT_NEXT, next);
        stage.chunk(at).is_superseded(pin)
    };
    for next in [0, at, at - SMALL, stage.log.end(), at + 8, 64 * PAGE, u64::MAX] {
        assert!(!is_superseded(next, NO_PIN), "{next}");
    }
    assert!(is_superseded(at + SMALL, NO_PIN) && is_superseded(at + SMALL, at + SMALL + 1));
    assert!(!is_superseded(at + SMALL, at + SMALL));
}
