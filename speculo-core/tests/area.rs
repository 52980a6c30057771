//! The handles together, in one process, on a real memory file system.
#![cfg(not(loom))]
#![expect(unsafe_code, clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use speculo_core::*;

mod common;

use common::{area, fill};

fn files(root: &Root) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(root.path().unwrap().join("test/area"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn keyed_values_replace_each_other_through_many_rollovers() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let mut ids = Vec::new();
    for round in 0u64..300 {
        for key in 0u8..20 {
            let id = writer.put(&[key], &(round * 100 + u64::from(key)).to_le_bytes()).unwrap();
            if round == 0 {
                ids.push(id);
            }
            assert_eq!(id, ids[usize::from(key)]);
        }
        for key in 0u8..20 {
            let chunk = reader.get(&[key]).unwrap().unwrap();
            assert_eq!(chunk.payload(), (round * 100 + u64::from(key)).to_le_bytes());
            assert_eq!(chunk.version(), round + 1);
            assert_eq!(chunk.key(), [key]);
        }
        assert!(reader.get(&[99]).unwrap().is_none());
    }
    let stats = writer.stats();
    assert!(stats.rollovers > 50, "{stats:?}");
    assert!(stats.reused + 5 > stats.rollovers, "{stats:?}");
    assert_eq!(stats.live_bytes, 20 * 128);
    assert_eq!(writer.get(&[3]).unwrap().unwrap().payload(), (299u64 * 100 + 3).to_le_bytes());
}

#[test]
fn removal_ends_a_life_and_the_next_begins_another() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let first = writer.put(b"a", b"1").unwrap();
    assert!(writer.remove(b"a").unwrap());
    assert!(!writer.remove(b"a").unwrap());
    assert!(!writer.remove(b"b").unwrap());
    assert!(reader.get(b"a").unwrap().is_none());
    let second = writer.put(b"a", b"2").unwrap();
    assert_ne!(first, second);
    let chunk = reader.get(b"a").unwrap().unwrap();
    assert_eq!((chunk.payload(), chunk.version(), chunk.id()), (&b"2"[..], 1, second.get()));
}

#[test]
fn a_stream_is_followed_in_order_and_updates_replace() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let ids: Vec<_> = (0..10u8).map(|n| writer.publish(&[n]).unwrap()).collect();
    assert_eq!(writer.chunk_update(ids[4], b"four").unwrap(), ids[4]);
    assert!(writer.remove_id(ids[7]).unwrap());
    let mut seen = Vec::new();
    while let Some(chunk) = reader.try_next().unwrap() {
        seen.push(chunk.payload().to_vec());
    }
    let expected: Vec<Vec<u8>> =
        vec![vec![0], vec![1], vec![2], vec![3], vec![5], vec![6], vec![8], vec![9], b"four".to_vec()];
    // Number 7 is superseded by its tombstone, number 4 by its update.
    assert_eq!(seen, expected);
    assert_eq!(reader.get_id(ids[4]).unwrap().unwrap().payload(), b"four");
    assert!(reader.get_id(ids[7]).unwrap().is_none());
    assert_eq!(reader.get_id(ids[4]).unwrap().unwrap().version(), 2);
    assert!(matches!(writer.chunk_update(ids[7], b""), Err(PublishError::NoSuchChunk { .. })));
    assert_eq!(reader.latest().unwrap().unwrap().payload(), b"four");
}

#[test]
fn a_stream_drops_the_oldest_and_counts_what_was_lost() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream).max_size(64 * 1024);
    let mut writer = area.create().unwrap();
    let mut slow = area.open().unwrap();
    let mut fast = area.open().unwrap();
    let mut next = 0u64;
    for n in 0u64..5000 {
        writer.publish(&n.to_le_bytes()).unwrap();
        while let Some(chunk) = fast.try_next().unwrap() {
            assert_eq!(chunk.payload(), next.to_le_bytes());
            next += 1;
        }
    }
    assert_eq!((next, fast.lost()), (5000, 0));
    let mut seen = Vec::new();
    while let Some(chunk) = slow.try_next().unwrap() {
        seen.push(u64::from_le_bytes(chunk.payload().try_into().unwrap()));
    }
    assert!(seen.is_sorted() && *seen.last().unwrap() == 4999);
    assert_eq!(slow.lost() + seen.len() as u64, 5000);
    assert!(writer.stats().live_bytes <= 64 * 1024);
    // Who comes late has lost nothing.
    let mut late = area.open().unwrap();
    while late.try_next().unwrap().is_some() {}
    assert_eq!(late.lost(), 0);

    let rejecting = area.clone().overflow(Overflow::Reject);
    drop(writer);
    let mut writer = rejecting.create().unwrap();
    let error = (0..2000).find_map(|_| writer.publish(&[0; 64]).err()).unwrap();
    assert!(matches!(error, PublishError::LimitReached { .. }), "{error}");
}

