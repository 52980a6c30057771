//! Types of other crates, as fields, keys and values.
#![allow(missing_docs, reason = "a test")]

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use smallvec::{SmallVec, smallvec};
use speculo_typed::{Publisher, Root, Speculo, Subscriber, schema};
use uuid::Uuid;

#[derive(Speculo, Debug, PartialEq)]
struct Packet {
    #[speculo(key)]
    id: Uuid,
    #[speculo(key)]
    part: u8,
    body: Bytes,
    stops: SmallVec<[u32; 4]>,
    names: Option<SmallVec<[String; 1]>>,
    by_id: HashMap<Uuid, Bytes>,
    in_order: BTreeMap<Uuid, u8>,
    as_written: IndexMap<String, Bytes>,
    seen: IndexSet<Uuid>,
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn packet(number: u128) -> Packet {
    Packet {
        id: id(number),
        part: 1,
        body: Bytes::from_static(b"body"),
        stops: smallvec![1, 2, 3, 4, 5],
        names: Some(smallvec!["a name that is longer than inline".to_owned()]),
        by_id: (0..40).map(|number| (id(number), Bytes::from(vec![7; 3]))).collect(),
        in_order: (0..40).map(|number| (id(number), 1)).collect(),
        as_written: ["zebra", "ant", "mole"].map(|name| (name.to_owned(), Bytes::from(name))).into(),
        seen: (0..40).rev().map(id).collect(),
    }
}

#[test]
fn they_are_fields_and_keys() {
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<Packet>::builder("area").root(root.clone()).create().expect("created");
    for number in [3, 1 << 100] {
        publisher.publish(&packet(number)).expect("published");
    }
    let mut reader = Subscriber::<Packet>::builder("area").root(root).open().expect("opened");
    for number in [3, 1 << 100] {
        let archived = reader.get((id(number), 1)).expect("read").expect("published before");
        let packet = packet(number);
        assert!(*archived == packet, "{archived:?} is {packet:?}");
        assert_eq!(archived.to_native(), packet);
        assert_eq!((&*archived.body, archived.stops.len()), (&b"body"[..], 5));
        assert!(format!("{archived:?}").starts_with(&format!("Packet {{ id: {}, part: 1,", id(number))));
        assert!(archived.as_written.keys().eq(["zebra", "ant", "mole"]));
        assert_eq!(archived.as_written.get("mole").map(|bytes| &bytes[..]), Some(&b"mole"[..]));
        assert_eq!(
            (archived.seen.get_index(1), archived.seen.get_index_of(&id(38))),
            (Some(&id(38)), Some(1))
        );
        assert_eq!(archived.by_id.get(&id(39)).map(|bytes| &bytes[..]), Some(&[7; 3][..]));
    }
    assert!(reader.get((id(4), 1)).expect("read").is_none());
}

#[cfg(feature = "decode")]
#[test]
fn they_are_told_without_their_type() {
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<Packet>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(&packet(1 << 100)).expect("published");
    let mut reader = speculo_typed::decode::Reader::builder("area").root(root).open().expect("opened");
    let view = reader.view().expect("a view");
    let (_, value) = view.iter().next().expect("published above").expect("sound");
    let json = serde_json::to_value(value).expect("told");
    let part = |name: &str| json.get(name).expect("a field").to_string();
    assert_eq!(part("id"), "\"00000010-0000-0000-0000-000000000000\"");
    assert_eq!((part("body").as_str(), part("stops").as_str()), ("[98,111,100,121]", "[1,2,3,4,5]"));
    assert!(
        part("seen").starts_with(
            "[\"00000000-0000-0000-0000-000000000027\",\"00000000-0000-0000-0000-000000000026\""
        )
    );
    assert!(part("by_id").contains("\"00000000-0000-0000-0000-000000000027\":[7,7,7]"));
    assert!(format!("{value:?}").starts_with("Packet { id: 00000010-0000-0000-0000-000000000000, part: 1,"));
}

/// How a list is held before it is archived is nobody else's matter.
#[test]
fn lists_are_lists_in_the_schema() {
    #[derive(Speculo)]
    struct One {
        body: Bytes,
        stops: SmallVec<[u32; 4]>,
    }

    mod other {
        #[derive(speculo_typed::Speculo)]
        pub(super) struct One {
            pub body: Vec<u8>,
            pub stops: Vec<u32>,
        }
    }

    let one = One { body: Bytes::new(), stops: SmallVec::new() };
    let other = other::One { body: one.body.to_vec(), stops: one.stops.to_vec() };
    assert!(other.body.is_empty() && other.stops.is_empty());
    assert_eq!(schema::of::<One>(), schema::of::<other::One>());
}

/// As the originals are compared: what is in a map counts, and not in which order.
#[test]
fn maps_that_keep_an_order_are_equal_in_any() {
    #[derive(Speculo, Debug, PartialEq)]
    #[speculo(singleton)]
    struct Menu {
        prices: IndexMap<String, u32>,
        seen: IndexSet<u8>,
    }

    let menu = |names: &[&str], seen: &[u8]| Menu {
        prices: names.iter().map(|name| ((*name).to_owned(), 7)).collect(),
        seen: seen.iter().copied().collect(),
    };
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<Menu>::builder("area").root(root.clone()).create().expect("created");
    let value = menu(&["soup", "cake", "tea"], &[3, 1, 2]);
    publisher.publish(&value).expect("published");
    let mut reader = Subscriber::<Menu>::builder("area").root(root).open().expect("opened");
    let archived = reader.latest().expect("read").expect("published above");
    assert_eq!(format!("{archived:?}"), format!("{value:?}"));
    for (names, seen) in [
        (&["soup", "cake", "tea"][..], &[3, 1, 2][..]),
        (&["tea", "soup", "cake"], &[1, 2, 3]),
        (&["soup", "cake"], &[3, 1, 2]),
        (&["soup", "cake", "tea"], &[3, 1]),
        (&["soup", "cake", "tea", "jam"], &[3, 1, 2]),
        (&["soup", "cake", "jam"], &[3, 1, 2]),
        (&["soup", "cake", "tea"], &[3, 1, 4]),
    ] {
        let other = menu(names, seen);
        assert_eq!(*archived == other, value == other, "{other:?}");
    }
}

#[test]
fn they_are_values_by_themselves() {
    fn is_stream<T: speculo_typed::Stream>() {}

    is_stream::<Bytes>();
    is_stream::<SmallVec<[Uuid; 2]>>();
    is_stream::<Vec<Option<Uuid>>>();
}
