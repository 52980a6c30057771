//! Followers: nothing is skipped and nothing told twice, whatever a reader does in between; and how they wait.
#![cfg(not(loom))]

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use speculo_core::*;

mod common;

use common::area;

const SHORT: Option<Duration> = Some(Duration::from_millis(1));

fn trusting(root: &Root, kind: Kind) -> [AreaBuilder<'static>; 2] {
    [Trust::Own, Trust::Copy].map(|trust| area(root, kind).trust(trust))
}

#[test]
fn who_looks_something_up_goes_on_where_it_was() {
    for read in 0..=20 {
        let root = Root::temporary().unwrap();
        let area = area(&root, Kind::Stream);
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        // Empty ones: there is a message at each place where one could stand.
        let ids: Vec<_> = (0..20).map(|_| writer.publish(b"").unwrap()).collect();
        let next = |reader: &mut Reader| reader.try_next().unwrap().map(|chunk| ChunkId::new(chunk.id()));
        let (seen, rest) = ids.split_at(read);
        for id in seen {
            assert_eq!(next(&mut reader), Some(*id));
        }
        // In the next segment the rest stands elsewhere.
        for id in seen {
            assert!(writer.remove_id(*id).unwrap());
        }
        writer.compact().unwrap();
        assert_eq!(reader.latest().unwrap().map(|chunk| chunk.id()), rest.last().map(|id| id.get()));
        for id in rest {
            assert_eq!(next(&mut reader), Some(*id), "after {read}");
        }
        assert_eq!(next(&mut reader), None);
        let id = writer.publish(b"").unwrap();
        assert_eq!(next(&mut reader), Some(id));
    }
}

#[test]
fn events_can_be_waited_for() {
    let root = Root::temporary().unwrap();
    for area in trusting(&root, Kind::Keyed) {
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        assert!(reader.event_timeout(SHORT).unwrap().is_none());
        writer.put(b"a", b"1").unwrap();
        assert!(matches!(reader.event_timeout(SHORT).unwrap(), Some(Event::Put(_))));
        std::thread::scope(|scope| {
            let publishing = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(5));
                writer.remove(b"a").unwrap();
            });
            assert!(matches!(reader.event_timeout(None).unwrap(), Some(Event::Removed(_))));
            publishing.join().unwrap();
        });
        assert!(reader.event_timeout(SHORT).unwrap().is_none());
        drop(writer);
        area.remove().unwrap();
    }
}

#[test]
fn messages_can_be_waited_for() {
    let root = Root::temporary().unwrap();
    for area in trusting(&root, Kind::Stream) {
        let mut writer = area.create().unwrap();
        let mut reader = area.open().unwrap();
        assert!(!reader.wait(SHORT).unwrap() && reader.next_timeout(SHORT).unwrap().is_none());
        std::thread::scope(|scope| {
            let publishing = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(5));
                writer.publish(b"late").unwrap();
            });
            assert_eq!(reader.next_chunk().unwrap().payload(), b"late");
            publishing.join().unwrap();
        });
        assert!(reader.wait(SHORT).unwrap(), "since it was opened");
        assert!(!reader.wait(SHORT).unwrap());
        drop(writer);
        area.remove().unwrap();
        assert!(matches!(reader.wait(None).unwrap_err().kind(), ReadErrorKind::Removed(_)));
    }
}

#[test]
fn who_has_waited_in_vain_pins_nothing() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    writer.publish(b"one").unwrap();
    assert!(reader.wait(SHORT).unwrap());
    writer.clear().unwrap();
    assert!(writer.stats().pinned_bytes > 0, "a reader that was not idle");
    assert!(reader.wait(SHORT).unwrap() && !reader.wait(SHORT).unwrap());
    writer.clear().unwrap();
    assert_eq!(writer.stats().pinned_bytes, 0);
}

/// Nobody wakes who has no bell, so it looks by itself; less and less often.
#[test]
fn who_waits_without_a_bell_takes_little_time() {
    let root = Root::temporary().unwrap();
    drop(area(&root, Kind::Stream).create().unwrap());
    std::fs::remove_file(root.path().unwrap().join("test/area/.bell")).unwrap();
    for area in trusting(&root, Kind::Stream) {
        let mut reader = area.open().unwrap();
        let (begin, spent) = (Instant::now(), clock_gettime(ClockId::ThreadCPUTime));
        assert!(!reader.wait(Some(Duration::from_millis(80))).unwrap());
        let spent = clock_gettime(ClockId::ThreadCPUTime) - spent;
        assert!(spent.tv_sec == 0 && spent.tv_nsec < 4_000_000, "{spent:?} in {:?}", begin.elapsed());
    }
}
