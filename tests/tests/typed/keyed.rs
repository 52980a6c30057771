//! Keyed types and singletons: a value replaces the one before.

use std::time::Duration;

use speculo_tests::Wire;
use speculo_typed::{Root, Slot, Subscriber};

use crate::{AREA, Door, Limits, Named, Seat, Side, child, create, door, open, some, text};

pub(crate) fn doors(wire: &mut Wire) {
    let mut doors = open::<Door>(wire);
    while let Some(line) = wire.hear() {
        let id: u32 = line.parse().unwrap();
        // A value may expire between two looks: they are compared where the first and the last of them agree.
        let by_value = loop {
            let archived = doors.get(id).unwrap().map(|door| door.id);
            let by_value = text(&doors.get(id).unwrap());
            let reference = &id;
            let by_reference = text(&doors.get(reference).unwrap());
            let by_archived = archived.map(|archived| text(&doors.get(archived).unwrap()));
            if by_value == text(&doors.get(id).unwrap()) {
                assert_eq!(by_value, by_reference);
                assert!(by_value == "None" || by_archived.as_ref() == Some(&by_value), "{by_archived:?}");
                break by_value;
            }
        };
        wire.say(by_value);
    }
}

pub(crate) fn named(wire: &mut Wire) {
    let mut named = open::<Named>(wire);
    while let Some(line) = wire.hear() {
        let borrowed = text(&named.get(&*line).unwrap());
        assert_eq!(borrowed, text(&named.get(&line).unwrap()));
        wire.say(borrowed);
    }
}

pub(crate) fn seats(wire: &mut Wire) {
    let mut seats = open::<Seat>(wire);
    while let Some(line) = wire.hear() {
        let (row, place) = line.split_once(' ').unwrap();
        let place: u8 = place.parse().unwrap();
        let borrowed = text(&seats.get((row, &place, Side::Left)).unwrap());
        assert_eq!(borrowed, text(&seats.get((row.to_owned(), place, Side::Left)).unwrap()));
        wire.say(borrowed);
    }
}

pub(crate) fn keys_are_looked_up_by_borrowed_forms() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut reader = child("doors", &root, &[]);
    reader.bid(7, "None");
    for value in [door(7, true, "rear left"), door(u32::MAX, true, ""), door(7, false, "rear left")] {
        publisher.publish(&value).unwrap();
        reader.bid(value.id, &some(&value));
    }
    assert!(publisher.remove(7).unwrap());
    assert!(!publisher.remove(7).unwrap());
    reader.bid(7, "None");
    reader.bid(u32::MAX, &some(&door(u32::MAX, true, "")));
    reader.finish();

    let root = Root::temporary().unwrap();
    let mut publisher = create::<Named>(&root);
    let mut reader = child("named", &root, &[]);
    let long = "ß".repeat(100);
    for (name, value) in [("", 1), ("rear", -2), (&*long, i64::MIN), ("rear", 3)] {
        let value = Named { name: name.into(), value };
        publisher.publish(&value).unwrap();
        reader.bid(name, &some(&value));
    }
    reader.bid("rea", "None");
    assert!(publisher.remove("rear").unwrap());
    reader.bid("rear", "None");
    reader.bid("", &some(&Named { name: String::new(), value: 1 }));
    reader.finish();

    let root = Root::temporary().unwrap();
    let mut publisher = create::<Seat>(&root);
    let mut reader = child("seats", &root, &[]);
    let seat = |row: &str, place, side, who: Option<&str>| Seat {
        row: row.into(),
        place,
        side,
        taken: who.map(str::to_owned),
    };
    publisher.publish(&seat("a", 1, Side::Left, Some("Ada"))).unwrap();
    publisher.publish(&seat("a", 1, Side::Right, Some("Grace"))).unwrap();
    publisher.publish(&seat("a", 11, Side::Left, None)).unwrap();
    publisher.publish(&seat("aa", 1, Side::Left, None)).unwrap();
    reader.bid("a 1", &some(&seat("a", 1, Side::Left, Some("Ada"))));
    reader.bid("aa 1", &some(&seat("aa", 1, Side::Left, None)));
    reader.bid("a 2", "None");
    assert!(publisher.remove(("a", 1, Side::Left)).unwrap());
    reader.bid("a 1", "None");
    reader.bid("a 11", &some(&seat("a", 11, Side::Left, None)));
    reader.finish();
}

/// A value whose parts belong together.
fn pair(round: u32) -> Limits {
    let size = round % 50;
    Limits {
        speed: round,
        doors: vec![round; size as usize],
        by_name: (0..size).map(|n| (format!("limit {n}"), f64::from(round))).collect(),
    }
}

/// Reads as fast as it can, and checks that what it reads belongs together.
pub(crate) fn pairs(wire: &mut Wire) {
    let mut limits = open::<Limits>(wire);
    let mut last = 0;
    let mut seen = 0;
    while !wire.is_told() {
        let Some(now) = limits.latest().unwrap() else { continue };
        let round = now.speed.to_native();
        assert!(round >= last, "time goes one way");
        seen += u32::from(round > last);
        last = round;
        assert_eq!(now.to_native(), pair(round));
    }
    wire.say(if seen > 1 { "seen" } else { "nothing seen" });
}