#[test]
fn expiry_is_honoured_and_does_not_resurrect() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    writer.put(b"a", b"old").unwrap();
    let short = Some(Duration::from_millis(5));
    writer.publish_with(To::Key(b"a"), short, |room| fill(room, b"new")).unwrap();
    assert_eq!(reader.get(b"a").unwrap().unwrap().payload(), b"new");
    let view = reader.view().unwrap();
    let expires = reader.get(b"a").unwrap().unwrap().expires_at();
    assert!(expires > 0);
    while reader.get(b"a").unwrap().is_some() {
        std::thread::yield_now();
    }
    assert_eq!(view.get(b"a").unwrap().unwrap().payload(), b"new", "judged when it was made");
    writer.compact().unwrap();
    assert!(reader.get(b"a").unwrap().is_none(), "the old value must not come back");
    assert_eq!(writer.put(b"a", b"again").unwrap().get(), 3, "a new life has a new id");
}

#[test]
fn a_view_stays_as_it_was() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    for key in 0..50u8 {
        writer.put(&[key], &[1]).unwrap();
    }
    let view = reader.view().unwrap();
    let sample = reader.get(&[7]).unwrap().unwrap().share();
    for round in 2..200u8 {
        for key in 0..60u8 {
            writer.put(&[key], &[round]).unwrap();
        }
        writer.remove(&[3]).unwrap();
    }
    drop(writer);
    area.remove().unwrap();
    assert_eq!(view.len().unwrap(), 50);
    assert!(view.iter().all(|chunk| chunk.unwrap().payload() == [1]));
    assert_eq!(view.get(&[3]).unwrap().unwrap().payload(), [1]);
    assert!(view.get(&[55]).unwrap().is_none());
    assert_eq!(sample.chunk().payload(), [1]);
    let error = reader.get(&[7]).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Removed(_)), "{error}");
}

#[test]
fn taking_over_keeps_everything_and_changes_settings() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let id = writer.put(b"a", b"1").unwrap();
    writer.put(b"a", b"2").unwrap();
    writer.put(b"b", b"3").unwrap();
    writer.remove(b"b").unwrap();
    let busy = area.create().unwrap_err();
    assert!(
        matches!(busy, CreateError::WriterBusy { pid: Some(pid), .. } if pid == std::process::id()),
        "{busy}"
    );
    assert!(matches!(area.remove(), Err(RemoveError::WriterBusy { .. })));
    let mut reader = area.open().unwrap();
    assert_eq!(reader.publisher().unwrap(), Liveness::Alive);
    drop(writer);
    assert_eq!(reader.publisher().unwrap(), Liveness::Dead);
    assert_eq!(reader.get(b"a").unwrap().unwrap().payload(), b"2");

    let mut writer = area.clone().max_size(1 << 20).create().unwrap();
    assert_eq!(files(&root), [".1.segment", ".2.segment", ".bell", ".lock", ".manifest"]);
    assert_eq!(writer.stats().max_size, 1 << 20);
    let chunk = reader.get(b"a").unwrap().unwrap();
    assert_eq!((chunk.payload(), chunk.id(), chunk.version()), (&b"2"[..], id.get(), 2));
    assert!(reader.get(b"b").unwrap().is_none());
    assert_eq!(writer.put(b"a", b"4").unwrap(), id);
    assert_eq!(reader.get(b"a").unwrap().unwrap().version(), 3);
    drop(writer);
    assert_eq!(files(&root), [".2.segment", ".bell", ".lock", ".manifest"]);

    let exclusive = area.clone().flags(Flags::EXCLUSIVE).create();
    assert!(matches!(exclusive, Err(CreateError::Exists { .. })));
    let mut events = area.open().unwrap();
    let writer = area.clone().flags(Flags::FRESH | Flags::REMOVE_ON_DROP).create().unwrap();
    assert!(reader.get(b"a").unwrap().is_none());
    assert!(matches!(events.try_event().unwrap(), Some(Event::Put(_))));
    assert!(matches!(events.try_event().unwrap(), Some(Event::Resync)));
    assert!(events.try_event().unwrap().is_none());
    drop(writer);
    assert!(!root.path().unwrap().join("test/area").exists());
    assert!(matches!(area.open(), Err(OpenError::NotFound { .. })));
    assert!(matches!(area.remove(), Err(RemoveError::NotFound { .. })));
}

