//! Streams: messages stand side by side.

use std::time::Duration;

use speculo_tests::{Wire, until};
use speculo_typed::{Root, Start, Subscriber};

use crate::{AREA, Door, Note, child, create, door, note, open, publishes};

/// `new`: what was not received yet. `view`: what is there.
pub(crate) fn notes(wire: &mut Wire) {
    let mut notes = open::<Note>(wire);
    while let Some(line) = wire.hear() {
        let mut texts = Vec::new();
        if line == "view" {
            texts.extend(notes.view().unwrap().iter().map(|note| note.unwrap().text.to_string()));
        } else {
            while let Some(note) = notes.try_recv().unwrap() {
                texts.push(note.text.to_string());
            }
        }
        wire.say(texts.join(","));
    }
}

pub(crate) fn a_stream_is_received_in_order() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Note>(&root);
    let mut reader = child("notes", &root, &[]);
    reader.bid("new", "");
    for text in ["one", "two", "three"] {
        publisher.publish(&note(text)).unwrap();
    }
    reader.bid("new", "one,two,three");
    reader.bid("new", "");
    let id = publisher.publish(&note("four")).unwrap();
    publisher.publish(&note("five")).unwrap();
    assert!(publisher.remove_chunk(id).unwrap());
    reader.bid("new", "five");
    reader.bid("view", "one,two,three,five");
    // Each subscriber receives everything, however many there are.
    for _ in 0..3 {
        let mut another = child("notes", &root, &[]);
        another.bid("new", "one,two,three,five");
        another.finish();
    }
    reader.finish();
}

pub(crate) fn what_expired_is_gone_everywhere() {
    let root = Root::temporary().unwrap();
    let mut publisher = publishes::<Note>(&root).ttl(Duration::from_hours(1)).create().unwrap();
    let mut reader = child("notes", &root, &[]);
    publisher.publish(&note("stays")).unwrap();
    publisher.publish_for(&note("gone"), Duration::ZERO).unwrap();
    publisher.publish_for(&note("brief"), Duration::from_millis(20)).unwrap();
    until("the note expires", || (reader.ask("view") == "stays").then_some(()));
    reader.bid("new", "stays");
    reader.finish();

    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut reader = child("doors", &root, &[]);
    publisher.publish(&door(1, true, "first")).unwrap();
    publisher.publish_for(&door(1, true, "second"), Duration::from_millis(20)).unwrap();
    until("the door expires", || (reader.ask(1) == "None").then_some(()));
    // The version before it does not come back, not even through a rollover.
    publisher.compact().unwrap();
    reader.bid(1, "None");
    reader.finish();
}

pub(crate) fn a_late_joiner_sees_what_still_holds() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Note>(&root);
    for n in 0..1000 {
        let id = publisher.publish(&note(n.to_string())).unwrap();
        if n % 100 != 0 {
            publisher.remove_chunk(id).unwrap();
        }
    }
    assert!(publisher.stats().rollovers > 0);
    let mut late = child("notes", &root, &[]);
    late.bid("new", "0,100,200,300,400,500,600,700,800,900");
    let mut latest = Subscriber::<Note>::builder(AREA).root(root).start(Start::Newest).open().unwrap();
    publisher.publish(&note("now")).unwrap();
    late.bid("new", "now");
    late.finish();
    assert_eq!(&*latest.recv().unwrap().text, "now");
}

pub(crate) fn chunk_update_replaces_one_message() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Note>(&root);
    let first = publisher.publish(&note("frist")).unwrap();
    publisher.publish(&note("second")).unwrap();
    let mut prompt = child("notes", &root, &[]);
    prompt.bid("new", "frist,second");
    assert_eq!(publisher.chunk_update(first, &note("first")).unwrap(), first);
    prompt.bid("new", "first");
    let mut late = child("notes", &root, &[]);
    late.bid("new", "second,first");
    // Through rollovers, and again.
    for round in 0..500 {
        publisher.chunk_update(first, &note(round.to_string())).unwrap();
    }
    assert!(publisher.stats().rollovers > 0);
    // It was behind a rollover: versions that were the newest there may come first.
    let received = late.ask("new");
    assert_eq!(received.rsplit(',').next(), Some("499"), "{received}");
    prompt.bid("view", "second,499");
    publisher.remove_chunk(first).unwrap();
    assert!(publisher.chunk_update(first, &note("too late")).is_err());
    late.bid("view", "second");
    late.finish();
    prompt.finish();
}