pub(crate) fn p4_a_replaced_value_is_whole() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Limits>(&root);
    let mut reader = child("pairs", &root, &[]);
    for round in 0..20_000 {
        publisher.publish(&pair(round)).unwrap();
    }
    assert!(publisher.stats().rollovers > 10);
    reader.bid("enough", "seen");
    reader.finish();
}

pub(crate) fn limits(wire: &mut Wire) {
    let mut limits = open::<Limits>(wire);
    while wire.hear().is_some() {
        wire.say(text(&limits.latest().unwrap()));
    }
}

pub(crate) fn a_singleton_is_replaced_as_a_whole() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Limits>(&root);
    let mut reader = child("limits", &root, &[]);
    reader.bid("", "None");
    for round in [3, 0, 49] {
        publisher.publish(&pair(round)).unwrap();
        reader.bid("", &some(&pair(round)));
        assert_eq!(text(&publisher.latest().unwrap()), some(&pair(round)));
    }
    publisher.clear().unwrap();
    reader.bid("", "None");
    reader.finish();
}

pub(crate) fn slots(wire: &mut Wire) {
    let mut doors = open::<Door>(wire);
    // They belong to no handle, and keep their places.
    let mut slots: Vec<Slot<Door>> = (0..8).map(Slot::new).collect();
    while wire.hear().is_some() {
        let labels: Vec<String> = slots
            .iter_mut()
            .map(|slot| doors.get_at(slot).unwrap().map_or_else(String::new, |door| door.label.to_string()))
            .collect();
        wire.say(labels.join(","));
    }
}

pub(crate) fn slots_survive_rollovers_on_both_sides() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut reader = child("slots", &root, &[]);
    reader.bid("", ",,,,,,,");
    let mut slots: Vec<Slot<Door>> = (0..8).map(|id| publisher.slot(id)).collect();
    for round in 0..200 {
        for (slot, id) in slots.iter_mut().zip(0..) {
            publisher.publish_at(slot, &door(id, true, &format!("{id}.{round}"))).unwrap();
        }
        if round % 10 == 0 {
            let expected: Vec<_> = (0..8).map(|id| format!("{id}.{round}")).collect();
            reader.bid("", &expected.join(","));
        }
        if round % 50 == 0 {
            // A key may go and come back under its slot.
            publisher.remove(3).unwrap();
            let labels = reader.ask("");
            assert_eq!(labels.split(',').nth(3), Some(""), "{labels}");
        }
    }
    assert!(publisher.stats().rollovers > 5);
    let error = publisher.publish_at(&mut slots[0], &door(1, true, "")).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
    reader.finish();
}

/// Of what a slot saw twice nothing is looked at again but the word that names it: every other way in which a value
/// changes must show in that word, or be seen without it.
pub(crate) fn p4_what_a_slot_saw_is_not_taken_for_what_came_after() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Door>(&root);
    let mut readers = [(); 2].map(|()| Subscriber::<Door>::builder(AREA).root(root.clone()).open().unwrap());
    let mut own = [Slot::new(7), Slot::new(7)];
    let mut shared = Slot::new(7);
    // More often than it takes until a value is known; by slots of one reader, and by one of both in turn.
    let mut expect = |what: &str, label: Option<&str>| {
        for _ in 0..4 {
            for (reader, own) in readers.iter_mut().zip(&mut own) {
                for slot in [own, &mut shared] {
                    let found = reader.get_at(slot).unwrap().map(|door| door.label.to_string());
                    assert_eq!(found.as_deref(), label, "{what}");
                }
            }
        }
        for reader in &mut readers {
            // Maps its memory anew, perhaps where the other's was.
            reader.idle();
        }
    };
    let mut slot = Slot::new(7);
    for round in 0..50 {
        let label = |what: &str| format!("{what} {round}");
        publisher.publish_at(&mut slot, &door(7, true, &label("first"))).unwrap();
        expect("published", Some(&label("first")));
        publisher.publish(&door(7, true, &label("second"))).unwrap();
        publisher.publish(&door(8, true, "another")).unwrap();
        expect("replaced", Some(&label("second")));
        publisher.remove(7).unwrap();
        expect("removed", None);
        publisher.publish_for(&door(7, true, &label("third")), Duration::from_mins(10)).unwrap();
        expect("mortal", Some(&label("third")));
        publisher.publish_for(&door(7, true, ""), Duration::from_nanos(1)).unwrap();
        expect("expired", None);
        publisher.publish(&door(7, true, &label("fourth"))).unwrap();
        expect("back", Some(&label("fourth")));
        publisher.compact().unwrap();
        expect("in another segment", Some(&label("fourth")));
    }
    assert!(publisher.stats().rollovers >= 50);
}
