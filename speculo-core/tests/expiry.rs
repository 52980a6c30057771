//! What expires: who hears of it, and when it stops to count.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use speculo_core::*;

mod common;

use common::area;

const SOON: Option<Duration> = Some(Duration::from_nanos(1));

fn from_the_oldest(root: &Root, kind: Kind) -> AreaBuilder<'static> {
    area(root, kind).start(Start::Oldest)
}

fn publish(writer: &mut Writer, to: To<'_>, ttl: Option<Duration>) -> ChunkId {
    writer.publish_with(to, ttl, |_| Ok::<_, std::convert::Infallible>(0)).unwrap()
}

/// The events that have happened since, each as a letter.
fn events(reader: &mut Reader) -> String {
    let mut said = String::new();
    while let Some(event) = reader.try_event().unwrap() {
        said.push(match event {
            Event::Put(_) => 'p',
            Event::Removed(_) => 'r',
            _ => '?',
        });
    }
    said
}

#[test]
fn who_had_seen_what_expired_hears_of_it() {
    for is_seen in [false, true] {
        let root = Root::temporary().unwrap();
        let area = from_the_oldest(&root, Kind::Keyed);
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        publish(&mut writer, To::Key(b"a"), None);
        assert_eq!(events(&mut reader), "p");
        publish(&mut writer, To::Key(b"a"), SOON);
        if is_seen {
            // In the segment itself it is told as what has ended.
            assert_eq!(events(&mut reader), "r");
        }
        writer.compact().unwrap();
        assert_eq!(events(&mut reader), if is_seen { "" } else { "r" });
        assert!(reader.get(b"a").unwrap().is_none());
    }
}

#[test]
fn who_was_far_behind_looks_afresh_where_something_may_have_been_replaced() {
    for (kind, replaced) in [(Kind::Keyed, true), (Kind::Stream, true), (Kind::Stream, false)] {
        let root = Root::temporary().unwrap();
        let area = from_the_oldest(&root, kind);
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        match kind {
            Kind::Keyed => drop(publish(&mut writer, To::Key(b"a"), SOON)),
            _ => {
                let id = publish(&mut writer, To::Next, if replaced { None } else { SOON });
                if replaced {
                    publish(&mut writer, To::Id(id), SOON);
                }
            }
        }
        // Two segments further on nobody knows what it was.
        writer.compact().unwrap();
        writer.compact().unwrap();
        drop(area.open().unwrap().fork());
        reader.idle();
        let said = events(&mut reader);
        assert_eq!(said.contains('?'), replaced, "{kind:?}: {said}");
        assert!(!said.contains('p'), "{kind:?}: {said}");
    }
}

#[test]
fn what_expires_while_it_is_removed_is_removed_under_its_own_id() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let mut removed = 0;
    // Somewhere in between the removal looks at it alive, and commits when it has expired.
    for nanos in 0..8000 {
        let id = publish(&mut writer, To::Next, Some(Duration::from_nanos(nanos)));
        if writer.remove_id(id).unwrap() {
            removed += 1;
            while let Some(event) = reader.try_event().unwrap() {
                let (Event::Put(chunk) | Event::Removed(chunk)) = event else { panic!("{event:?}") };
                assert_eq!(chunk.id(), id.get(), "{chunk:?}");
            }
        }
    }
    assert!(removed > 0);
}

#[test]
fn what_has_expired_does_not_count_after_a_rollover() {
    for kind in [Kind::Keyed, Kind::Stream, Kind::Singleton] {
        let root = Root::temporary().unwrap();
        let area = from_the_oldest(&root, kind);
        let mut writer = area.create().unwrap();
        for n in 0..20_u8 {
            let (key, ttl) = ([n], if n.is_multiple_of(2) { SOON } else { None });
            let to = if kind == Kind::Keyed { To::Key(&key) } else { To::Next };
            publish(&mut writer, to, ttl);
        }
        let live = if kind == Kind::Singleton { 1 } else { 10 };
        assert_eq!(writer.view().unwrap().len().unwrap(), live, "{kind:?}");
        writer.compact().unwrap();
        assert_eq!(writer.stats().live_bytes, live as u64 * 64, "{kind:?}");
        let seq = writer.stats().last_seq;
        drop(writer);
        let writer = area.create().unwrap();
        assert_eq!((writer.stats().live_bytes, writer.stats().last_seq), (live as u64 * 64, seq), "{kind:?}");
    }
}

#[test]
fn a_default_time_to_live_is_for_those_without_one_of_their_own() {
    let root = Root::temporary().unwrap();
    let mut writer = from_the_oldest(&root, Kind::Keyed).ttl(Duration::from_hours(1)).create().unwrap();
    publish(&mut writer, To::Key(b"a"), None);
    publish(&mut writer, To::Key(b"b"), Some(Duration::from_hours(2)));
    let left = |key: &[u8]| writer.get(key).unwrap().unwrap().remaining().unwrap();
    assert!(left(b"a") <= Duration::from_hours(1) && left(b"a") > Duration::from_mins(59));
    assert!(left(b"b") > Duration::from_hours(1));
}

#[test]
fn what_ended_before_anybody_came_is_not_told() {
    for kind in [Kind::Keyed, Kind::Stream, Kind::Singleton] {
        let root = Root::temporary().unwrap();
        let area = from_the_oldest(&root, kind);
        let mut writer = area.create().unwrap();
        let (mut follower, mut mirror) = (area.open().unwrap(), area.open().unwrap());
        publish(&mut writer, if kind == Kind::Keyed { To::Key(b"a") } else { To::Next }, SOON);
        assert!(follower.try_next().unwrap().is_none(), "{kind:?}");
        // Of what may have replaced something, a mirror hears that it is gone.
        assert_eq!(events(&mut mirror), if kind == Kind::Stream { "" } else { "r" }, "{kind:?}");
    }
}

#[test]
fn at_the_limit_what_has_expired_goes_first() {
    const MAX: u64 = 16 << 10;
    for kind in [Kind::Keyed, Kind::Stream] {
        let root = Root::temporary().unwrap();
        let mut writer = from_the_oldest(&root, kind).max_size(MAX).create().unwrap();
        let fits = u32::try_from(MAX / 64).unwrap();
        let mut put = |n: u32, ttl| {
            let key = n.to_le_bytes();
            publish(&mut writer, if kind == Kind::Keyed { To::Key(&key) } else { To::Next }, ttl);
            writer.stats()
        };
        let before = (0..fits).map(|n| put(n, if n + 1 == fits { SOON } else { None })).last().unwrap();
        assert_eq!((before.live_bytes, before.max_size), (MAX, MAX), "{kind:?}");
        let after = put(fits, None);
        assert_eq!((after.live_bytes, after.rollovers), (MAX, before.rollovers + 1), "{kind:?}");
        assert_eq!(writer.view().unwrap().len().unwrap(), usize::try_from(fits).unwrap(), "{kind:?}");
    }
}
