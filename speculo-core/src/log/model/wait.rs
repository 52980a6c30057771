//! Waiting beside a writer: nobody sleeps through what he waits for, and who wakes sees it. Loom reports who never wakes
//! as a deadlock.

use std::sync::Arc;

use loom::thread::JoinHandle;

use super::{Area, CHUNK, Mark, Reader, Writer, check, check_to};
use crate::layout::manifest::REMOVED;
use crate::memory::manifest::mark_removed;
use crate::sync::Ordering;

/// Somebody who waits for what comes after `writer`'s last commit, then does `rest`.
fn waiter(writer: &Writer, rest: impl FnOnce(&mut Reader, u64) + 'static) -> JoinHandle<()> {
    let (mut reader, end) = (Reader::open(&writer.area), writer.log.end());
    loom::thread::spawn(move || {
        reader.wait(&Mark::new(&reader.segment, end));
        rest(&mut reader, end);
    })
}

#[test]
fn a_commit_wakes_who_waits_for_it() {
    check(|| {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let waiter = waiter(&writer, |reader, _| assert_eq!(reader.get(b"a"), Some(1)));
        writer.put(b"a", 1);
        waiter.join().unwrap();
    });
}

#[test]
fn every_commit_wakes_who_waits_again() {
    check(|| {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let waiter = waiter(&writer, |reader, end| {
            reader.wait(&Mark::new(&reader.segment, end + CHUNK));
            assert_eq!(reader.get(b"a"), Some(2));
        });
        writer.put(b"a", 1);
        writer.put(b"a", 2);
        waiter.join().unwrap();
    });
}

#[test]
fn a_commit_wakes_all_who_wait_for_it() {
    check(|| {
        let area = Area::new(1, 2, false);
        let mut writer = Writer::create(&area);
        let waiters = [waiter(&writer, |_, _| ()), waiter(&writer, |_, _| ())];
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
        let waiter = waiter(&writer, |reader, _| assert_eq!(reader.current().geometry().generation, 2));
        assert!(writer.roll_over());
        waiter.join().unwrap();
    });
}

#[test]
fn a_switch_wakes_all_who_wait() {
    check_to(3, || {
        let area = Area::new(2, 1, false);
        let mut writer = Writer::create(&area);
        let waiters = [waiter(&writer, |_, _| ()), waiter(&writer, |_, _| ())];
        assert!(writer.roll_over());
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_takeover_wakes_all_who_wait() {
    check_to(3, || {
        let area = Area::new(2, 1, false);
        let writer = Writer::create(&area);
        let waiters = [waiter(&writer, |_, _| ()), waiter(&writer, |_, _| ())];
        // Dies after it was woken for, before it wakes: what the bell said is lost.
        area.bell.word(0).unwrap().store(0, Ordering::Relaxed);
        writer.take_over();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn removal_wakes_who_waits() {
    check(|| {
        let area = Area::new(1, 1, false);
        let writer = Writer::create(&area);
        let removed = Arc::clone(&area);
        let waiter = waiter(&writer, move |_, _| assert_eq!(removed.manifest.current(), REMOVED));
        // As `retire_manifest` in `area/create.rs`: without a look at the bell.
        mark_removed(&area.manifest_memory).unwrap();
        area.wake();
        waiter.join().unwrap();
    });
}
