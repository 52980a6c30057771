//! Room, slots and counts of a log that is published to.

use super::*;
use crate::layout::chunk::{ALLOC, HEADER, UNALL, total};
use crate::log::plan::{Live, for_removals, slot_limit};

#[test]
fn values_take_all_room_but_that_of_tombstones() {
    for key in [vec![], vec![1; 8], vec![1; 9], vec![1; 300]] {
        let mut stage = Stage::new(Kind::Keyed, 16, 40);
        let (len, kept) = (key.len() as u64, for_removals(40 * PAGE));
        let room = stage.log.room(len).unwrap();
        assert_eq!(stage.log.body(len).unwrap().len() as u64, room);
        assert_eq!(total(room, len), stage.log.free() - kept, "to the byte");
        stage.put(&key, &vec![1; usize::try_from(room).unwrap()]);
        assert!(stage.log.room(0).is_none() && stage.log.body(0).is_none());
        assert_eq!(stage.log.free(), kept);
        for _ in 0..kept / total(0, len) {
            assert!(stage.log.has_room_for_removal(len));
            stage.remove(&key);
        }
        assert!(!stage.log.has_room_for_removal(len));
        assert!(stage.get(&key).unwrap().is_tombstone());
    }
}

#[test]
fn what_is_written_aside_ends_before_the_marker() {
    let mut stage = Stage::new(Kind::Keyed, 16, 1);
    stage.put(b"a", b"1");
    let (at, scratch) = (stage.log.end(), stage.log.scratch());
    let most = scratch.room() - HEADER;
    assert_eq!(at + HEADER + most + LINE, PAGE);
    scratch.body(most).unwrap().fill(7);
    assert!(scratch.body(most + 1).is_none() && scratch.peek(most + 1).is_none());
    assert!(scratch.body(u64::MAX).is_none() && scratch.peek(u64::MAX).is_none());
    scratch.body(3).unwrap().copy_from_slice(b"new");
    assert!(scratch.peek(most).is_some_and(|bytes| bytes.starts_with(b"new\x07") && bytes.ends_with(&[7])));
    scratch.alloc().unwrap();
    assert_eq!(stage.word(at), ALLOC);
    assert_eq!(stage.log.draft(3), b"new");
    stage.log.scratch().unalloc().unwrap();
    assert_eq!(stage.word(at), UNALL);
}

#[test]
fn a_full_index_takes_what_it_knows_and_nothing_new() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    for key in 0..slot_limit(16) {
        assert_eq!(stage.log.slots_left(), slot_limit(16) - key);
        stage.put(&key.to_le_bytes(), b"");
    }
    assert!(stage.log.resolve(&Wanted::key(b"new"), SEED).unwrap().is_none());
    stage.remove(&0_u64.to_le_bytes());
    for key in 0..slot_limit(16) {
        stage.put(&key.to_le_bytes(), b"again");
    }
    let mut stage = Stage::new(Kind::Stream, 16, 4);
    for _ in 0..slot_limit(16) {
        stage.publish(b"", 0);
    }
    assert!(stage.log.resolve_new().is_none() && stage.log.resolve(&Wanted::Id(1), SEED).unwrap().is_some());
}

#[test]
fn what_is_live_is_counted_through_removals_and_new_lives() {
    type Act = fn(&mut Stage);
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    let acts: [(Act, u64); 8] = [
        (|stage| _ = stage.put(b"a", b"1"), 1),
        (|stage| _ = stage.put(b"b", b"1"), 2),
        (|stage| stage.remove(b"a"), 1),
        (|stage| _ = stage.put(b"b", b"2"), 1),
        (|stage| stage.remove(b"b"), 0),
        (|stage| _ = stage.put(b"a", b"2"), 1),
        (|stage| _ = stage.put(b"b", b"3"), 2),
        (|stage| _ = stage.put(b"c", b"1"), 3),
    ];
    for (n, (act, chunks)) in acts.into_iter().enumerate() {
        act(&mut stage);
        assert_eq!(stage.log.live(), Live { chunks, bytes: chunks * SMALL }, "after {n}");
    }
    assert_eq!((stage.log.used_slots(), stage.log.commits()), (3, 8));
}

#[test]
fn a_value_ends_at_its_time_for_its_writer_as_for_its_readers() {
    for (now, version) in [(99, 2), (100, 1), (101, 1)] {
        let mut stage = Stage::new(Kind::Keyed, 16, 4);
        let first = stage.put_until(100, b"a", b"1");
        let (spot, chunk) = (stage.spot(b"a"), stage.get(b"a").unwrap());
        assert_eq!((spot.is_live(|| now), chunk.is_live(|| now)), (version == 2, version == 2));
        assert!(stage.log.is_expiring());
        let second = stage.commit(&spot, b"a", Some(b"2"), 0, now);
        assert_eq!((second == first, stage.get(b"a").unwrap().version()), (version == 2, version));
    }
}

#[test]
fn a_writer_looks_ahead_where_it_said_it_would() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    assert!(!stage.log.is_due());
    stage.log.set_due(stage.log.end() + SMALL);
    assert!(!stage.log.is_due());
    stage.put(b"a", b"1");
    assert!(stage.log.is_due());
    stage.put(b"a", b"2");
    assert!(stage.log.is_due());
}
