//! Waiting for what comes, and mirroring it.

use std::collections::BTreeMap;
use std::time::Duration;

use rustix::process::Signal;
use speculo_tests::random::Random;
use speculo_tests::{Child, PATIENCE, Wire, until};
use speculo_typed::{Change, Root, Subscriber};

use crate::{AREA, Door, Note, child, create, door, note, open, publishes, some, text};

pub(crate) fn receiver(wire: &mut Wire) {
    let mut notes = open::<Note>(wire);
    loop {
        wire.say(&*notes.recv().unwrap().text);
    }
}

pub(crate) fn waiter(wire: &mut Wire) {
    let mut doors = open::<Door>(wire);
    assert!(!doors.wait(Duration::from_millis(1)).unwrap());
    wire.say("waiting");
    assert!(doors.wait(PATIENCE).unwrap());
    wire.say(text(&doors.get(1).unwrap()));
    assert!(doors.wait_for(1, |door| door.open, Duration::from_millis(1)).unwrap().is_none());
    wire.say("waiting");
    let open = doors.wait_for(1, |door| door.open, PATIENCE).unwrap().unwrap();
    wire.say(text(&open));
}

/// Waits until this process sleeps.
fn asleep(pid: u32) {
    until("the child sleeps", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(") ").unwrap().1.starts_with('S').then_some(())
    });
}

pub(crate) fn a_waiting_subscriber_is_woken() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Note>(&root);
    let mut receivers: Vec<Child> = (0..3).map(|_| child("receiver", &root, &[])).collect();
    for n in 0..50 {
        for receiver in &receivers {
            asleep(receiver.pid());
        }
        assert!(receivers.iter_mut().all(|receiver| receiver.overhear().is_empty()));
        publisher.publish(&note(n.to_string())).unwrap();
        for receiver in &mut receivers {
            receiver.expect(&n.to_string());
        }
    }

    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut waiter = child("waiter", &root, &[]);
    waiter.expect("waiting");
    asleep(waiter.pid());
    publisher.publish(&door(1, false, "one")).unwrap();
    waiter.expect(&some(&door(1, false, "one")));
    waiter.expect("waiting");
    for id in [2, 1, 3] {
        publisher.publish(&door(id, id != 1, "other")).unwrap();
    }
    asleep(waiter.pid());
    assert_eq!(waiter.overhear(), [""; 0]);
    publisher.publish(&door(1, true, "one")).unwrap();
    waiter.expect(&text(&door(1, true, "one")));
    waiter.finish();
}

pub(crate) fn a_slow_subscriber_counts_what_it_lost() {
    const MESSAGES: u64 = 10_000;
    let root = Root::temporary().unwrap();
    let mut publisher = publishes::<Note>(&root).max_size(16 * 1024).create().unwrap();
    let mut slow = Subscriber::<Note>::builder(AREA).root(root.clone()).open().unwrap();
    let mut prompt = child("receiver", &root, &[]);
    for n in 0..MESSAGES {
        publisher.publish(&note(n.to_string())).unwrap();
        // The prompt one keeps up, and loses nothing.
        prompt.expect(&n.to_string());
    }
    let mut received = 0;
    let mut next = None;
    while let Some(note) = slow.try_recv().unwrap() {
        let n: u64 = note.text.parse().unwrap();
        assert!(next.is_none_or(|next| next <= n), "in order");
        next = Some(n + 1);
        received += 1;
    }
    assert_eq!(next, Some(MESSAGES));
    assert!(received < MESSAGES);
    assert_eq!(received + slow.lost(), MESSAGES);
}

/// Keeps a mirror until it is told to show it.
pub(crate) fn mirror(wire: &mut Wire) {
    let mut doors = open::<Door>(wire);
    let mut mirror = BTreeMap::new();
    loop {
        let told = wire.is_told();
        match doors.change(Duration::from_millis(1)).unwrap() {
            Some(Change::Put(_, door)) => {
                let door: Door = door.to_native();
                mirror.insert(door.id, door);
            }
            Some(Change::Removed(id)) => {
                mirror.remove(&id);
            }
            Some(Change::Resync) => {
                let view = doors.view().unwrap();
                mirror.retain(|id, _| view.get(id).unwrap().is_some());
            }
            None if told => {
                if wire.hear().is_none() {
                    return;
                }
                wire.say(text(&mirror));
            }
            None => {}
        }
    }
}

pub(crate) fn changes_keep_a_mirror() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut mirrors = [child("mirror", &root, &[]), child("mirror", &root, &[])];
    let mut truth = BTreeMap::new();
    let mut random = Random::new(11);
    for round in 0..20 {
        for _ in 0..1000 {
            let id = u32::try_from(random.below(64)).unwrap();
            match random.below(200) {
                0 => {
                    publisher.clear().unwrap();
                    truth.clear();
                }
                1..80 => {
                    assert_eq!(publisher.remove(id).unwrap(), truth.remove(&id).is_some());
                }
                label => {
                    let value = door(id, label % 2 == 0, &label.to_string());
                    publisher.publish(&value).unwrap();
                    truth.insert(id, value);
                }
            }
        }
        // One of them sleeps through half of it.
        mirrors[1].signal(if round % 2 == 0 { Signal::STOP } else { Signal::CONT });
        mirrors[0].bid("show", &text(&truth));
        if round % 2 == 1 {
            mirrors[1].bid("show", &text(&truth));
        }
    }
    assert!(publisher.stats().rollovers > 10);
    mirrors.into_iter().for_each(Child::finish);
}
