//! Waiting beside a writer: nobody sleeps through what he waits for. Loom reports who never wakes as a deadlock.

use std::sync::Arc;

use super::{Area, Mark, Reader, Writer, check};
use crate::layout::manifest::REMOVED;
use crate::memory::manifest::mark_removed;

/// A waiter for whatever comes after what is there now.
fn waiter(area: &Arc<Area>, writer: &Writer) -> loom::thread::JoinHandle<()> {
    let (area, end) = (Arc::clone(area), writer.log.end());
    let reader = Reader::open(&area);
    loom::thread::spawn(move || reader.wait(&Mark::new(&reader.segment, end)))
}

#[test]
fn a_commit_wakes_who_waits_for_it() {
    check(|| {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let waiter = waiter(&area, &writer);
        writer.put(b"a", 1);
        waiter.join().unwrap();
    });
}

#[test]
fn a_commit_wakes_all_who_wait_for_it() {
    check(|| {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let waiters = [waiter(&area, &writer), waiter(&area, &writer)];
        writer.put(b"a", 1);
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_switch_wakes_who_waits() {
    check(|| {
        let area = Area::new(2, 1, false);
        let mut writer = Writer::create(&area);
        let waiter = waiter(&area, &writer);
        assert!(writer.roll_over());
        waiter.join().unwrap();
    });
}

#[test]
fn removal_wakes_who_waits() {
    check(|| {
        let area = Area::new(1, 1, false);
        let writer = Writer::create(&area);
        let waiter = waiter(&area, &writer);
        // As `area/remove.rs`: without a look at the bell.
        mark_removed(&area.manifest_memory).unwrap();
        area.wake();
        waiter.join().unwrap();
        assert_eq!(area.manifest.current(), REMOVED);
    });
}