#[test]
fn events_tell_removals() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    writer.put(b"a", b"1").unwrap();
    assert!(matches!(reader.try_event().unwrap(), Some(Event::Put(chunk)) if chunk.payload() == b"1"));
    writer.remove(b"a").unwrap();
    assert!(matches!(reader.try_event().unwrap(), Some(Event::Removed(chunk)) if chunk.key() == b"a"));
    assert!(reader.try_event().unwrap().is_none());
    // A removal in a segment that is left behind unseen becomes a resync, once.
    writer.put(b"b", b"1").unwrap();
    assert!(matches!(reader.try_event().unwrap(), Some(Event::Put(_))));
    writer.remove(b"b").unwrap();
    writer.compact().unwrap();
    assert!(reader.get(b"b").unwrap().is_none());
    assert!(matches!(reader.try_event().unwrap(), Some(Event::Resync)));
    writer.compact().unwrap();
    assert!(reader.get(b"b").unwrap().is_none());
    assert!(reader.try_event().unwrap().is_none());
}

#[test]
fn slots_survive_rollovers_and_other_areas() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let other = Area::builder("other").root(root.clone()).schema(Schema::untyped(Kind::Keyed));
    let (mut writer, mut stranger) = (area.create().unwrap(), other.create().unwrap());
    let mut reader = area.open().unwrap();
    let (mut to, mut from) = (Slot::new(b"k7"), Slot::new(b"k7"));
    assert!(reader.get_at(&mut from).unwrap().is_none());
    for n in 0u64..2000 {
        let fill = |room: &mut [u8]| fill(room, &n.to_le_bytes());
        writer.publish_at(&mut to, None, fill).unwrap();
        writer.put(format!("k{}", n % 20 + 100).as_bytes(), b"x").unwrap();
        assert_eq!(reader.get_at(&mut from).unwrap().unwrap().payload(), n.to_le_bytes());
        if n % 100 == 0 {
            stranger.put(b"z", b"z").unwrap();
            stranger.publish_at(&mut to, None, fill).unwrap();
        }
    }
    assert_eq!(stranger.get(b"k7").unwrap().unwrap().payload(), 1900u64.to_le_bytes());
    assert_eq!(stranger.view().unwrap().len().unwrap(), 2);
    assert_eq!(writer.view().unwrap().len().unwrap(), 21);
}

#[test]
fn large_and_empty_values_fit_and_too_large_ones_are_refused() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed).max_size(8 << 20);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    for len in [0, 1, 63, 64, 65, 4096, 100_000, 3 << 20, 7 << 20, 10] {
        let value: Vec<u8> = (0..len).map(|n: u32| (n % 251).to_le_bytes()[0]).collect();
        writer.put(b"big", &value).unwrap();
        assert!(reader.get(b"big").unwrap().unwrap().payload() == value);
        assert!(reader.get(b"big").unwrap().unwrap().payload().as_ptr().addr().is_multiple_of(16));
    }
    let error = writer.put(b"big", &vec![0; 9 << 20]).unwrap_err();
    assert!(matches!(error, PublishError::TooLarge { .. }), "{error}");
    writer.put(b"b2", &vec![0; 5 << 20]).unwrap();
    let error = writer.put(b"b3", &vec![0; 5 << 20]).unwrap_err();
    assert!(matches!(error, PublishError::LimitReached { .. }), "{error}");
    assert_eq!(reader.get(b"big").unwrap().unwrap().payload().len(), 10);
    assert!(matches!(writer.put(&vec![0; 70_000], b""), Err(PublishError::KeyTooLong { .. })));
    assert!(writer.remove(b"b2").unwrap());
    writer.compact().unwrap();
    assert!(writer.stats().segment_bytes < 64 * 1024, "areas shrink: {:?}", writer.stats());
}

