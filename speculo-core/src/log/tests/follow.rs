//! Following from one segment to the next.

use super::*;
use crate::log::follow::{Cursor, Next};

#[test]
fn what_was_seen_before_a_rollover_is_not_seen_again() {
    for known in 0..=3 {
        let mut stage = Stage::new(Kind::Keyed, 16, 2);
        let mut cursor = Cursor::oldest(stage.log.segment());
        for (n, key) in (0..).zip([b"a", b"b", b"c"]) {
            stage.put(key, b"1");
            if n < known {
                assert_eq!(cursor.advance_plain(stage.log.segment()).unwrap().key(), key);
            }
        }
        let next = stage.rolled_over(&stage.census(NOW));
        let (segment, geometry) = (next.log.segment(), next.log.segment().geometry());
        assert_eq!((geometry.carried_end, geometry.carried_last_seq), (next.log.end(), 3));
        cursor.enter(geometry);
        // Who knows all of it does not go through it again.
        assert_eq!(cursor.at() == next.log.end(), known == 3);
        if known > 0 {
            assert!(cursor.advance_plain(segment).is_none());
        }
        for seq in known + 1..=3 {
            assert!(!cursor.is_plain_end(segment, || geometry.generation));
            let next = cursor.advance(segment, || geometry.generation).unwrap();
            assert!(matches!(&next, Next::Chunk(chunk) if chunk.seq() == seq), "{next:?}");
        }
        assert!(cursor.is_plain_end(segment, || geometry.generation));
        assert!(!cursor.is_plain_end(segment, || geometry.generation + 1));
        assert!(matches!(cursor.advance(segment, || geometry.generation), Ok(Next::End)));
        assert!(matches!(cursor.advance(segment, || geometry.generation + 1), Ok(Next::Moved)));
        assert!(!cursor.take_resync() && cursor.lost() == 0);
    }
}

#[test]
fn who_has_missed_something_hears_of_it_once() {
    let stage = Stage::new(Kind::Stream, 16, 1);
    let blank = *stage.log.segment().geometry();
    // One that has seen everything up to 5.
    let seen = Cursor::newest(&std::sync::Arc::new(
        stage.log.segment().with_geometry(Geometry { first_seq: 6, ..blank }),
    ));
    for (dropped_through, forgotten_through, lost, resync) in
        [(0, 0, 0, false), (5, 5, 0, false), (6, 0, 1, true), (0, 6, 0, true), (9, 2, 4, true)]
    {
        let mut cursor = *seen.as_ref().unwrap();
        let geometry = Geometry { dropped_through, forgotten_through, first_seq: 10, ..blank };
        for resync in [resync, false] {
            cursor.enter(&geometry);
            assert_eq!((cursor.lost(), cursor.take_resync()), (lost, resync), "{geometry:?}");
        }
    }
}
