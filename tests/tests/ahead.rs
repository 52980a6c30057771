//! Large live sets are copied to the next segment in steps, while publishing goes on.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use speculo_core::{Event, Kind, Overflow, Reader, Root, To, View, Writer};
use speculo_tests::random::Random;
use speculo_tests::{area, area_dir, assert_tidy, fill, number, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            a_keyed_area_says_what_was_put_whatever_is_on_its_way,
            a_mirror_through_rollovers_in_steps_is_exact,
            a_stream_in_steps_loses_its_oldest_only,
            expired_values_do_not_make_areas_grow,
            the_work_is_spread,
            clearing_and_compacting_leave_what_is_on_its_way,
            a_full_index_ends_what_is_on_its_way,
            files_are_whole_pages_whatever_they_carry,
        ],
        &[],
    )
}

const KEYS: u64 = 3000;
/// Longer than anything here takes.
const LONG: Duration = Duration::from_hours(1);

type Oracle = BTreeMap<u64, (u64, usize)>;

fn payload(n: u64, len: usize) -> Vec<u8> {
    let mut payload = vec![u8::try_from(n % 251).unwrap(); len.max(8)];
    payload[..8].copy_from_slice(&n.to_le_bytes());
    payload
}

/// Puts, replaces, removes, lets expire; keys short and long.
fn change(writer: &mut Writer, oracle: &mut Oracle, random: &mut Random, n: u64) {
    let key = random.below(KEYS);
    let bytes = key_of(key);
    match random.below(20) {
        0 | 1 => {
            assert_eq!(writer.remove(&bytes).unwrap(), oracle.remove(&key).is_some(), "key {key}");
        }
        2 => {
            // It has expired before anybody looks.
            let value = payload(n, 40);
            let gone = Some(Duration::from_nanos(1));
            writer.publish_with(To::Key(&bytes), gone, fill(&value)).unwrap();
            oracle.remove(&key);
        }
        way => {
            let len = usize::try_from(random.below(200)).unwrap();
            let value = payload(n, len);
            let ttl = (way == 3).then_some(LONG);
            writer.publish_with(To::Key(&bytes), ttl, fill(&value)).unwrap();
            oracle.insert(key, (n, value.len()));
        }
    }
}

/// Every third key does not fit a header.
fn key_of(key: u64) -> Vec<u8> {
    if key.is_multiple_of(3) { format!("a long key {key}").into_bytes() } else { key.to_le_bytes().to_vec() }
}

fn compare(view: &View, oracle: &Oracle) {
    let mut seen = BTreeMap::new();
    for chunk in view {
        let chunk = chunk.unwrap();
        let n = number(chunk.payload());
        assert_eq!(chunk.payload(), payload(n, chunk.payload().len()));
        assert!(seen.insert(n, chunk.payload().len()).is_none(), "twice: {n}");
    }
    let expected: BTreeMap<u64, usize> = oracle.values().copied().collect();
    assert_eq!(seen.len(), expected.len());
    assert_eq!(seen, expected);
    for (key, (n, _)) in oracle {
        let chunk = view.get(&key_of(*key)).unwrap().unwrap_or_else(|| panic!("key {key} is missing"));
        assert_eq!(number(chunk.payload()), *n);
    }
}

fn a_keyed_area_says_what_was_put_whatever_is_on_its_way() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Keyed).create().unwrap();
    let (mut oracle, mut random) = (Oracle::new(), Random::new(1));
    let (mut generation, mut on_its_way, mut in_steps) = (0, false, 0);
    for n in 0..60_000 {
        change(&mut writer, &mut oracle, &mut random, n);
        let stats = writer.stats();
        if stats.generation != generation {
            in_steps += u64::from(on_its_way);
            generation = stats.generation;
            compare(&writer.view().unwrap(), &oracle);
        }
        on_its_way = stats.next_bytes > 0;
    }
    compare(&writer.view().unwrap(), &oracle);
    assert!(in_steps > 5, "{in_steps} of {} rollovers were made in steps", writer.stats().rollovers);
    drop(writer);
    assert_tidy(&path);
    // What counts is counted the same by who takes over, looking at everything.
    let writer = area(&path, Kind::Keyed).create().unwrap();
    compare(&writer.view().unwrap(), &oracle);
}

