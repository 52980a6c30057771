//! Every shape of item derives, and what it derives works.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use speculo_typed::__private::rkyv;
use speculo_typed::{Archived, Kind, Speculo, SpeculoKey, with};

/// There and back: through bytes, equality with the archive, `to_native`.
fn round_trip<T>(value: &T) -> String
where
    for<'a> T: Speculo
        + PartialEq
        + Debug
        + rkyv::Serialize<
            rkyv::api::high::HighSerializer<
                rkyv::util::AlignedVec,
                rkyv::ser::allocator::ArenaHandle<'a>,
                rkyv::rancor::Error,
            >,
        >,
    for<'a> Archived<T>:
        rkyv::bytecheck::CheckBytes<rkyv::api::high::HighValidator<'a, rkyv::rancor::Error>> + PartialEq<T>,
{
    let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(value).expect("serialized");
    let archived = rkyv::access::<Archived<T>, rkyv::rancor::Error>(&bytes).expect("validated");
    assert!(archived == value, "{archived:?} == {value:?}");
    assert_eq!(&speculo_typed::native::<T>(archived), value);
    format!("{archived:?}")
}

#[derive(Speculo, Debug, PartialEq)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

#[derive(Speculo, Debug, PartialEq)]
struct Pair(u8, String);

#[derive(Speculo, Debug, PartialEq)]
struct Nothing;

#[derive(Speculo, Debug, PartialEq)]
struct Empty {}

#[derive(Speculo, Debug, PartialEq)]
enum Event {
    Quiet,
    Moved(i32, f64),
    Opened { door: u32, by: Option<String> },
}

/// Public, with named fields: rkyv's types get a scope of their own.
#[derive(Speculo, Debug, PartialEq)]
pub enum Turn<T: Debug = u32> {
    /// A variant.
    Opened {
        /// A named field.
        door: T,
        /// And a recursive one.
        next: Option<Box<Turn<T>>>,
    },
    /// Another one.
    Shut,
}

#[derive(Speculo, Debug, PartialEq)]
enum Numbered {
    Two = 2,
    Three,
    Nine = 9,
}

#[derive(Speculo, Debug, PartialEq)]
struct Everything {
    numbers: (u8, i8, u16, i16, u32, i32, u64, i64, u128, i128),
    floats: (f32, f64),
    letter: char,
    unit: (),
    wide: usize,
    negative: isize,
    list: Vec<Pair>,
    queue: VecDeque<u16>,
    fixed: [f32; 3],
    boxed: Box<u32>,
    text: Box<str>,
    slice: Box<[u16]>,
    shared: Arc<String>,
    shared_text: Arc<str>,
    maybe: Option<Pair>,
    outcome: Result<u8, String>,
    map: HashMap<String, Vec<u8>>,
    set: HashSet<u32>,
    tree: BTreeMap<u32, Pair>,
    leaves: BTreeSet<String>,
    time: Duration,
    range: std::ops::Range<u32>,
    address: IpAddr,
    non_zero: NonZeroU32,
    marker: std::marker::PhantomData<u8>,
}

fn everything() -> Everything {
    Everything {
        numbers: (1, -2, 3, -4, 5, -6, 7, -8, 9, -10),
        floats: (1.5, -2.5),
        letter: 'ß',
        unit: (),
        wide: usize::MAX,
        negative: isize::MIN,
        list: vec![Pair(1, "one".into()), Pair(2, "something longer than inline".into())],
        queue: [1, 2, 3].into(),
        fixed: [1.0, 2.0, 3.0],
        boxed: Box::new(7),
        text: "boxed".into(),
        slice: [1, 2].into(),
        shared: Arc::new("shared".into()),
        shared_text: "shared text".into(),
        maybe: Some(Pair(3, String::new())),
        outcome: Err("no".into()),
        map: (0..40).map(|n: u8| (n.to_string(), vec![n; 3])).collect(),
        set: (0..40).collect(),
        tree: (0..40).map(|n: u32| (n, Pair(1, n.to_string()))).collect(),
        leaves: ["a".to_owned(), "b".to_owned()].into(),
        time: Duration::from_millis(1500),
        range: 2..5,
        address: "::1".parse().expect("an address"),
        non_zero: NonZeroU32::MIN,
        marker: std::marker::PhantomData,
    }
}

#[derive(Speculo, Debug, PartialEq)]
struct Generic<T, const N: usize>
where
    T: Debug,
{
    list: [Option<T>; N],
    count: u64,
}

#[derive(Speculo, Debug, PartialEq)]
struct List {
    value: u32,
    next: Option<Box<Self>>,
}

#[derive(Speculo, Debug, PartialEq)]
enum Tree<T> {
    Leaf(T),
    Node(Vec<Tree<T>>),
}

/// Two types that contain each other: one of the edges is marked.
#[derive(Speculo, Debug, PartialEq)]
struct Folder {
    files: Vec<File>,
}

