//! What may differ between two processes, and what comes back as it was.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use speculo_tests::Wire;
use speculo_typed::{OpenError, Root, Speculo, Subscriber};

use crate::{AREA, Door, child, create, door, open, publishes};

mod changed {
    use speculo_typed::Speculo;

    /// A door as somebody else thinks of it.
    #[derive(Speculo, Debug)]
    pub(crate) struct Door {
        #[speculo(key)]
        pub(crate) id: u32,
        pub(crate) open: u8,
        pub(crate) label: String,
    }
}

#[derive(Speculo, Debug)]
struct Keyless {
    id: u32,
    open: bool,
    label: String,
}

pub(crate) fn other(wire: &mut Wire) {
    let root = Root::new(wire.root());
    let error = Subscriber::<changed::Door>::builder(AREA).root(root.clone()).open().unwrap_err();
    assert!(matches!(error, OpenError::SchemaMismatch(_)), "{error:?}");
    wire.say("ready");
    wire.say(error);
    wire.wait_for("publish");
    wire.say(publishes::<changed::Door>(&root).create().unwrap_err());
}

pub(crate) fn p9_another_type_is_refused() {
    let root = Root::temporary().unwrap();
    let mut doors = create::<Door>(&root);
    doors.publish(&door(1, true, "one")).unwrap();
    let mut stranger = child("other", &root, &[]);
    let refused = stranger.hear();
    for part in ["Door.open", "bool", "u8", AREA, "same definition"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    drop(doors);
    let refused = stranger.ask("publish");
    for part in ["Door.open", "bool", "u8", AREA, "replace_on_mismatch"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    stranger.finish();
    assert_eq!(*create::<Door>(&root).get(1).unwrap().unwrap(), door(1, true, "one"));

    // The same fields, but no key: other values would replace each other.
    assert!(Subscriber::<Keyless>::builder(AREA).root(root).open().is_err());
}

pub(crate) fn p9_a_type_that_has_changed_can_be_replaced() {
    let root = Root::temporary().unwrap();
    let mut former = child("publisher", &root, &[]);
    former.bid(3, "published");
    let mut reader = Subscriber::<Door>::builder(AREA).root(root.clone()).open().unwrap();
    let held = reader.sample(2).unwrap().unwrap();
    let _ = former.kill();
    let mut next = publishes::<changed::Door>(&root).replace_on_mismatch().create().unwrap();
    next.publish(&changed::Door { id: 2, open: 9, label: "new".into() }).unwrap();
    assert!(reader.get(2).is_err(), "the area of its type is gone");
    assert_eq!(*held, door(2, true, "by the child"));
    let mut reader = Subscriber::<changed::Door>::builder(AREA).root(root).open().unwrap();
    assert_eq!(reader.get(2).unwrap().unwrap().open, 9);
}

#[derive(Speculo, Debug, Clone, PartialEq)]
enum Shape {
    Nothing,
    Circle(f64),
    Polygon { corners: Vec<(f32, f32)>, name: Option<String> },
    Group(Vec<Shape>),
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Everything {
    #[speculo(key)]
    at: i64,
    by_hash: HashMap<String, Vec<u8>>,
    by_order: BTreeMap<u32, Option<Shape>>,
    shape: Shape,
    boxed: Option<Box<Everything>>,
    numbers: (u8, i16, u32, i64, u128, f32, f64, bool, char),
    size: usize,
    time: Duration,
    outcome: Result<[u16; 4], String>,
}

fn everything_at(at: i64) -> Everything {
    let polygon =
        Shape::Polygon { corners: vec![(0.0, 1.5), (-1.0, f32::MAX)], name: Some("triangle".into()) };
    Everything {
        at,
        by_hash: (0..200u8).map(|n| (format!("key {n}"), vec![n; usize::from(n)])).collect(),
        by_order: (0..200).map(|n| (n, (n % 3 != 0).then(|| Shape::Circle(f64::from(n))))).collect(),
        shape: Shape::Group(vec![Shape::Nothing, polygon, Shape::Group(vec![]), Shape::Circle(-0.5)]),
        boxed: (at > 0).then(|| Box::new(everything_at(at - 1))),
        numbers: (u8::MAX, i16::MIN, 7, -7, u128::MAX, 0.1, f64::MIN_POSITIVE, true, 'ß'),
        size: usize::MAX,
        time: Duration::from_nanos(1_500_000_001),
        outcome: if at % 2 == 0 { Ok([1, 2, 3, 4]) } else { Err("odd".into()) },
    }
}

pub(crate) fn everything(wire: &mut Wire) {
    let mut values = open::<Everything>(wire);
    for at in -1..3 {
        let expected = everything_at(at);
        let archived = values.get(at).unwrap().unwrap();
        assert!(*archived == expected, "compares in place");
        assert_eq!(archived.to_native(), expected, "comes back as it was");
        assert_eq!(archived.by_hash.len(), 200);
        assert_eq!(archived.by_hash.get("key 7").unwrap(), &[7; 7][..]);
        assert!(archived.by_hash.get("key 200").is_none());
        assert!(archived.by_order.get(&3.into()).unwrap().is_none());
        let four = archived.by_order.get(&4.into()).unwrap().as_ref();
        assert!(matches!(four, Some(ArchivedShape::Circle(radius)) if *radius == 4.0));
        let ArchivedShape::Group(shapes) = &archived.shape else { panic!("{:?}", archived.shape) };
        let ArchivedShape::Polygon { corners, name } = &shapes[1] else { panic!("{:?}", shapes[1]) };
        assert_eq!((corners[1].0.to_native(), name.as_ref().unwrap().as_str()), (-1.0, "triangle"));
        assert_eq!(archived.boxed.as_ref().map(|boxed| boxed.at.to_native()), (at > 0).then(|| at - 1));
        assert_eq!(archived.size.to_native(), u64::MAX);
        assert_eq!(Duration::from(archived.time), expected.time);
        match archived.outcome.as_ref() {
            Ok(numbers) => assert_eq!(numbers[3], 4),
            Err(text) => assert_eq!(text, "odd"),
        }
    }
    wire.say("equal");
}

pub(crate) fn every_kind_of_value_reads_back_equal() {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<Everything>(&root);
    for at in -1..3 {
        publisher.publish(&everything_at(at)).unwrap();
    }
    let mut reader = child("everything", &root, &[]);
    reader.expect("equal");
    reader.finish();
}