#[test]
fn an_unfinished_chunk_leaves_nothing() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let mut draft = writer.chunk(To::Next, 100).unwrap();
    assert!(draft.len() == 100 && draft.iter().all(|byte| *byte == 0));
    draft.fill(1);
    assert!(draft.len() == 100 && draft.iter().all(|byte| *byte == 1));
    drop(draft);
    assert!(reader.try_next().unwrap().is_none());
    let failed = writer.publish_with(To::Next, None, |_| Err("no"));
    assert!(matches!(failed, Err(PublishError::Encode { .. })));
    assert!(reader.try_next().unwrap().is_none());
    let mut draft = writer.chunk(To::Next, 10_000).unwrap().ttl(Duration::from_mins(1));
    draft[9_999] = 9;
    draft.commit().unwrap();
    let chunk = reader.try_next().unwrap().unwrap();
    assert_eq!((chunk.payload().len(), chunk.payload()[9_999]), (10_000, 9));
    assert!(chunk.expires_at() > 0);
}

#[test]
fn waiting_blocks_until_something_is_published() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    assert!(!reader.wait(Some(Duration::from_millis(150))).unwrap());
    assert!(reader.next_timeout(Some(Duration::from_millis(1))).unwrap().is_none());
    let thread = std::thread::spawn(move || {
        for n in 0..1000u64 {
            let chunk = reader.next_timeout(None).unwrap().unwrap();
            assert_eq!(chunk.payload(), n.to_le_bytes());
        }
        assert!(reader.wait(None).unwrap());
        reader
    });
    for n in 0..1000u64 {
        writer.publish(&n.to_le_bytes()).unwrap();
        if n % 100 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let mut reader = thread.join().unwrap();
    reader.idle();
    assert!(reader.try_next().unwrap().is_none());
    writer.publish(b"x").unwrap();
    assert_eq!(reader.try_next().unwrap().unwrap().payload(), b"x");
}

#[test]
fn targets_must_fit_the_kind() {
    let root = Root::temporary().unwrap();
    let mut stream = area(&root, Kind::Stream).create().unwrap();
    assert!(matches!(stream.put(b"k", b""), Err(PublishError::WrongKind { .. })));
    drop(stream);
    let mismatch = area(&root, Kind::Keyed).create().unwrap_err();
    assert!(matches!(mismatch, CreateError::SchemaMismatch(_)), "{mismatch}");
    let mut keyed = area(&root, Kind::Keyed).flags(Flags::REPLACE_ON_MISMATCH).create().unwrap();
    assert!(matches!(keyed.publish(b""), Err(PublishError::WrongKind { .. })));
    assert!(matches!(keyed.chunk_update(ChunkId::new(1), b""), Err(PublishError::WrongKind { .. })));
    drop(keyed);
    let mut single = area(&root, Kind::Singleton).flags(Flags::REPLACE_ON_MISMATCH).create().unwrap();
    let mut reader = area(&root, Kind::Singleton).open().unwrap();
    assert!(reader.latest().unwrap().is_none());
    for n in 0..1000u64 {
        single.publish(&n.to_le_bytes()).unwrap();
        assert_eq!(reader.latest().unwrap().unwrap().payload(), n.to_le_bytes());
    }
    assert!(single.remove(&[]).unwrap());
    assert!(reader.latest().unwrap().is_none());
    single.publish(b"x").unwrap();
    single.clear().unwrap();
    assert!(reader.latest().unwrap().is_none());
}

