//! Types of other crates, as fields, keys and values.
#![allow(missing_docs, reason = "a test")]

use std::collections::{BTreeMap, HashMap};
use std::hash::RandomState;

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use smallvec::{SmallVec, smallvec};
use smol_str::SmolStr;
use speculo_typed::{Key, KeyBuf, KeyReader, Lookup, Publisher, Root, Speculo, Subscriber, schema};
use thin_vec::{ThinVec, thin_vec};
use tinyvec::TinyVec;
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
    #[speculo(key)]
    label: SmolStr,
    tags: ThinVec<SmolStr>,
    tree: ThinVec<Branch>,
    ports: TinyVec<[u16; 2]>,
    shared: (triomphe::Arc<Branch>, triomphe::Arc<Branch>, std::sync::Arc<Branch>),
    by_label: hashbrown::HashMap<SmolStr, u32, RandomState>,
    labels: hashbrown::HashSet<SmolStr, RandomState>,
}

#[derive(Speculo, Debug, PartialEq, Clone, Default)]
struct Branch {
    name: SmolStr,
    twigs: ThinVec<Self>,
}

fn branch(name: &str) -> Branch {
    Branch { name: name.into(), twigs: thin_vec![Branch { name: "twig".into(), twigs: ThinVec::new() }] }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn packet(number: u128) -> Packet {
    let oak = triomphe::Arc::new(branch("oak"));
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
        label: "left".into(),
        tags: thin_vec!["short".into(), "a tag that is longer than inline".into()],
        tree: thin_vec![branch("oak"), branch("elm")],
        ports: [80, 443, 8080].into_iter().collect(),
        shared: (oak.clone(), oak, branch("elm").into()),
        by_label: (0..40).map(|number| (label(number), number)).collect(),
        labels: (0..40).map(label).collect(),
    }
}

fn label(number: u32) -> SmolStr {
    format!("label {number}").into()
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
        let archived = reader.get((id(number), 1, "left")).expect("read").expect("published before");
        let packet = packet(number);
        assert!(*archived == packet, "{archived:?} is {packet:?}");
        let native = archived.to_native();
        assert_eq!(native, packet);
        assert!(triomphe::Arc::ptr_eq(&native.shared.0, &native.shared.1), "one value, as it was");
        assert_eq!((&*archived.body, archived.stops.len()), (&b"body"[..], 5));
        assert!(format!("{archived:?}").starts_with(&format!("Packet {{ id: {}, part: 1,", id(number))));
        assert!(archived.as_written.keys().eq(["zebra", "ant", "mole"]));
        assert_eq!(archived.as_written.get("mole").map(|bytes| &bytes[..]), Some(&b"mole"[..]));
        assert_eq!(
            (archived.seen.get_index(1), archived.seen.get_index_of(&id(38))),
            (Some(&id(38)), Some(1))
        );
        assert_eq!(archived.by_id.get(&id(39)).map(|bytes| &bytes[..]), Some(&[7; 3][..]));
        assert_eq!(
            (&*archived.ports, &*archived.shared.1.name),
            (&[80, 443, 8080].map(Into::into)[..], "oak")
        );
        assert_eq!(archived.by_label.get("label 39").map(|number| number.to_native()), Some(39));
        assert!(archived.labels.contains("label 39") && !archived.labels.contains("label 40"));
        assert!(reader.get((id(number), 1, &native.label)).expect("read").is_some());
    }
    assert!(reader.get((id(4), 1, "left")).expect("read").is_none());
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
    assert_eq!((part("label").as_str(), part("ports").as_str()), ("\"left\"", "[80,443,8080]"));
    assert_eq!(part("tags"), "[\"short\",\"a tag that is longer than inline\"]");
    assert!(part("by_label").contains("\"label 39\":39") && part("labels").contains("\"label 39\""));
    assert!(
        part("seen").starts_with(
            "[\"00000000-0000-0000-0000-000000000027\",\"00000000-0000-0000-0000-000000000026\""
        )
    );
    assert!(part("by_id").contains("\"00000000-0000-0000-0000-000000000027\":[7,7,7]"));
    assert!(format!("{value:?}").starts_with("Packet { id: 00000010-0000-0000-0000-000000000000, part: 1,"));
}

