//! Look-ups beside a writer: never neither, never torn, never back.

use super::{Area, Reader, Writer, check};
use crate::memory::Seen;

#[test]
fn p4_a_key_that_is_replaced_is_never_missing_torn_or_older() {
    check(|| {
        let area = Area::new(1, 3, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let reader = loom::thread::spawn({
            let mut reader = Reader::open(&area);
            move || {
                let mut last = 1;
                for _ in 0..2 {
                    let now = reader.get(b"a").expect("neither the old nor the new value");
                    assert!(last <= now && now <= 3, "{now} after {last}");
                    last = now;
                }
            }
        });
        writer.put(b"a", 2);
        writer.put(b"a", 3);
        reader.join().unwrap();
    });
}

#[test]
fn p4_what_was_seen_before_is_not_taken_for_what_replaced_it() {
    check(|| {
        let area = Area::new(2, 3, true);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let (mut reader, mut seen) = (Reader::open(&area), Seen::nothing());
        // Until nothing but the slot's word is looked at.
        for _ in 0..3 {
            assert_eq!(reader.get_at(&mut seen, b"a"), Some(1));
        }
        let reader = loom::thread::spawn(move || {
            let mut last = 1;
            for _ in 0..3 {
                let now = reader.get_at(&mut seen, b"a").expect("neither the old nor the new value");
                assert!(last <= now && now <= 3, "{now} after {last}");
                last = now;
            }
            (reader, seen)
        });
        writer.put(b"a", 2);
        assert!(writer.roll_over());
        writer.put(b"a", 3);
        let (mut reader, mut seen) = reader.join().unwrap();
        assert_eq!(reader.get_at(&mut seen, b"a"), Some(3));
    });
}

#[test]
fn p4_keys_appear_once_and_stay() {
    check(|| {
        let area = Area::new(1, 3, false);
        let mut writer = Writer::create(&area);
        let reader = loom::thread::spawn({
            let mut reader = Reader::open(&area);
            move || {
                // In the order of publication: who sees the later sees the earlier.
                let (b, a) = (reader.get(b"b"), reader.get(b"a"));
                assert!(matches!((a, b), (None | Some(1 | 3), None) | (Some(1 | 3), Some(2))), "{a:?} {b:?}");
                assert!(reader.get(b"a") >= a);
            }
        });
        writer.put(b"a", 1);
        writer.put(b"b", 2);
        writer.put(b"a", 3);
        reader.join().unwrap();
    });
}

#[test]
fn p4_a_removal_is_seen_at_once() {
    check(|| {
        let area = Area::new(1, 3, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let reader = loom::thread::spawn({
            let mut reader = Reader::open(&area);
            move || {
                let seen = [reader.get(b"a"), reader.get(b"a"), reader.get(b"a")];
                let back = seen.windows(2).any(|two| {
                    two[0].is_none() && two[1] == Some(1) || two[0] == Some(3) && two[1] != two[0]
                });
                assert!(!back, "{seen:?}");
            }
        });
        writer.remove(b"a");
        writer.put(b"a", 3);
        reader.join().unwrap();
    });
}
