//! The typed handles, in one process.

use std::collections::BTreeMap;
use std::time::Duration;

use speculo_typed::*;

#[derive(Speculo, Clone, Debug, PartialEq)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

#[derive(Speculo)]
struct Seat {
    #[speculo(key)]
    row: String,
    #[speculo(key)]
    place: u8,
    taken: bool,
}

#[derive(Speculo)]
struct Log {
    text: String,
}

#[derive(Speculo)]
#[speculo(singleton)]
struct Settings {
    limits: BTreeMap<String, f64>,
}

fn door(id: u32, open: bool) -> Door {
    Door { id, open, label: format!("door {id}") }
}

#[test]
fn keyed() -> Result<(), Error> {
    let root = Root::temporary()?;
    let mut doors = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
    let mut reader = Subscriber::<Door>::builder("doors").root(root.clone()).open()?;
    for id in 0..10 {
        doors.publish(&door(id, id % 2 == 0))?;
    }
    let seven = reader.get(7)?.unwrap();
    assert_eq!((seven.id.to_native(), seven.open, &*seven.label), (7, false, "door 7"));
    assert_eq!(native::<Door>(seven), door(7, false));
    let id = seven.id;
    let by_reference = &7;
    assert!(reader.get(id)?.is_some() && reader.get(by_reference)?.is_some() && reader.get(77)?.is_none());
    assert_eq!(doors.get(3)?.unwrap().id, 3);

    let held = reader.sample(4)?.unwrap();
    let view = reader.view()?;
    let mut slot = doors.slot(4);
    doors.publish_at(&mut slot, &door(4, false))?;
    assert!(matches!(doors.publish_at(&mut slot, &door(5, false)), Err(PublishError::KeyMismatch { .. })));
    doors.entry(4).publish(&door(4, false))?;
    assert!(doors.remove(8)?);
    assert!(held.open && !reader.get(4)?.unwrap().open);
    assert_eq!(held.meta().version, 1);
    assert!(!reader.entry(4).get()?.unwrap().open);
    assert_eq!((view.len()?, reader.view()?.len()?), (10, 9));
    assert!(view.get(8)?.is_some());
    assert_eq!(view.iter().map(|door| door.map(|door| u32::from(door.open))).sum::<Result<u32, _>>()?, 5);

    assert_eq!(doors.retain(|door| door.open)?, 6);
    assert_eq!(reader.view()?.iter_with_meta().count(), 3);
    let sample = reader.wait_for(2, |door| door.open, Duration::ZERO)?;
    assert!(sample.is_some());
    assert!(reader.wait_for(2, |door| !door.open, Duration::from_millis(1))?.is_none());
    Ok(())
}

#[test]
fn changes() -> Result<(), Error> {
    let root = Root::temporary()?;
    let mut doors = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
    let mut reader = Subscriber::<Door>::builder("doors").root(root).open()?;
    doors.publish(&door(1, true))?;
    doors.remove(1)?;
    doors.publish(&door(2, true))?;
    assert!(
        matches!(reader.try_change()?, Some(Change::Removed(1))),
        "what was replaced unseen is passed over"
    );
    assert!(matches!(reader.try_change()?, Some(Change::Put(meta, door)) if meta.seq == 3 && door.id == 2));
    assert!(reader.change(Duration::from_millis(1))?.is_none());
    doors.clear()?;
    assert!(matches!(reader.try_change()?, Some(Change::Resync)));
    Ok(())
}

#[test]
fn composite_keys_are_looked_up_by_borrowed_parts() -> Result<(), Error> {
    let root = Root::temporary()?;
    let mut seats = Publisher::<Seat>::builder("seats").root(root.clone()).create()?;
    let mut reader = Subscriber::<Seat>::builder("seats").root(root).open()?;
    for (row, place) in [("a", 1), ("a", 2), ("b", 1)] {
        seats.publish(&Seat { row: row.into(), place, taken: row == "b" })?;
    }
    assert!(reader.get(("b", 1))?.unwrap().taken);
    assert!(!reader.get(("a", &2))?.unwrap().taken);
    assert!(reader.get((String::from("c"), 1))?.is_none());
    assert!(seats.remove(("a", 1))?);
    assert!(reader.get(("a", 1))?.is_none());
    Ok(())
}

#[test]
fn streams() -> Result<(), Error> {
    let root = Root::temporary()?;
    let mut log = Publisher::<Log>::builder("log").root(root.clone()).ttl(Duration::from_mins(1)).create()?;
    let mut reader = Subscriber::<Log>::builder("log").root(root.clone()).open()?;
    let mut newest = Subscriber::<Log>::builder("log").root(root.clone()).start(Start::Newest).open()?;
    let first = log.publish(&Log { text: "one".into() })?;
    log.publish_for(&Log { text: "gone".into() }, Duration::ZERO)?;
    log.publish(&Log { text: "two".into() })?;
    log.chunk_update(first, &Log { text: "first".into() })?;
    assert_eq!(&*reader.recv()?.text, "two");
    let (meta, text) = reader.try_recv_with_meta()?.unwrap();
    assert_eq!((meta.id, meta.version, &*text.text), (first, 2, "first"));
    assert!(meta.remaining.is_some());
    assert!(reader.try_recv()?.is_none() && reader.recv_timeout(Duration::from_millis(1))?.is_none());
    assert_eq!(&*newest.recv_sample()?.text, "two");
    assert_eq!(reader.get_id(first)?.unwrap().text.as_str(), "first");
    assert!(log.remove_chunk(first)?);
    assert_eq!(&*reader.latest()?.unwrap().text, "two");
    assert_eq!(reader.lost(), 0);
    let mut samples = newest.samples();
    log.publish(&Log { text: "three".into() })?;
    assert_eq!(&*samples.next().unwrap()?.text, "three");
    Ok(())
}

