//! What is live, to the byte: against a model that counts by hand.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, VecDeque};

use speculo_core::*;

mod common;

use common::{Numbers, area};

/// Bytes that a chunk takes: its header, its payload, a key that does not fit the header, and what fills the line.
fn total(payload: usize, key: usize) -> u64 {
    (64 + payload + if key > 8 { key } else { 0 }).next_multiple_of(64) as u64
}

fn ids(writer: &Writer) -> Vec<u64> {
    writer.view().unwrap().iter().map(|chunk| chunk.unwrap().id()).collect()
}

#[test]
fn a_stream_at_its_limit_keeps_the_newest_half() {
    const MAX: u64 = 64 << 10;
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Stream).max_size(MAX).create().unwrap();
    let (mut model, mut live, mut drops) = (VecDeque::new(), 0, 0);
    let mut numbers = Numbers(1);
    for n in 0..4000_usize {
        // Once in a while one that leaves less than half to the others.
        let len = if n.is_multiple_of(401) { 40_000 } else { numbers.below(300) };
        let new = total(len, 0);
        if live + new > MAX {
            while live > (MAX / 2).min(MAX - new) {
                live -= model.pop_front().map(|(_, bytes)| bytes).unwrap();
            }
            drops += 1;
        }
        model.push_back((writer.publish(&vec![1; len]).unwrap().get(), new));
        live += new;
        // Holes in the log, between those that stay.
        if n.is_multiple_of(5) {
            let (id, bytes) = model.remove(numbers.below(model.len())).unwrap();
            assert!(writer.remove_id(ChunkId::new(id)).unwrap());
            live -= bytes;
        }
        assert_eq!(writer.stats().live_bytes, live, "after {n}, {drops} drops");
        if n.is_multiple_of(16) || live < MAX / 2 + 1000 {
            assert_eq!(ids(&writer), model.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "after {n}");
        }
    }
    assert!(drops > 10, "{drops}");
}

#[test]
fn live_bytes_are_those_of_what_is_there() {
    let root = Root::temporary().unwrap();
    // So much that some rollovers go in steps, and so many keys that the index grows.
    let area = area(&root, Kind::Keyed).max_size(4 << 20);
    let mut writer = area.create().unwrap();
    let mut model = BTreeMap::new();
    let (mut numbers, mut generations, mut in_steps) = (Numbers(2), 0, 0);
    for n in 0..6000_usize {
        let number = numbers.below(400);
        let key =
            if number.is_multiple_of(3) { format!("a longer key {number}") } else { number.to_string() };
        match numbers.below(100) {
            0 => writer.compact().unwrap(),
            1 => {
                drop(writer);
                writer = area.create().unwrap();
            }
            2..20 => assert_eq!(writer.remove(key.as_bytes()).unwrap(), model.remove(&key).is_some()),
            _ => {
                let len = numbers.below(1500);
                writer.put(key.as_bytes(), &vec![u8::try_from(len % 251).unwrap(); len]).unwrap();
                model.insert(key, len);
            }
        }
        let stats = writer.stats();
        let live = model.iter().map(|(key, len)| total(*len, key.len())).sum::<u64>();
        assert_eq!(stats.live_bytes, live, "after {n}: {stats:?}");
        generations = generations.max(stats.generation);
        in_steps += u32::from(stats.next_bytes > 0);
        if n.is_multiple_of(50) {
            let view = writer.view().unwrap();
            assert_eq!(view.len().unwrap(), model.len());
            for (key, len) in &model {
                let chunk = view.get(key.as_bytes()).unwrap().unwrap();
                assert!(
                    chunk.payload().len() == *len
                        && chunk.payload().iter().all(|byte| usize::from(*byte) == len % 251)
                );
            }
        }
    }
    assert!(generations > 100 && in_steps > 100, "{generations} {in_steps}");
}

#[test]
fn a_keyed_area_takes_what_its_limit_says_and_no_more() {
    const MAX: u64 = 64 << 10;
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).max_size(MAX).create().unwrap();
    let fits = u32::try_from(MAX / total(64, 4)).unwrap();
    for n in 0..fits {
        writer.put(&n.to_le_bytes(), &[1; 64]).unwrap();
    }
    assert_eq!(writer.stats().live_bytes, MAX);
    let full =
        |result: Result<ChunkId, PublishError>| matches!(result, Err(PublishError::LimitReached { .. }));
    assert!(full(writer.put(&fits.to_le_bytes(), b"")));
    assert!(full(writer.put(&0_u32.to_le_bytes(), &[2; 65])), "a line more than before");
    writer.put(&0_u32.to_le_bytes(), &[2; 64]).unwrap();
    writer.put(&1_u32.to_le_bytes(), b"").unwrap();
    writer.put(&fits.to_le_bytes(), b"").unwrap();
    assert_eq!(writer.stats().live_bytes, MAX);
    assert_eq!(writer.view().unwrap().len().unwrap(), usize::try_from(fits).unwrap() + 1);
}

