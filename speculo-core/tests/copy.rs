//! `Trust::Copy` shows what a mapping shows: everything is looked at through both, beside a busy writer.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use speculo_core::*;

mod common;

use common::area;

fn from_the_oldest(root: &Root, kind: Kind) -> AreaBuilder<'static> {
    area(root, kind).start(Start::Oldest)
}

type Seen = (u64, u64, u64, Vec<u8>, Vec<u8>);

fn seen(chunk: &Chunk<'_>) -> Seen {
    (chunk.id(), chunk.version(), chunk.seq(), chunk.key().to_vec(), chunk.payload().to_vec())
}

fn view(reader: &mut Reader) -> Vec<Seen> {
    let view = reader.view().unwrap();
    let all: Vec<_> = view.iter().map(|chunk| seen(&chunk.unwrap())).collect();
    assert_eq!(view.len().unwrap(), all.len());
    for (id, _, _, key, payload) in &all {
        let chunk = if key.is_empty() { view.get_id(ChunkId::new(*id)) } else { view.get(key) };
        assert_eq!(chunk.unwrap().unwrap().payload(), payload);
    }
    all
}

/// Applies to a mirror of the area what happened.
fn mirror(reader: &mut Reader, mirror: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    while let Some(event) = reader.try_event().unwrap() {
        match event {
            Event::Put(chunk) => drop(mirror.insert(chunk.key().to_vec(), chunk.payload().to_vec())),
            Event::Removed(chunk) => drop(mirror.remove(chunk.key())),
            _ => {
                let view = reader.view().unwrap();
                mirror.retain(|key, _| view.get(key).unwrap().is_some());
            }
        }
    }
}

#[test]
fn p10_a_copy_shows_what_a_mapping_shows() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let (mut mapped, mut copied) = (area.open().unwrap(), area.clone().trust(Trust::Copy).open().unwrap());
    let mut follower = copied.fork();
    let mut followed = BTreeMap::new();
    let mut held = Vec::new();
    for n in 0..1500_u32 {
        let number = n.wrapping_mul(2_654_435_761) >> 20;
        let key = if number.is_multiple_of(3) {
            format!("a longer key {}", number % 40)
        } else {
            (number % 40).to_string()
        };
        match number % 23 {
            0 => drop(writer.remove(key.as_bytes()).unwrap()),
            1 => writer.compact().unwrap(),
            2 => writer.clear().unwrap(),
            _ => drop(
                writer
                    .put(key.as_bytes(), &n.to_le_bytes().repeat(usize::try_from(number % 150).unwrap()))
                    .unwrap(),
            ),
        }
        let look = |reader: &mut Reader| reader.get(key.as_bytes()).unwrap().as_ref().map(seen);
        assert_eq!(look(&mut copied), look(&mut mapped), "after {n}");
        assert_eq!(copied.latest().unwrap().as_ref().map(seen), mapped.latest().unwrap().as_ref().map(seen));
        if n.is_multiple_of(7) {
            assert_eq!(view(&mut copied), view(&mut mapped), "after {n}");
            mirror(&mut follower, &mut followed);
            let all: BTreeMap<_, _> =
                view(&mut mapped).into_iter().map(|(.., key, payload)| (key, payload)).collect();
            assert_eq!(followed, all, "after {n}");
        }
        if n.is_multiple_of(50)
            && let Some(chunk) = copied.latest().unwrap()
        {
            held.push((chunk.payload().to_vec(), chunk.share()));
        }
    }
    // Copies pin nothing, and what is held of them stays.
    assert!(writer.stats().rollovers > 100);
    mapped.idle();
    assert_eq!(writer.stats().pinned_bytes, 0);
    assert!(held.iter().all(|(payload, kept)| kept.chunk().payload() == payload));
}

#[test]
fn a_copy_of_a_stream_is_followed_message_by_message() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Stream).max_size(64 << 10);
    let mut writer = area.create().unwrap();
    let mut copied = area.clone().trust(Trust::Copy).open().unwrap();
    let mut slow = copied.fork();
    let mut next = 0_u64;
    for n in 0..3000_u64 {
        let id = writer.publish(&n.to_le_bytes()).unwrap();
        if n.is_multiple_of(5) {
            let news =
                std::iter::from_fn(|| copied.try_next().unwrap().map(|chunk| chunk.payload().to_vec()));
            for message in news.collect::<Vec<_>>() {
                assert_eq!(message, next.to_le_bytes());
                next += 1;
            }
            assert_eq!((next, copied.lost()), (n + 1, 0));
            assert_eq!(copied.get_id(id).unwrap().unwrap().payload(), n.to_le_bytes());
        }
    }
    let (mut got, mut last) = (0, None);
    while let Some(chunk) = slow.try_next().unwrap() {
        let number = u64::from_le_bytes(chunk.payload().try_into().unwrap());
        assert!(last < Some(number));
        (got, last) = (got + 1, Some(number));
    }
    assert_eq!((last, got + slow.lost()), (Some(2999), 3000));
    drop(writer);
    area.remove().unwrap();
    assert!(matches!(copied.latest().map(|_| ()).unwrap_err().kind(), ReadErrorKind::Removed(_)));
}

#[test]
fn too_much_is_not_copied() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Stream).max_size(8 << 30);
    let writer = area.create().unwrap();
    let path = root.path().unwrap().join("test/area").join(format!(".{}.segment", writer.stats().generation));
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    let copy = area.clone().trust(Trust::Copy);
    file.set_len(256 << 20).unwrap();
    let fits = copy.open().map(drop);
    file.set_len((256 << 20) + 4096).unwrap();
    let error = copy.open().map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Untrusted(_)) && error.to_string().contains("268435456"), "{error}");
    // What is longer than its log's limit is damaged, however it is read.
    assert!(!matches!(fits, Err(OpenError::Untrusted(_))), "{fits:?}");
}