/// How something is held before it is archived is nobody else's matter.
#[test]
fn they_are_in_the_schema_what_they_are_archived_as() {
    #[derive(Speculo, Default)]
    #[speculo(singleton)]
    struct One {
        body: Bytes,
        stops: SmallVec<[u32; 4]>,
        more: ThinVec<u32>,
        most: TinyVec<[u32; 2]>,
        name: SmolStr,
        shared: triomphe::Arc<String>,
        map: hashbrown::HashMap<SmolStr, u8, RandomState>,
        set: hashbrown::HashSet<u8, RandomState>,
    }

    mod other {
        use std::collections::{HashMap, HashSet};
        use std::sync::Arc;

        #[derive(speculo_typed::Speculo, Debug, PartialEq)]
        #[speculo(singleton)]
        pub(super) struct One {
            pub body: Vec<u8>,
            pub stops: Vec<u32>,
            pub more: Vec<u32>,
            pub most: Vec<u32>,
            pub name: String,
            pub shared: Arc<String>,
            pub map: HashMap<String, u8>,
            pub set: HashSet<u8>,
        }
    }

    assert_eq!(schema::of::<One>(), schema::of::<other::One>());

    let root = Root::temporary().expect("a directory");
    let mut publisher =
        Publisher::<other::One>::builder("area").root(root.clone()).create().expect("created");
    let value = other::One {
        body: vec![1, 2],
        stops: vec![3; 9],
        more: vec![4; 9],
        most: vec![5; 9],
        name: "a name that is longer than inline".to_owned(),
        shared: "shared".to_owned().into(),
        map: [("one".to_owned(), 1)].into(),
        set: [6].into(),
    };
    publisher.publish(&value).expect("published");
    let mut reader = Subscriber::<One>::builder("area").root(root).open().expect("of the same schema");
    let one = reader.latest().expect("read").expect("published above").to_native();
    assert_eq!((&one.body[..], &one.stops[..]), (&value.body[..], &value.stops[..]));
    assert_eq!((&one.more[..], &one.most[..]), (&value.more[..], &value.most[..]));
    assert_eq!((one.name.as_str(), one.shared.as_str()), (value.name.as_str(), value.shared.as_str()));
    assert_eq!((one.map.get("one"), one.set.contains(&6)), (Some(&1), true));
}

/// The bytes of a key outlive the program, and are found by others.
#[test]
fn their_keys_are_those_of_others() {
    fn bytes<K>(key: impl Lookup<K>, part: bool) -> Vec<u8> {
        let mut buf = KeyBuf::new();
        if part {
            key.encode_lookup_part(&mut buf);
        } else {
            key.encode_lookup(&mut buf);
        }
        buf.as_slice().to_vec()
    }

    for part in [false, true] {
        let name = "a\0name";
        let expected = bytes::<String>(name, part);
        assert_eq!(bytes::<SmolStr>(SmolStr::new(name), part), expected);
        assert_eq!(bytes::<SmolStr>(name, part), expected);
        assert_eq!(bytes::<SmolStr>(name.to_owned(), part), expected);
        assert_eq!(bytes::<Uuid>(id(7), part), bytes::<[u8; 16]>(*id(7).as_bytes(), part));
        let key = SmolStr::new(name);
        let mut reader = KeyReader::new(&expected);
        let decoded = if part { SmolStr::decode_part(&mut reader) } else { SmolStr::decode(&mut reader) };
        assert_eq!(decoded, Ok(key));
    }
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
    is_stream::<SmolStr>();
    is_stream::<ThinVec<TinyVec<[u8; 2]>>>();
}