/// Applies what happened since the last time.
fn mirror(reader: &mut Reader, values: &mut BTreeMap<Vec<u8>, u64>) {
    while let Some(event) = reader.try_event().unwrap() {
        match event {
            Event::Put(chunk) => drop(values.insert(chunk.key().to_vec(), number(chunk.payload()))),
            Event::Removed(chunk) => drop(values.remove(chunk.key())),
            _ => values.clear(),
        }
    }
}

fn a_mirror_through_rollovers_in_steps_is_exact() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Keyed).create().unwrap();
    let mut close = area(&path, Kind::Keyed).open().unwrap();
    let mut far = area(&path, Kind::Keyed).open().unwrap();
    let (mut near_values, mut far_values) = (BTreeMap::new(), BTreeMap::new());
    let (mut oracle, mut random) = (BTreeMap::new(), Random::new(2));
    for n in 0..40_000_u64 {
        let key = key_of(random.below(KEYS));
        if random.below(8) == 0 {
            writer.remove(&key).unwrap();
            oracle.remove(&key);
        } else {
            writer.put(&key, &payload(n, 64)).unwrap();
            oracle.insert(key, n);
        }
        mirror(&mut close, &mut near_values);
        if n % 9973 == 0 {
            mirror(&mut far, &mut far_values);
            // A look-up moves the reader on, so that what it has not followed yet is what was carried.
            far.get(b"nothing").unwrap();
        }
        if n % 1000 == 0 {
            assert_eq!(near_values, oracle);
        }
    }
    mirror(&mut far, &mut far_values);
    assert_eq!(near_values, oracle);
    assert_eq!(far_values, oracle, "a mirror that fell behind");
    assert!(writer.stats().rollovers > 5);
}

fn a_stream_in_steps_loses_its_oldest_only() {
    const MAX: u64 = 2 << 20;
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let stream = || area(&path, Kind::Stream).max_size(MAX).overflow(Overflow::DropOldest);
    let mut writer = stream().create().unwrap();
    let mut follower = stream().open().unwrap();
    let (mut followed, mut in_steps) = (0, 0);
    for n in 1..=100_000_u64 {
        let before = writer.stats();
        writer.publish(&payload(n, 100)).unwrap();
        let after = writer.stats();
        if after.generation != before.generation {
            in_steps += u64::from(before.next_bytes > 0);
            let view = writer.view().unwrap();
            let numbers: Vec<u64> = view.iter().map(|chunk| number(chunk.unwrap().payload())).collect();
            assert!(numbers.is_sorted() && numbers.last() == Some(&n), "the last one is there");
            assert_eq!(numbers.last().unwrap() - numbers[0] + 1, numbers.len() as u64, "none is missing");
            assert!(after.live_bytes <= MAX && numbers.len() as u64 * 192 == after.live_bytes);
            assert!(n < 20_000 || after.live_bytes >= MAX * 2 / 5, "{} bytes are left", after.live_bytes);
        }
        while let Some(chunk) = follower.try_next().unwrap() {
            followed += 1;
            assert_eq!(number(chunk.payload()), followed);
        }
    }
    assert_eq!((followed, follower.lost()), (100_000, 0));
    assert!(in_steps > 5, "{in_steps} of {}", writer.stats().rollovers);
}

fn expired_values_do_not_make_areas_grow() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Stream).ttl(Duration::from_millis(1)).create().unwrap();
    let mut largest = 0;
    for n in 0..200_000_u64 {
        writer.publish(&payload(n, 100)).unwrap();
        largest = largest.max(writer.stats().segment_bytes);
    }
    assert!(writer.stats().rollovers > 3 && largest < 8 << 20, "{largest} bytes, {:?}", writer.stats());
}

