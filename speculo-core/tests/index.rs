//! The index where keys meet: in a slot, in a tag, and where it is full.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::HashMap;
use std::path::Path;

use speculo_core::*;

mod common;

use common::{Numbers, area};

fn word(dir: &Path, suffix: &str, at: usize) -> u64 {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let file = names.into_iter().find(|path| path.to_str().unwrap().ends_with(suffix)).unwrap();
    u64::from_le_bytes(std::fs::read(file).unwrap().get(at..at + 8).unwrap().try_into().unwrap())
}

/// As `layout::index` hashes keys of 8 bytes.
fn hash(key: u64, seed: u64) -> u64 {
    let product = u128::from(key ^ seed) * u128::from(0x9e37_79b9_7f4a_7c15_u64 ^ 8 << 40);
    u64::try_from(product & u128::from(u64::MAX)).unwrap() ^ u64::try_from(product >> 64).unwrap()
}

#[test]
fn keys_with_one_hash_are_told_apart() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let dir = root.path().unwrap().join("test/area");
    let (seed, slots) = (word(&dir, ".manifest", 64), word(&dir, "segment", 40));
    // Two keys that begin at one slot and have one tag, all that the index knows of them.
    let mut known = HashMap::new();
    // Numbers that look random: the hash spreads those that count up too evenly to meet soon.
    let mut numbers = Numbers(1);
    let pair = std::iter::repeat_with(|| numbers.draw()).find_map(|key| {
        let hash = hash(key, seed);
        known.insert((hash >> 40, hash & (slots - 1)), key).map(|other| (other, key))
    });
    let (one, other) = pair.unwrap();
    let (one, other) = (one.to_le_bytes(), other.to_le_bytes());

    let mut reader = area.open().unwrap();
    let mut slot = Slot::new(&other);
    writer.put(&one, b"one").unwrap();
    assert!(reader.get(&other).unwrap().is_none() && writer.get(&other).unwrap().is_none());
    assert!(reader.get_at(&mut slot).unwrap().is_none());
    assert!(!writer.remove(&other).unwrap());
    writer.put(&other, b"other").unwrap();
    for _ in 0..3 {
        assert_eq!(reader.get(&one).unwrap().unwrap().payload(), b"one");
        assert_eq!(reader.get(&other).unwrap().unwrap().payload(), b"other");
        assert_eq!(reader.get_at(&mut slot).unwrap().unwrap().payload(), b"other");
    }
    let view = reader.view().unwrap();
    assert!(view.get(&one).unwrap().unwrap().payload() == b"one" && view.len().unwrap() == 2);
    writer.put(&one, b"one again").unwrap();
    writer.compact().unwrap();
    assert!(writer.remove(&other).unwrap() && reader.get(&other).unwrap().is_none());
    assert_eq!(reader.get(&one).unwrap().unwrap().payload(), b"one again");
}

#[test]
fn keys_that_begin_alike_are_told_apart() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    // Short keys are padded with zeros, so that some of these have one word in the header.
    let keys: Vec<Vec<u8>> =
        (0..12).flat_map(|len| [vec![0; len], vec![1; len], [vec![1; len], vec![0]].concat()]).collect();
    let mut distinct = keys.clone();
    distinct.sort();
    distinct.dedup();
    for key in &distinct {
        writer.put(key, key).unwrap();
    }
    for key in &keys {
        assert_eq!(reader.get(key).unwrap().unwrap().key(), key);
    }
    assert_eq!(writer.view().unwrap().len().unwrap(), distinct.len());
}

#[test]
fn an_index_that_is_full_grows() {
    for kind in [Kind::Keyed, Kind::Stream] {
        let root = Root::temporary().unwrap();
        let area = area(&root, kind);
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        let (mut ids, mut slots) = (Vec::new(), Vec::new());
        let dir = root.path().unwrap().join("test/area");
        for n in 0..2000_u32 {
            ids.push(match kind {
                Kind::Keyed => writer.put(&n.to_le_bytes(), b"").unwrap(),
                _ => writer.publish(b"").unwrap(),
            });
            if n.is_multiple_of(100) {
                slots.push(word(&dir, &format!(".{}.segment", writer.stats().generation), 40));
            }
        }
        assert!(slots.first() < slots.last(), "{slots:?}");
        for (n, id) in (0..).zip(&ids) {
            let chunk = match kind {
                Kind::Keyed => reader.get(&u32::to_le_bytes(n)).unwrap(),
                _ => reader.get_id(*id).unwrap(),
            };
            assert_eq!(chunk.unwrap().id(), id.get());
        }
    }
}
