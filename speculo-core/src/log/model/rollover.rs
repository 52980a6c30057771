//! Rollover beside readers: they drain, move, and miss nothing that is live.

use super::{Area, Reader, Writer, check, value};
use crate::layout::LINE;

#[test]
fn who_follows_through_a_rollover_sees_every_commit_once() {
    check(|| {
        let area = Area::new(2, 3, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let mut reader = Reader::open(&area);
        let follower = loom::thread::spawn(move || {
            let mut seq = 0;
            for _ in 0..3 {
                seq = see_next(&mut reader, seq);
            }
            (reader, seq)
        });
        writer.put(b"a", 2);
        writer.remove(b"a");
        assert!(writer.roll_over());
        writer.put(b"a", 4);
        let (mut reader, mut seq) = follower.join().unwrap();
        while seq < 4 {
            let next = see_next(&mut reader, seq);
            assert_eq!(next, seq + 1);
            seq = next;
        }
        assert!(reader.next().is_none());
    });
}

fn see_next(reader: &mut Reader, seq: u64) -> u64 {
    // As those do who follow events: without a plain look before.
    let Some(chunk) = reader.next_any() else { return seq };
    let seen = chunk.seq();
    assert_eq!(seen, seq + 1, "even what is superseded or removed is drained");
    if !chunk.is_tombstone() {
        assert_eq!(value(&chunk, b"a"), seen);
    }
    assert!(!reader.cursor.take_resync());
    assert_eq!(reader.cursor.lost(), 0);
    seen
}

#[test]
fn who_looks_up_between_misses_only_what_was_superseded() {
    check(|| {
        let area = Area::new(2, 3, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let mut reader = Reader::open(&area);
        let follower = loom::thread::spawn(move || {
            let (mut seen, mut looked) = (0, 0);
            for _ in 0..2 {
                // Whatever is looked up was not there before, and is not gone.
                let now = reader.get(b"a").expect("neither in the old segment nor in the new one");
                assert!(now >= looked);
                looked = now;
                if let Some(chunk) = reader.next() {
                    assert!(chunk.seq() > seen, "never twice");
                    seen = chunk.seq();
                    assert_eq!(value(&chunk, b"a"), seen);
                }
            }
            (reader, seen)
        });
        writer.put(b"a", 2);
        assert!(writer.roll_over());
        writer.put(b"a", 3);
        let (mut reader, mut seen) = follower.join().unwrap();
        while let Some(chunk) = reader.next() {
            assert!(chunk.seq() > seen);
            seen = chunk.seq();
        }
        assert_eq!(seen, 3, "what is live is seen in the end");
    });
}

#[test]
fn a_rollover_in_steps_changes_nothing_for_who_follows() {
    check(|| {
        let area = Area::new(2, 4, false);
        let mut writer = Writer::create(&area);
        let mut reader = begun(&mut writer);
        let follower = loom::thread::spawn(move || {
            let mut seq = 0;
            for _ in 0..3 {
                let Some(chunk) = reader.next() else { continue };
                assert_eq!(chunk.seq(), seq + 1, "even what is superseded is drained");
                seq = chunk.seq();
            }
            (reader, seq)
        });
        writer.put(b"a", 3);
        // `b`, and then the `a` that replaces the one which was copied.
        writer.step_ahead(1);
        writer.step_ahead(1);
        assert_eq!(writer.log.segment().geometry().generation, 2);
        writer.put(b"a", 4);
        let (mut reader, mut seq) = follower.join().unwrap();
        while let Some(chunk) = reader.next() {
            assert_eq!(chunk.seq(), seq + 1);
            seq = chunk.seq();
        }
        assert_eq!(seq, 4);
    });
}

#[test]
fn a_rollover_in_steps_changes_nothing_for_who_looks_up() {
    check(|| {
        let area = Area::new(2, 4, false);
        let mut writer = Writer::create(&area);
        let mut reader = begun(&mut writer);
        let looker = loom::thread::spawn(move || {
            let mut looked = 0;
            for _ in 0..3 {
                // Once it is gone it is as if the next number were there.
                let now = reader.get(b"a").unwrap_or(3);
                assert!(now >= looked, "{now} after {looked}");
                looked = now;
                assert_eq!(reader.get(b"b"), Some(2));
            }
        });
        writer.remove(b"a");
        writer.step_ahead(1);
        // The tombstone of what was copied is copied.
        writer.step_ahead(1);
        assert_eq!(writer.log.segment().geometry().generation, 2);
        looker.join().unwrap();
        let mut reader = Reader::open(&area);
        assert_eq!((reader.get(b"a"), reader.get(b"b")), (None, Some(2)));
    });
}

/// Two values, and a rollover in steps that has copied the first.
fn begun(writer: &mut Writer) -> Reader {
    writer.put(b"a", 1);
    writer.put(b"b", 2);
    assert!(writer.begin_ahead());
    writer.step_ahead(LINE);
    writer.step_ahead(1);
    Reader::open(&writer.area)
}