/// No publish fills much more memory than the pace of a rollover asks for, whatever the values' size.
fn the_work_is_spread() {
    for (size, keys) in [(64, 20_000_u64), (2000, 4000), (8000, 1000), (16_000, 600)] {
        let root = Root::temporary().unwrap();
        let mut writer = area(&root.path().unwrap(), Kind::Keyed).max_size(64 << 20).create().unwrap();
        let (mut steps, mut current, mut most) = (Vec::new(), 0, 0);
        for n in 0..keys * 8 {
            let before = writer.stats();
            writer.put(&(n % keys).to_le_bytes(), &payload(n, size)).unwrap();
            let after = writer.stats();
            if before.next_bytes > 0 {
                current += 1;
                let now = if after.generation == before.generation {
                    after.next_bytes
                } else {
                    after.segment_bytes
                };
                most = most.max(now - before.next_bytes);
            }
            if before.generation != after.generation {
                if n > keys {
                    steps.push(current);
                }
                current = 0;
            }
        }
        let (fewest, live) = (steps.iter().min().copied().unwrap_or(0), writer.stats().live_bytes);
        // Ten times as many bytes are walked as are published.
        assert!(steps.len() > 1 && fewest > keys / 20, "{size} bytes, publishes on the way: {steps:?}");
        assert!(most <= (128 << 10) + 24 * size as u64, "{size} bytes: {most} at once, {live} live");
    }
}

fn clearing_and_compacting_leave_what_is_on_its_way() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Keyed).create().unwrap();
    let mut n = 0;
    let mut until_on_its_way = |writer: &mut Writer| {
        while writer.stats().next_bytes == 0 {
            writer.put(&(n % KEYS).to_le_bytes(), &payload(n, 64)).unwrap();
            n += 1;
        }
        n
    };
    let n = until_on_its_way(&mut writer);
    writer.compact().unwrap();
    assert_eq!(writer.stats().next_bytes, 0);
    assert_eq!(writer.view().unwrap().iter().count() as u64, n.min(KEYS));
    until_on_its_way(&mut writer);
    writer.clear().unwrap();
    assert_eq!((writer.stats().next_bytes, writer.view().unwrap().iter().count()), (0, 0));
    until_on_its_way(&mut writer);
    drop(writer);
    assert_tidy(&path);
    assert!(area_dir(&path).exists());
}

fn a_full_index_ends_what_is_on_its_way() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Keyed).initial_size(8 << 20).max_size(64 << 20).create().unwrap();
    // Empty values take a line each: the index is full long before the log.
    for n in 0..300_000_u64 {
        writer.put(&n.to_le_bytes(), b"").unwrap();
    }
    let view = writer.view().unwrap();
    assert_eq!(view.iter().count(), 300_000);
    assert!((0..300_000_u64).all(|n| view.get(&n.to_le_bytes()).unwrap().is_some()));
}

/// A segment whose file ended within a page could not be used again: readers refused it, and so did a takeover.
fn files_are_whole_pages_whatever_they_carry() {
    for seed in 0..4 {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let mut writer = area(&path, Kind::Stream).max_size(8 << 20).create().unwrap();
        let (mut random, mut generation) = (Random::new(seed), 0);
        for n in 0..8000 {
            let large = random.below(64) == 0;
            let len = random.below(if large { 300_000 } else { 500 });
            writer.publish(&payload(n, usize::try_from(len).unwrap())).unwrap();
            match random.below(3000) {
                0 => writer.compact().unwrap(),
                1 => writer.clear().unwrap(),
                _ => {}
            }
            let stats = writer.stats();
            assert!(stats.segment_bytes.is_multiple_of(4096), "{stats:?}");
            if stats.generation != generation {
                generation = stats.generation;
                area(&path, Kind::Stream).open().unwrap().latest().unwrap();
            }
        }
    }
}
