//! One publisher after the other.

use std::time::Duration;

use rustix::process::Signal;
use speculo_tests::{Wire, until};
use speculo_typed::{CreateError, Liveness, Root, Subscriber};

use crate::{AREA, Door, child, create, door, publishes, some, text};

/// Publishes doors as it is told, with settings that the test does not use.
pub(crate) fn publisher(wire: &mut Wire) {
    let root = Root::new(wire.root());
    let mut doors = publishes::<Door>(&root).create().unwrap();
    wire.say("ready");
    while let Some(line) = wire.hear() {
        for id in 0..line.parse().unwrap() {
            doors.publish(&door(id, true, "by the child")).unwrap();
        }
        wire.say("published");
    }
}

pub(crate) fn p5_values_outlive_a_killed_publisher() {
    let root = Root::temporary().unwrap();
    let mut former = child("publisher", &root, &[]);
    former.bid(100, "published");
    let mut reader = Subscriber::<Door>::builder(AREA).root(root.clone()).open().unwrap();
    assert_eq!(reader.publisher().unwrap(), Liveness::Alive);
    let _ = former.kill();
    assert_eq!(reader.publisher().unwrap(), Liveness::Dead);
    assert_eq!(reader.view().unwrap().len().unwrap(), 100);
    assert_eq!(*reader.get(99).unwrap().unwrap(), door(99, true, "by the child"));

    let mut next = create::<Door>(&root);
    assert_eq!(reader.publisher().unwrap(), Liveness::Alive);
    assert_eq!(*next.get(99).unwrap().unwrap(), door(99, true, "by the child"));
    assert_eq!(next.view().unwrap().len().unwrap(), 100);
    assert_eq!(next.retain(|door| door.id < 50).unwrap(), 50);
    next.publish(&door(0, false, "by the next")).unwrap();
    assert_eq!(reader.view().unwrap().len().unwrap(), 50);
    assert_eq!(*reader.get(0).unwrap().unwrap(), door(0, false, "by the next"));
}

pub(crate) fn p5_two_publishers_are_impossible() {
    let root = Root::temporary().unwrap();
    let former = child("publisher", &root, &[]);
    let error = publishes::<Door>(&root).create().unwrap_err();
    assert!(
        matches!(error, CreateError::WriterBusy { pid: Some(pid), .. } if pid == former.pid()),
        "{error}"
    );
    assert!(publishes::<Door>(&root).remove().is_err());
    assert!(publishes::<Door>(&root).fresh().create().is_err());
    // One that is only stopped is alive.
    former.signal(Signal::STOP);
    assert!(publishes::<Door>(&root).create().is_err());
    former.signal(Signal::CONT);
    former.finish();
    create::<Door>(&root);
}

pub(crate) fn p5_a_takeover_may_change_the_settings() {
    let root = Root::temporary().unwrap();
    let mut former = child("publisher", &root, &[]);
    former.bid(100, "published");
    let mut reader = child("doors", &root, &[]);
    reader.bid(42, &some(&door(42, true, "by the child")));
    let _ = former.kill();

    let mut next = publishes::<Door>(&root)
        .initial_size(1 << 20)
        .max_size(1 << 21)
        .ttl(Duration::from_millis(20))
        .create()
        .unwrap();
    assert_eq!(next.stats().max_size, 1 << 21);
    assert!(next.stats().segment_bytes >= 1 << 20, "{:?}", next.stats());
    // What was there keeps its own life; what is published now has the new one.
    next.publish(&door(42, false, "brief")).unwrap();
    until("the door expires", || (reader.ask(42) == "None").then_some(()));
    reader.bid(41, &some(&door(41, true, "by the child")));
    let big = door(1000, true, &"x".repeat(1 << 20));
    next.publish_for(&big, Duration::from_mins(1)).unwrap();
    assert_eq!(next.view().unwrap().get(1000).unwrap().map(|door| door.label.len()), Some(1 << 20));
    drop(next);

    // And back.
    let next = publishes::<Door>(&root).max_size(1 << 21).create().unwrap();
    assert_eq!(text(&next.get(7).unwrap()), some(&door(7, true, "by the child")));
    reader.bid(7, &some(&door(7, true, "by the child")));
    reader.finish();
}

pub(crate) fn p7_samples_and_views_outlive_the_publisher() {
    let root = Root::temporary().unwrap();
    let mut former = child("publisher", &root, &[]);
    former.bid(100, "published");
    let mut reader = Subscriber::<Door>::builder(AREA).root(root.clone()).open().unwrap();
    let sample = reader.sample(5).unwrap().unwrap();
    let view = reader.view().unwrap();
    former.bid(50, "published");
    let _ = former.kill();
    let mut next = create::<Door>(&root);
    next.clear().unwrap();
    for round in 0..1000 {
        next.publish(&door(round, false, "something else")).unwrap();
    }
    drop(next);
    publishes::<Door>(&root).remove().unwrap();
    drop(reader);
    // On another thread, too: both are owned.
    std::thread::spawn(move || {
        assert_eq!(*sample, door(5, true, "by the child"));
        assert_eq!((sample.meta().version, view.len().unwrap()), (1, 100));
        for id in 0..100 {
            assert_eq!(*view.get(id).unwrap().unwrap(), door(id, true, "by the child"));
        }
    })
    .join()
    .unwrap();
}

pub(crate) fn p10_a_view_is_one_moment() {
    let root = Root::temporary().unwrap();
    let mut former = child("publisher", &root, &[]);
    former.bid(10, "published");
    let mut reader = Subscriber::<Door>::builder(AREA).root(root).open().unwrap();
    former.say(50_000);
    let mut last = 0;
    while last < 50_000 {
        assert_eq!(reader.publisher().unwrap(), Liveness::Alive);
        let view = reader.view().unwrap();
        // Published in the order of their ids: any moment has the first so many of them, and no others.
        let len = view.len().unwrap();
        if last > 10 {
            assert_eq!(view.iter().count(), len);
            let end = u32::try_from(len).unwrap();
            assert!(view.get(end - 1).unwrap().is_some() && view.get(end).unwrap().is_none());
        }
        assert!(len >= last);
        last = len;
    }
    let _ = former.kill();
}