#[test]
fn singletons() -> Result<(), Error> {
    let root = Root::temporary()?;
    let mut settings = Publisher::<Settings>::builder("settings").root(root.clone()).create()?;
    let mut reader = Subscriber::<Settings>::builder("settings").root(root.clone()).open()?;
    assert!(reader.latest()?.is_none() && settings.latest()?.is_none());
    settings.publish(&Settings { limits: BTreeMap::from([("speed".into(), 130.0)]) })?;
    assert_eq!(
        reader.latest()?.unwrap().limits.get("speed").unwrap().to_native().to_bits(),
        130f64.to_bits()
    );
    assert!(reader.wait(Duration::ZERO)?);
    assert!(!reader.wait(Duration::from_millis(1))?);
    let mut second = reader.try_clone().unwrap();
    assert!(second.latest_sample()?.is_some());
    assert_eq!(reader.publisher()?, Liveness::Alive);
    drop(settings);
    assert_eq!(reader.publisher()?, Liveness::Dead);
    reader.idle();
    assert!(reader.latest()?.is_some());
    Publisher::<Settings>::builder("settings").root(root).remove()?;
    assert!(matches!(reader.latest().unwrap_err().kind(), ReadErrorKind::Removed(_)));
    assert!(second.latest_sample().is_err());
    Ok(())
}

#[test]
fn another_type_is_refused_with_the_fields_that_differ() -> Result<(), Error> {
    mod other {
        #[derive(Debug, speculo_typed::Speculo)]
        pub struct Door {
            #[speculo(key)]
            pub id: u32,
            pub open: u8,
            pub name: String,
        }
    }
    let root = Root::temporary()?;
    let doors = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
    let error = Subscriber::<other::Door>::builder("doors").root(root.clone()).open().unwrap_err();
    let text = error.to_string();
    for part in ["Door.open", "bool", "u8", "label", "name", "doors"] {
        assert!(text.contains(part), "{text}");
    }
    drop(doors);
    let error = Publisher::<other::Door>::builder("doors").root(root.clone()).create().unwrap_err();
    assert!(matches!(error, CreateError::SchemaMismatch(_)), "{error}");
    let mut replaced =
        Publisher::<other::Door>::builder("doors").root(root).replace_on_mismatch().create()?;
    replaced.publish(&other::Door { id: 1, open: 0, name: String::new() })?;
    Ok(())
}

#[test]
fn everything_is_send_sync_and_lives_on() {
    fn check<T: Send + Sync + 'static>() {}
    fn borrowed<T: Send + Sync>() {}
    check::<Publisher<Door>>();
    check::<PublisherBuilder<Door>>();
    check::<Subscriber<Door>>();
    check::<SubscriberBuilder<Door>>();
    check::<View<Door>>();
    check::<Sample<Door>>();
    check::<Slot<Door>>();
    check::<Meta>();
    check::<ChunkId>();
    check::<KeyBuf>();
    check::<Root>();
    check::<Stats>();
    check::<Error>();
    borrowed::<Change<'_, Door>>();
    borrowed::<Iter<'_, Door>>();
    borrowed::<IterWithMeta<'_, Door>>();
    borrowed::<Samples<'_, Door>>();
    borrowed::<PublisherEntry<'_, Door>>();
    borrowed::<SubscriberEntry<'_, Door>>();
}

#[test]
fn what_no_subscriber_could_validate_is_refused() -> Result<(), Error> {
    #[derive(Speculo)]
    #[speculo(singleton)]
    struct Chain {
        next: Option<Box<Chain>>,
    }
    let chain =
        |links: usize| (1..links).fold(Chain { next: None }, |next, _| Chain { next: Some(Box::new(next)) });
    let root = Root::temporary()?;
    let mut publisher = Publisher::<Chain>::builder("chain").root(root.clone()).create()?;
    let mut reader = Subscriber::<Chain>::builder("chain").root(root).open()?;
    publisher.publish(&chain(500))?;
    assert!(reader.latest()?.is_some());
    let error = publisher.publish(&chain(1000)).unwrap_err();
    assert!(matches!(error, PublishError::Encode { .. }), "{error}");
    assert!(error.to_string().contains("Vec"), "{error}");
    assert!(reader.latest()?.unwrap().next.is_some());
    Ok(())
}