#[derive(Speculo, Debug, PartialEq)]
struct File {
    name: String,
    #[rkyv(omit_bounds)]
    within: Option<Box<Folder>>,
}

#[derive(Speculo, Debug, PartialEq)]
struct Family<T = u32, const N: usize = 2> {
    own: [T; N],
    pair: Option<Box<(T, Family<T, N>)>>,
}

#[derive(Speculo, Debug, PartialEq)]
struct Items<I>
where
    I: Iterator,
    I::Item: speculo_typed::Field + Debug + PartialEq,
{
    items: Vec<I::Item>,
}

#[derive(Speculo, Debug, PartialEq)]
#[speculo(singleton)]
struct Config {
    level: u8,
}

#[derive(Speculo, SpeculoKey, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

#[derive(Speculo, Debug, PartialEq)]
struct Mirror {
    #[speculo(key)]
    side: Side,
    folded: bool,
    #[speculo(key)]
    floor: i8,
}

#[derive(Speculo, Debug, PartialEq)]
struct Adapted {
    #[rkyv(with = rkyv::with::AsBox)]
    boxed: u32,
    #[rkyv(with = rkyv::with::Skip)]
    skipped: u32,
    r#type: u8,
}

/// Different types that are archived as one, some of them by a wrapper.
#[derive(Speculo, Debug, PartialEq)]
struct Alike<T> {
    text: String,
    of_a_parameter: T,
    #[rkyv(with = with::AsString)]
    path: PathBuf,
    list: Vec<u8>,
    queue: VecDeque<u8>,
    time: Duration,
    #[rkyv(with = with::AsUnixTime)]
    at: SystemTime,
}

#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize, Speculo, Debug, PartialEq)]
#[rkyv(crate = rkyv, archived = FarPoint)]
#[speculo(external)]
struct Point {
    x: i32,
    #[rkyv(with = rkyv::with::AsBox)]
    y: i32,
}

/// What is configured away may be of any type, or of none.
#[derive(Speculo, Debug, PartialEq)]
struct Configured {
    #[cfg(target_os = "linux")]
    here: u8,
    #[cfg(not(target_os = "linux"))]
    away: *const NoSuchType,
    #[cfg_attr(target_os = "linux", speculo(key), rkyv(attr(doc = "Documented.")))]
    id: u32,
}

