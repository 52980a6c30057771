//! Slots, and checks that happen once, against plain look-ups.
#![cfg(not(loom))]

use std::cell::Cell;
use std::time::Duration;

use speculo_core::*;

mod common;

use common::{Numbers, area, fill};

/// Checks a chunk as a typed layer does; says whether it was looked at.
fn check(chunk: &Chunk<'_>) -> bool {
    let looked = Cell::new(false);
    let sound = |payload: &[u8]| {
        looked.set(true);
        !payload.starts_with(b"bad")
    };
    let result = chunk.check_once(sound, |payload| format!("{} bytes are bad", payload.len()));
    assert_eq!(result.is_ok(), !chunk.payload().starts_with(b"bad"));
    assert_eq!(chunk.is_checked(), result.is_ok());
    if let Err(error) = result {
        assert!(
            matches!(error.kind(), ReadErrorKind::Invalid { .. })
                && error.to_string().contains("bytes are bad")
        );
    }
    looked.get()
}

#[test]
fn a_value_is_checked_once_in_each_memory() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    let mut reader = area(&root, Kind::Keyed).open().unwrap();
    writer.put(b"a", b"good").unwrap();
    writer.put(b"b", b"bad").unwrap();
    assert!(!reader.get(b"a").unwrap().unwrap().is_checked());
    assert!(check(&reader.get(b"a").unwrap().unwrap()));
    assert!(!check(&reader.get(b"a").unwrap().unwrap()), "in the same memory");
    assert!(!check(&reader.view().unwrap().get(b"a").unwrap().unwrap()), "shared by a view");
    assert!(!check(&reader.fork().get(b"a").unwrap().unwrap()), "and by a fork");
    assert!(!check(&reader.get(b"a").unwrap().unwrap().share().chunk()), "and by what is kept");
    for _ in 0..3 {
        assert!(check(&reader.get(b"b").unwrap().unwrap()), "what is bad stays so");
    }
    assert!(
        check(&area(&root, Kind::Keyed).open().unwrap().get(b"a").unwrap().unwrap()),
        "another reader trusts nobody"
    );
    writer.put(b"a", b"good again").unwrap();
    assert!(check(&reader.get(b"a").unwrap().unwrap()), "another value");
    writer.compact().unwrap();
    assert!(check(&reader.get(b"a").unwrap().unwrap()), "another memory");
    // So many that marks stand in more than one word, and in more than one block.
    for n in 0..3000_u32 {
        writer.put(&n.to_le_bytes(), &[1; 1000]).unwrap();
    }
    assert!(writer.stats().used_bytes > 2 << 20);
    let view = reader.view().unwrap();
    for turn in 0..2 {
        for n in 0..3000_u32 {
            assert_eq!(check(&view.get(&n.to_le_bytes()).unwrap().unwrap()), turn == 0, "{n}");
        }
    }
}

#[test]
fn slots_find_what_look_ups_find() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    let mut readers = [area(&root, Kind::Keyed).open().unwrap(), area(&root, Kind::Keyed).open().unwrap()];
    let keys: Vec<String> =
        (0..12).map(|n| if n % 2 == 0 { n.to_string() } else { format!("a longer key {n}") }).collect();
    // Some are shared by both readers in turn.
    let mut slots: Vec<Slot> = keys.iter().map(|key| Slot::new(key.as_bytes())).collect();
    let mut own: Vec<Slot> = slots.clone();
    let mut out: Vec<Slot> = slots.clone();
    let mut numbers = Numbers(1);
    for n in 0..6000_u32 {
        let number = numbers.draw();
        let at = usize::try_from(number >> 40).unwrap() % keys.len();
        let key = keys.get(at).unwrap().as_bytes();
        match (number >> 33) % 40 {
            0 => drop(writer.remove(key).unwrap()),
            1 => writer.compact().unwrap(),
            2 => {
                let to = To::Key(key);
                let fill = |room: &mut [u8]| fill(room, b"mortal");
                writer.publish_with(to, Some(Duration::from_micros(50)), fill).unwrap();
            }
            3..12 => {
                let fill = |room: &mut [u8]| fill(room, &n.to_le_bytes());
                writer.publish_at(out.get_mut(at).unwrap(), None, fill).unwrap();
            }
            _ => {}
        }
        let read = |chunk: Chunk<'_>| {
            check(&chunk);
            (chunk.version(), chunk.seq(), chunk.payload().to_vec())
        };
        for (turn, reader) in readers.iter_mut().enumerate() {
            let plain = reader.get(key).unwrap().map(read).filter(|(.., payload)| payload != b"mortal");
            let mut by_slot = |slot: &mut Slot| {
                reader.get_at(slot).unwrap().map(read).filter(|(.., payload)| payload != b"mortal")
            };
            assert_eq!(by_slot(slots.get_mut(at).unwrap()), plain, "after {n}");
            if turn == 0 {
                assert_eq!(by_slot(own.get_mut(at).unwrap()), plain, "after {n}");
            }
        }
    }
    assert!(writer.stats().rollovers > 50);
}

#[test]
fn a_value_says_how_long_it_lives() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).ttl(Duration::from_hours(1)).create().unwrap();
    writer.put(b"a", b"an hour").unwrap();
    let chunk = writer.get(b"a").unwrap().unwrap();
    let left = chunk.remaining().unwrap();
    assert!(left <= Duration::from_hours(1) && left > Duration::from_mins(58), "{left:?}");
    assert!(format!("{chunk:?}").contains("version: 1"), "{chunk:?}");
    assert!(format!("{:?}", chunk.share()).contains("version: 1"));
    drop(writer);
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    writer.put(b"a", b"for ever").unwrap();
    assert_eq!(writer.get(b"a").unwrap().unwrap().remaining(), None);
}

#[test]
fn a_slot_is_resolved_anew_in_every_area() {
    let root = Root::temporary().unwrap();
    let area = |name| {
        let schema = Schema::untyped(Kind::Keyed);
        Area::builder(name).root(root.clone()).schema(schema).initial_size(64 << 10)
    };
    let areas = [area("one"), area("two")];
    let mut handles = areas.map(|area| (area.create().unwrap(), area.open().unwrap()));
    let keys: Vec<_> = (0..60_u8).map(|n| if n % 2 == 0 { vec![n] } else { vec![n; 20] }).collect();
    let mut slots: Vec<_> = keys.iter().map(|key| Slot::new(key)).collect();
    for (slot, key) in slots.iter().zip(&keys) {
        assert_eq!(slot.key(), key);
    }
    for (n, (writer, _)) in handles.iter_mut().enumerate() {
        for key in &keys {
            writer.put(key, &[key.as_slice(), &[u8::try_from(n).unwrap()]].concat()).unwrap();
        }
    }
    // In each the keys stand elsewhere, for each has a seed of its own.
    for turn in 2..6_u8 {
        for (writer, reader) in &mut handles {
            assert_eq!(writer.stats().generation, 1);
            for (slot, key) in slots.iter_mut().zip(&keys) {
                assert_eq!(reader.get_at(slot).unwrap().unwrap().key(), key);
                let value = [key.as_slice(), &[turn]].concat();
                writer.publish_at(slot, None, |room| fill(room, &value)).unwrap();
                assert_eq!(reader.get_at(slot).unwrap().unwrap().payload(), value);
            }
            assert_eq!(reader.view().unwrap().len().unwrap(), keys.len());
        }
    }
}