#[test]
fn bad_settings_and_foreign_files_are_refused_untouched() {
    let root = Root::temporary().unwrap();
    let dir = root.path().unwrap().join("test/area");
    for wrong in [
        area(&root, Kind::Stream).max_size(0),
        area(&root, Kind::Stream).max_size(u64::MAX),
        area(&root, Kind::Stream).max_size(8192).initial_size(16384),
        area(&root, Kind::Stream).mode(0o666),
        area(&root, Kind::Stream).mode(0o200),
    ] {
        let error = wrong.create().unwrap_err();
        assert!(matches!(error, CreateError::Settings { .. }), "{error}");
    }
    assert!(!dir.exists());
    assert!(matches!(Area::builder("../x").root(root.clone()).create(), Err(CreateError::Name(_))));

    std::fs::create_dir_all(&dir).unwrap();
    for (content, what) in [(vec![0; 4096], "corrupt"), (vec![], "corrupt"), (vec![1; 100], "corrupt")] {
        std::fs::write(dir.join(".manifest"), &content).unwrap();
        let error = area(&root, Kind::Stream).open().unwrap_err();
        assert!(matches!(error, OpenError::Corrupt(_)), "{error}, {what}");
        let error = area(&root, Kind::Stream).create().unwrap_err();
        assert!(matches!(error, CreateError::Corrupt(_)), "{error}, {what}");
        assert_eq!(std::fs::read(dir.join(".manifest")).unwrap(), content);
    }
    let mut writer = area(&root, Kind::Stream).flags(Flags::FRESH).create().unwrap();
    writer.publish(b"1").unwrap();
    drop(writer);

    let manifest = std::fs::read(dir.join(".manifest")).unwrap();
    let mut newer = manifest.clone();
    newer[8] = 2;
    std::fs::write(dir.join(".manifest"), &newer).unwrap();
    assert!(matches!(area(&root, Kind::Stream).open(), Err(OpenError::ForeignFormat(_))));
    assert!(matches!(area(&root, Kind::Stream).create(), Err(CreateError::ForeignFormat(_))));
    let mut earlier = manifest.clone();
    earlier[32] ^= 1;
    std::fs::write(dir.join(".manifest"), &earlier).unwrap();
    assert!(matches!(area(&root, Kind::Stream).open(), Err(OpenError::EarlierBoot(_))));
    assert!(matches!(area(&root, Kind::Stream).create(), Err(CreateError::EarlierBoot(_))));
    std::fs::write(dir.join(".manifest"), &manifest).unwrap();

    let segment = dir.join(".1.segment");
    let bytes = std::fs::read(&segment).unwrap();
    for len in [0, 100, 512, 4096] {
        std::fs::write(&segment, &bytes[..len.min(bytes.len())]).unwrap();
        if let Err(error) = area(&root, Kind::Stream).open() {
            assert!(matches!(error, OpenError::Corrupt(_)), "{error}");
        } else {
            assert_eq!(len, 4096, "the log may end early, the header not");
        }
    }
    std::fs::write(&segment, &bytes).unwrap();
    assert_eq!(area(&root, Kind::Stream).open().unwrap().try_next().unwrap().unwrap().payload(), b"1");
}

#[test]
fn an_area_with_the_longest_descriptor_can_be_opened_and_taken_over() {
    let root = Root::temporary().unwrap();
    let longest = vec![7; 1 << 20];
    let area = area(&root, Kind::Stream);
    let area = area.schema(Schema { descriptor: &longest, ..Schema::untyped(Kind::Stream) });
    let mut writer = area.create().unwrap();
    writer.publish(b"1").unwrap();
    assert_eq!(area.open().unwrap().descriptor(), longest);
    drop(writer);
    assert_eq!(area.create().unwrap().latest().unwrap().unwrap().payload(), b"1");
}

#[test]
fn everything_is_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<Writer>();
    check::<Reader>();
    check::<View>();
    check::<OwnedChunk>();
    check::<Chunk<'_>>();
    check::<Draft<'_>>();
    check::<Slot>();
    check::<Root>();
    check::<AreaBuilder<'_>>();
    check::<CreateError>();
    check::<OpenError>();
    check::<PublishError>();
    check::<ReadError>();
    check::<RemoveError>();
}

#[test]
fn a_takeover_applies_its_mode_to_every_file() {
    use std::os::unix::fs::PermissionsExt;
    let root = Root::temporary().unwrap();
    let dir = root.path().unwrap().join("test/area");
    let modes = || {
        let mut modes: Vec<_> = files(&root)
            .into_iter()
            .filter(|name| name == ".manifest" || name.ends_with(".segment"))
            .map(|name| std::fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777)
            .collect();
        modes.push(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777);
        modes
    };
    let mut writer = area(&root, Kind::Keyed).mode(0o644).create().unwrap();
    for n in 0..200u8 {
        writer.put(&[n % 3], &[n; 100]).unwrap();
    }
    assert_eq!(modes(), [0o644, 0o644, 0o644, 0o755]);
    drop(writer);
    let writer = area(&root, Kind::Keyed).mode(0o600).create().unwrap();
    assert_eq!(modes(), [0o600, 0o600, 0o600, 0o755], "the directory may hold other areas");
    drop(writer);
    let mut writer = area(&root, Kind::Keyed).mode(0o640).create().unwrap();
    for n in 0..200u8 {
        writer.put(&[n % 3], &[n; 100]).unwrap();
    }
    assert_eq!(modes(), [0o640, 0o640, 0o640, 0o755]);
}

