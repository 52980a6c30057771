//! What goes, and what must not: limits, expiry and removal beside rollovers, above all those in steps.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use speculo_core::{AreaBuilder, ChunkId, Event, Kind, Overflow, Root, Start, To, Writer};
use speculo_tests::{area, area_dir, files, fill, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            what_expires_takes_no_lasting_message_along,
            what_is_removed_makes_room_for_what_comes,
            updates_that_add_nothing_drop_nothing,
            every_live_message_is_followed_from_the_oldest,
            an_update_that_outlives_its_message_keeps_the_id,
            a_mirror_hears_of_what_expired_unseen,
            another_writers_segment_is_not_deleted,
        ],
        &[],
    )
}

const MAX: u64 = 2 << 20;
const AT_ONCE: Option<Duration> = Some(Duration::from_nanos(1));

fn stream(path: &Path) -> AreaBuilder<'static> {
    area(path, Kind::Stream).max_size(MAX).initial_size(MAX).overflow(Overflow::DropOldest)
}

fn publish(writer: &mut Writer, ttl: Option<Duration>) -> ChunkId {
    writer.publish_with(To::Next, ttl, fill(&[1; 100])).unwrap()
}

fn missing(writer: &Writer, ids: &[ChunkId]) -> usize {
    ids.iter().filter(|id| writer.get_id(**id).unwrap().is_none()).count()
}

/// One message in ten lasts; together they take an eighth of what is allowed.
fn what_expires_takes_no_lasting_message_along() {
    let root = Root::temporary().unwrap();
    let mut writer = stream(&root.path().unwrap()).create().unwrap();
    let mut lasting = Vec::new();
    for n in 0..14_000_u32 {
        // On the way of a rollover everything lasts.
        let lasts = n.is_multiple_of(10) || (lasting.len() < 4000 && writer.stats().next_bytes > 0);
        let id = publish(&mut writer, if lasts { None } else { AT_ONCE });
        if lasts {
            lasting.push(id);
            assert!(writer.get_id(id).unwrap().is_some(), "message {n} is gone as soon as it was published");
        }
        if n.is_multiple_of(500) {
            assert_eq!(missing(&writer, &lasting), 0, "of {}: {:?}", lasting.len(), writer.stats());
        }
    }
    assert!(writer.stats().rollovers > 0);
}

/// A reader takes all messages away while a rollover is on its way that was going to drop them.
fn what_is_removed_makes_room_for_what_comes() {
    let root = Root::temporary().unwrap();
    let mut writer = stream(&root.path().unwrap()).create().unwrap();
    let mut old = Vec::new();
    while writer.stats().next_bytes == 0 {
        old.push(writer.publish(&[1; 2000]).unwrap());
    }
    for id in old {
        writer.remove_id(id).unwrap();
    }
    let (generation, mut new) = (writer.stats().generation, Vec::new());
    while writer.stats().generation == generation {
        new.push(publish(&mut writer, None));
    }
    assert_eq!(missing(&writer, &new), 0, "of {}", new.len());
}

/// 88 % of what is allowed are live, and replaced again and again.
fn updates_that_add_nothing_drop_nothing() {
    let root = Root::temporary().unwrap();
    let mut writer = stream(&root.path().unwrap()).create().unwrap();
    let ids: Vec<_> = (0..MAX / 100 * 88 / 192).map(|_| publish(&mut writer, None)).collect();
    for id in ids.iter().cycle().take(40_000) {
        writer.chunk_update(*id, &[2; 100]).unwrap();
    }
    assert_eq!(missing(&writer, &ids), 0);
}

/// Also one that was replaced on the way, behind others that were dropped.
fn every_live_message_is_followed_from_the_oldest() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = stream(&path).create().unwrap();
    let (mut last, mut on_its_way) = (None, false);
    for _ in 0..40_000_u32 {
        let before = writer.stats();
        if let Some(id) = last.filter(|_| before.next_bytes > 0 && !on_its_way) {
            writer.chunk_update(id, &[9; 100]).unwrap();
        }
        on_its_way = before.next_bytes > 0;
        last = Some(publish(&mut writer, None));
        if writer.stats().generation != before.generation {
            let mut reader = stream(&path).start(Start::Oldest).open().unwrap();
            let followed = std::iter::from_fn(|| reader.try_next().unwrap().map(drop)).count();
            assert_eq!(followed, writer.view().unwrap().len().unwrap());
        }
    }
    assert!(writer.stats().rollovers > 3);
}

fn an_update_that_outlives_its_message_keeps_the_id() {
    let root = Root::temporary().unwrap();
    let mut writer = stream(&root.path().unwrap()).create().unwrap();
    let id = publish(&mut writer, Some(Duration::from_millis(30)));
    let draft = writer.chunk(To::Id(id), 4).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(draft.commit().unwrap(), id);
    assert_eq!(writer.get_id(id).unwrap().unwrap().version(), 2);
}

fn a_mirror_hears_of_what_expired_unseen() {
    for through_a_rollover in [false, true] {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let mut writer = area(&path, Kind::Keyed).create().unwrap();
        let mut mirror = area(&path, Kind::Keyed).open().unwrap();
        writer.put(b"a", b"lasting").unwrap();
        assert!(matches!(mirror.try_event().unwrap(), Some(Event::Put(_))));
        writer.publish_with(To::Key(b"a"), AT_ONCE, fill(b"mortal")).unwrap();
        if through_a_rollover {
            writer.compact().unwrap();
            // It moves on without having followed.
            assert!(mirror.get(b"a").unwrap().is_none());
            assert!(matches!(mirror.try_event().unwrap(), Some(Event::Resync)));
        } else {
            assert!(
                matches!(mirror.try_event().unwrap(), Some(Event::Removed(chunk)) if chunk.key() == b"a")
            );
        }
        assert!(mirror.try_event().unwrap().is_none());
    }
}

/// Somebody deletes the files by hand, and another writer begins in the same directory: a rollover of the first, on its
/// way, must not delete what is the other's.
fn another_writers_segment_is_not_deleted() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let keyed = || area(&path, Kind::Keyed).max_size(16 << 20);
    let mut first = keyed().create().unwrap();
    let mut keys = (0..2000_u64).cycle();
    let mut put = |writer: &mut Writer| writer.put(&keys.next().unwrap().to_le_bytes(), &[1; 64]);
    while first.stats().reused < 3 || first.stats().next_bytes == 0 {
        put(&mut first).unwrap();
    }
    let next = first.stats().generation + 1;
    for file in files(&path) {
        std::fs::remove_file(area_dir(&path).join(file)).unwrap();
    }
    let mut other = keyed().create().unwrap();
    while other.stats().generation < next {
        other.compact().unwrap();
    }
    other.put(b"a", b"b").unwrap();
    for _ in 0..30_000 {
        if put(&mut first).is_err() {
            break;
        }
    }
    assert!(keyed().open().unwrap().get(b"a").unwrap().is_some());
}