#[derive(Speculo, Debug, PartialEq)]
enum Choice {
    #[cfg(not(target_os = "linux"))]
    Away(*const NoSuchType),
    #[cfg(target_os = "linux")]
    Here {
        #[cfg(not(target_os = "linux"))]
        away: &'static str,
        text: String,
    },
    Last(#[cfg(not(target_os = "linux"))] NoSuchType, u8),
}

macro_rules! made {
    ($name:ident, $field:ident: $ty:ty) => {
        #[derive(Speculo, Debug, PartialEq)]
        struct $name {
            $field: $ty,
        }
    };
}

made!(Made, field: Vec<u8>);

#[test]
fn structs_round_trip() {
    let door = Door { id: 7, open: true, label: "rear".into() };
    assert_eq!(round_trip(&door), r#"Door { id: 7, open: true, label: "rear" }"#);
    assert_eq!(round_trip(&Pair(1, "x".into())), r#"Pair(1, "x")"#);
    assert_eq!(round_trip(&Nothing), "Nothing");
    assert_eq!(round_trip(&Empty {}), "Empty");
    assert_eq!(round_trip(&Made { field: vec![1] }), "Made { field: [1] }");
    assert_eq!(round_trip(&Point { x: 1, y: 2 }), "Point { x: 1, y: 2 }");
    assert_eq!(round_trip(&Config { level: 3 }), "Config { level: 3 }");
    let alike = Alike {
        text: "a".into(),
        of_a_parameter: "b".to_owned(),
        path: "c".into(),
        list: vec![1],
        queue: [2].into(),
        time: Duration::from_secs(3),
        at: UNIX_EPOCH + Duration::from_secs(4),
    };
    assert_eq!(
        round_trip(&alike),
        r#"Alike { text: "a", of_a_parameter: "b", path: "c", list: [1], queue: [2], time: 3s, at: 4s }"#
    );
    assert_eq!(
        round_trip(&Adapted { boxed: 1, skipped: 0, r#type: 3 }),
        "Adapted { boxed: 1, skipped: (), type: 3 }"
    );
}

#[test]
fn what_is_configured_away_is_not_there() {
    assert_eq!(Configured::KIND, Kind::Keyed);
    assert_eq!(round_trip(&Configured { here: 1, id: 2 }), "Configured { here: 1, id: 2 }");
    assert_eq!(round_trip(&Choice::Here { text: "a".into() }), r#"Here { text: "a" }"#);
    assert_eq!(round_trip(&Choice::Last(1)), "Last(1)");
}

#[test]
fn enums_round_trip() {
    assert_eq!(round_trip(&Event::Quiet), "Quiet");
    assert_eq!(round_trip(&Event::Moved(-3, 0.5)), "Moved(-3, 0.5)");
    let opened = Event::Opened { door: 1, by: Some("me".into()) };
    assert_eq!(round_trip(&opened), r#"Opened { door: 1, by: Some("me") }"#);
    let turn = Turn::Opened { door: 1_u32, next: Some(Box::new(Turn::Shut)) };
    assert_eq!(round_trip(&turn), "Opened { door: 1, next: Some(Shut) }");
    let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(&turn).expect("serialized");
    match rkyv::access::<ArchivedTurn, rkyv::rancor::Error>(&bytes).expect("validated") {
        ArchivedTurn::Opened { door, next } => assert_eq!((door.to_native(), next.is_some()), (1, true)),
        ArchivedTurn::Shut => unreachable!("it is open"),
    }
    for value in [Numbered::Two, Numbered::Three, Numbered::Nine] {
        assert_eq!(round_trip(&value), format!("{value:?}"));
    }
}

#[test]
fn containers_round_trip() {
    let everything = everything();
    let shown = round_trip(&everything);
    for part in ["wide: 18446744073709551615", "time: 1.5s", "range: 2..5", "address: ::1", "letter: 'ß'"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn generic_and_recursive_types_round_trip() {
    let generic = Generic { list: [Some("a".to_owned()), None], count: 2 };
    assert_eq!(round_trip(&generic), r#"Generic { list: [Some("a"), None], count: 2 }"#);
    let list = List { value: 1, next: Some(Box::new(List { value: 2, next: None })) };
    assert_eq!(round_trip(&list), "List { value: 1, next: Some(List { value: 2, next: None }) }");
    let file = |within| File { name: "f".into(), within };
    let folder = Folder { files: vec![file(None), file(Some(Box::new(Folder { files: vec![] })))] };
    assert!(round_trip(&folder).ends_with(r#"File { name: "f", within: Some(Folder { files: [] }) }] }"#));
    let inner = Family { own: [2, 3], pair: None };
    let family: Family = Family { own: [0, 1], pair: Some(Box::new((7, inner))) };
    assert_eq!(
        round_trip(&family),
        "Family { own: [0, 1], pair: Some((7, Family { own: [2, 3], pair: None })) }"
    );
    let tree = Tree::Node(vec![Tree::Leaf("x".to_owned()), Tree::Node(Vec::new())]);
    assert_eq!(round_trip(&tree), r#"Node([Leaf("x"), Node([])])"#);
}

#[test]
fn archives_differ_from_other_values() {
    let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(&everything()).expect("serialized");
    let archived = rkyv::access::<Archived<Everything>, rkyv::rancor::Error>(&bytes).expect("validated");
    let mut other = everything();
    assert!(*archived == other, "one way");
    assert!(other == *archived, "and the other");
    other.map.insert("39".into(), vec![]);
    assert!(*archived != other);
    assert_eq!(archived.to_native(), everything());
}

#[test]
fn kinds_follow_from_attributes() {
    assert_eq!(Door::KIND, Kind::Keyed);
    assert_eq!(Config::KIND, Kind::Singleton);
    assert_eq!(Pair::KIND, Kind::Stream);
}

#[test]
fn keys_come_from_key_fields() {
    use speculo_typed::{KeyBuf, Keyed};

    fn key<T: Keyed>(value: &T) -> T::Key {
        let mut out = KeyBuf::new();
        value.__encode_key(&mut out);
        speculo_typed::key::decode(out.as_slice()).expect("decodes")
    }

    assert_eq!(key(&Door { id: 7, open: true, label: String::new() }), 7);
    let mirror = Mirror { side: Side::Right, folded: false, floor: -1 };
    assert_eq!(key(&mirror), (Side::Right, -1));
    let _ = Cow::Borrowed("");
}

#[test]
fn types_in_functions_derive() {
    #[derive(Speculo, Debug, PartialEq)]
    struct Local {
        inner: Vec<Door>,
    }

    let local = Local { inner: vec![Door { id: 1, open: false, label: "l".into() }] };
    assert_eq!(round_trip(&local), r#"Local { inner: [Door { id: 1, open: false, label: "l" }] }"#);
}

#[test]
fn generic_code_needs_one_bound() {
    fn kind<T: Speculo + Debug>(_: &Tree<T>, _: &Generic<Vec<T>, 3>) -> Kind {
        <Tree<T> as Speculo>::KIND
    }

    fn across_threads<T: Speculo>(archived: &Archived<T>) -> String {
        std::thread::scope(|scope| scope.spawn(|| format!("{archived:?}")).join()).expect("no panic")
    }

    let generic = Generic { list: [None, None, None], count: 0 };
    assert_eq!(kind(&Tree::Leaf(1_u8), &generic), Kind::Stream);
    let _: fn(&ArchivedDoor) -> String = across_threads::<Door>;
    assert_eq!(<Items<std::vec::IntoIter<u8>> as Speculo>::KIND, Kind::Stream);
}