#[test]
fn what_is_discarded_may_be_damaged() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    writer.put(b"a", b"1").unwrap();
    drop(writer);
    std::fs::write(root.path().unwrap().join("test/area/.1.segment"), b"x").unwrap();
    assert!(matches!(area(&root, Kind::Keyed).create(), Err(CreateError::Corrupt(_))));
    let mut writer = area(&root, Kind::Keyed).flags(Flags::FRESH).create().unwrap();
    assert!(writer.latest().unwrap().is_none());
    writer.put(b"b", b"2").unwrap();
    assert_eq!(writer.latest().unwrap().unwrap().payload(), b"2");
    assert_eq!(area(&root, Kind::Keyed).open().unwrap().view().unwrap().len().unwrap(), 1);
}

#[test]
fn what_is_passed_over_at_the_end_of_a_segment_hides_nothing_in_the_next() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    writer.put(b"x", b"1").unwrap();
    writer.remove(b"x").unwrap();
    writer.compact().unwrap();
    writer.put(b"y", b"2").unwrap();
    assert_eq!(reader.try_next().unwrap().unwrap().payload(), b"2");
    assert!(reader.try_next().unwrap().is_none());
}

#[test]
fn an_area_above_its_limit_can_still_shrink() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    for key in 0..10 {
        writer.put(&[key], &[0; 4000]).unwrap();
    }
    drop(writer);
    let mut writer = area(&root, Kind::Keyed).max_size(8192).create().unwrap();
    assert!(matches!(writer.put(&[99], &[0; 10]), Err(PublishError::LimitReached { .. })));
    writer.put(&[3], &[1; 4000]).unwrap();
    for key in 0..10 {
        writer.put(&[key], &[1; 100]).unwrap();
    }
    writer.put(&[99], &[0; 10]).unwrap();
    let error = writer.put(&[99], &[0; 8192]).unwrap_err();
    let PublishError::TooLarge { limit, .. } = error else { panic!("{error}") };
    for key in 0..10 {
        assert!(writer.remove(&[key]).unwrap());
    }
    writer.put(&[99], &vec![0; usize::try_from(limit).unwrap()]).unwrap();
}

#[test]
fn for_ever_is_a_time_that_can_be_waited() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Stream).create().unwrap();
    let mut reader = area(&root, Kind::Stream).open_wait(Duration::MAX).unwrap();
    writer.publish(b"1").unwrap();
    assert!(reader.wait(Some(Duration::MAX)).unwrap());
    assert!(reader.next_timeout(Some(Duration::MAX)).unwrap().is_some());
}

#[test]
fn p2_a_reader_that_locks_the_manifest_keeps_no_writer_out() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    let manifest = std::fs::File::open(root.path().unwrap().join("test/area/.manifest")).unwrap();
    let lock = libc::flock { l_type: 0, l_whence: 0, l_start: 0, l_len: 0, l_pid: 0 };
    assert_eq!(i32::from(lock.l_type), libc::F_RDLCK);
    // SAFETY: an open descriptor and a valid `flock`.
    let locked = unsafe {
        libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&manifest), libc::F_OFD_SETLK, &raw const lock)
    };
    assert_eq!(locked, 0);
    let mut writer = area.create().unwrap();
    writer.put(b"a", b"1").unwrap();
    assert!(matches!(area.create(), Err(CreateError::WriterBusy { .. })));
    drop(writer);
    area.remove().unwrap();
}

#[test]
fn an_area_inside_a_private_one_can_be_reached() {
    use std::os::unix::fs::PermissionsExt;
    let root = Root::temporary().unwrap();
    let mode =
        |path: &str| std::fs::metadata(root.path().unwrap().join(path)).unwrap().permissions().mode() & 0o777;
    let _outer = Area::builder("a").root(root.clone()).create().unwrap();
    assert_eq!((mode("a"), mode("a/.manifest")), (0o700, 0o600));
    let inner = Area::builder("a/b").root(root.clone()).mode(0o644).create().unwrap();
    assert_eq!((mode("a"), mode("a/b"), mode("a/.manifest")), (0o755, 0o755, 0o600));
    drop(inner);
    Area::builder("a/b").root(root.clone()).remove().unwrap();
    assert_eq!(mode("a/.manifest"), 0o600);
}