#[test]
fn the_largest_value_that_an_error_names_fits() {
    for max_size in [4096, 4100, 4096 + 64, 65_535] {
        for key in [&b""[..], b"a", b"8 bytes.", b"a longer key"] {
            let root = Root::temporary().unwrap();
            let mut writer = area(&root, Kind::Keyed).max_size(max_size).create().unwrap();
            let error = writer.put(key, &vec![0; 70_000]).unwrap_err();
            let PublishError::TooLarge { needed: 70_000, limit, .. } = error else { panic!("{error}") };
            let limit = usize::try_from(limit).unwrap();
            assert!(total(limit, key.len()) <= max_size && total(limit + 1, key.len()) > max_size);
            let too_large = |error| matches!(error, PublishError::TooLarge { .. });
            assert!(too_large(writer.put(key, &vec![1; limit + 1]).unwrap_err()));
            assert!(too_large(writer.chunk(To::Key(key), limit + 1).map(drop).unwrap_err()));
            writer.put(key, &vec![1; limit]).unwrap();
            writer.chunk(To::Key(key), limit).unwrap().commit().unwrap();
            assert_eq!(writer.stats().live_bytes, max_size / 64 * 64);
        }
    }
}

#[test]
fn memory_is_taken_piece_by_piece() {
    const PIECE: u64 = 64 << 10;
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Stream).max_size(8 << 20).initial_size(4 << 20).create().unwrap();
    let (mut before, mut pieces) = (writer.stats(), 0);
    while before.used_bytes < 3 << 20 {
        writer.publish(&[0; 1000]).unwrap();
        let now = writer.stats();
        let grown = now.segment_bytes - before.segment_bytes;
        assert!(grown == 0 || grown == PIECE, "{before:?} {now:?}");
        pieces += grown / PIECE;
        before = now;
    }
    assert!(pieces > 10 && before.rollovers == 0, "{before:?}");
}

#[test]
fn views_and_writers_say_what_is_there() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let empty = reader.view().unwrap();
    assert!(empty.is_empty().unwrap() && empty.last_seq().unwrap() == 0 && empty.len().unwrap() == 0);
    let id = writer.publish(b"one").unwrap();
    writer.publish(b"two").unwrap();
    let view = reader.view().unwrap();
    assert!(!view.is_empty().unwrap() && view.len().unwrap() == 2);
    assert_eq!(view.last_seq().unwrap(), 2);
    assert_eq!(view.get_id(id).unwrap().unwrap().payload(), b"one");
    assert_eq!(writer.get_id(id).unwrap().unwrap().payload(), b"one");
    assert!(view.get_id(ChunkId::new(7)).unwrap().is_none() && empty.get_id(id).unwrap().is_none());
    assert_eq!(id.to_string(), "1");
}

#[test]
fn who_is_idle_pins_nothing() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    writer.publish(b"one").unwrap();
    assert!(reader.latest().unwrap().is_some());
    writer.compact().unwrap();
    assert!(writer.stats().pinned_bytes > 0, "{:?}", writer.stats());
    reader.idle();
    assert_eq!(writer.stats().pinned_bytes, 0);
    assert_eq!(reader.latest().unwrap().unwrap().payload(), b"one");
}

#[test]
fn a_rollover_in_steps_begins_in_time_and_ends_before_it_must() {
    for kind in [Kind::Keyed, Kind::Stream] {
        let root = Root::temporary().unwrap();
        let max = if kind == Kind::Stream { 1 << 20 } else { 16 << 20 };
        let mut writer = area(&root, kind).max_size(max).initial_size(1 << 20).create().unwrap();
        let (mut before, mut begun, mut ends, mut steps) = (writer.stats(), None, 0, 0);
        for n in 0..60_000_u64 {
            match kind {
                Kind::Keyed => drop(writer.put(&(n % 4000).to_le_bytes(), &n.to_le_bytes()).unwrap()),
                _ => drop(writer.publish(&n.to_le_bytes()).unwrap()),
            }
            let now = writer.stats();
            if now.generation != before.generation {
                let (begun, is_large) = (begun.take(), before.live_bytes > 256 << 10);
                // The publish that switches had little left to do: the last step, not all of them.
                if let Some(at) = begun.filter(|_| is_large) {
                    let at: Stats = at;
                    let tenth = at.used_bytes / 10;
                    // About an eighth of what was there when it began.
                    assert!(
                        (tenth / 2..2 * tenth).contains(&(before.used_bytes - at.used_bytes)),
                        "{kind:?}: {before:?} {at:?}"
                    );
                    ends += 1;
                } else {
                    assert!(!is_large, "{kind:?}, {n}: at once, {before:?}");
                }
            } else if begun.is_none() && now.next_bytes > 0 {
                begun = Some(now);
            } else if now.next_bytes > 0 {
                // One or two pieces of memory, and what is copied into them, at a time.
                assert!(now.next_bytes <= before.next_bytes + (192 << 10), "{kind:?}: {before:?} {now:?}");
                steps += u32::from(now.next_bytes > before.next_bytes);
            }
            before = now;
        }
        assert!(ends > 5 && steps > 20, "{kind:?}: {ends} {steps}");
    }
}
