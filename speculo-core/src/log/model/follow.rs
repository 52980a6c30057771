//! Following the log beside a writer: everything once, in order.

use std::sync::Arc;

use super::{Area, Reader, Writer, check, check_to, value};
use crate::log::read::NO_PIN;
use crate::sync::{AtomicU64, Ordering};

#[test]
fn every_commit_is_seen_once_and_in_order() {
    check(|| {
        let area = Area::new(1, 3, false);
        let mut writer = Writer::create(&area);
        let mut reader = Reader::open(&area);
        let follower = loom::thread::spawn(move || {
            let mut seq = 0;
            for _ in 0..3 {
                seq = see_next(&mut reader, seq);
            }
            (reader, seq)
        });
        writer.put(b"a", 1);
        writer.put(b"b", 2);
        writer.put(b"a", 3);
        let (mut reader, mut seq) = follower.join().unwrap();
        while seq < 3 {
            let next = see_next(&mut reader, seq);
            assert_eq!(next, seq + 1, "nothing is missing in the end");
            seq = next;
        }
        assert!(reader.next().is_none());
    });
}

/// Looks for the chunk behind `seq`; gives how far one has seen then.
fn see_next(reader: &mut Reader, seq: u64) -> u64 {
    let Some(chunk) = reader.next() else { return seq };
    assert_eq!(chunk.seq(), seq + 1);
    let (key, version): (&[u8], _) = [(&b"a"[..], 1), (b"b", 1), (b"a", 2)][usize::try_from(seq).unwrap()];
    assert_eq!(value(&chunk, key), seq + 1);
    assert_eq!(chunk.version(), version);
    seq + 1
}

#[test]
fn what_is_passed_over_as_superseded_has_its_successor_ahead() {
    check(|| {
        let area = Area::new(1, 3, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let mut reader = Reader::open(&area);
        let follower = loom::thread::spawn(move || {
            let first = reader.next().unwrap();
            assert_eq!(value(&first, b"a"), 1);
            if first.is_superseded(NO_PIN) {
                assert_eq!(value(&reader.next().unwrap(), b"b"), 2);
                assert_eq!(value(&reader.next().unwrap(), b"a"), 3);
            }
        });
        // The successor does not stand right behind, where the reader knows the marker.
        writer.put(b"b", 2);
        writer.put(b"a", 3);
        follower.join().unwrap();
    });
}

#[test]
fn what_one_reader_has_seen_the_next_one_sees() {
    check_to(2, || {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let (mut first, mut second) = (Reader::open(&area), Reader::open(&area));
        let told = Arc::new(AtomicU64::new(0));
        let follower = loom::thread::spawn({
            let told = Arc::clone(&told);
            move || {
                while let Some(seq) = first.next().map(|chunk| chunk.seq()) {
                    told.store(seq, Ordering::Release);
                }
            }
        });
        let looker = loom::thread::spawn(move || {
            let told = told.load(Ordering::Acquire);
            let (looked, followed) =
                (second.get(b"a").unwrap_or(0), second.next().map_or(0, |chunk| chunk.seq()));
            assert!(looked >= told, "{looked} is older than {told}, which another reader has seen");
            assert!(followed >= told.min(1));
        });
        writer.put(b"a", 1);
        writer.put(b"a", 2);
        follower.join().unwrap();
        looker.join().unwrap();
    });
}
