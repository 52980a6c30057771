//! Values of every shape that nobody thought of, published by one process and compared by another, which makes the
//! same values from the same seed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::CString;
use std::fmt::Debug;
use std::hash::RandomState;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroI64, NonZeroU8};
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use smallvec::SmallVec;
use smol_str::SmolStr;
use speculo_tests::Wire;
use speculo_typed::{Archived, Root, Speculo, SpeculoKey, native, with};
use thin_vec::ThinVec;
use tinyvec::TinyVec;
use uuid::Uuid;

use crate::{child, create, open};

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Leaves {
    unsigned: (u8, u16, u32, u64, u128),
    signed: (i8, i16, i32, i64, i128),
    floats: (f32, f64),
    wide: usize,
    negative: isize,
    non_zero: (NonZeroU8, NonZeroI64),
    others: (bool, char, ()),
    texts: (String, Box<str>, Arc<str>, CString),
    addresses: (IpAddr, SocketAddr),
    ranges: (Range<i32>, RangeInclusive<u8>, Bound<u16>),
    time: Duration,
    marker: PhantomData<String>,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Adapted {
    #[rkyv(with = with::AsUnixTime)]
    at: SystemTime,
    #[rkyv(with = with::AsString)]
    path: PathBuf,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
#[expect(clippy::option_option, reason = "nobody needs it, and it is a shape")]
struct Containers<T, const N: usize> {
    list: Vec<T>,
    queue: VecDeque<T>,
    array: [T; N],
    slice: Box<[T]>,
    shared: Arc<T>,
    maybe: Option<Option<T>>,
    outcome: Result<T, String>,
    one: (T,),
    map: HashMap<String, T>,
    tree: BTreeMap<i32, T>,
    set: HashSet<u16>,
    leaves: BTreeSet<String>,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
enum Shape {
    Nothing,
    Bare(),
    Braced {},
    One(u64),
    Several(u8, String),
    Fields { left: Option<Box<Shape>>, right: (i8, Box<Self>) },
    Many(Vec<Shape>),
    Named(BTreeMap<String, Shape>),
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Message(Leaves, Containers<Shape, 2>, Adapted);

#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    Here,
    There,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Entry {
    #[speculo(key)]
    name: String,
    content: Shape,
    #[speculo(key)]
    number: i32,
    #[speculo(key)]
    place: Place,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
#[speculo(singleton)]
struct Settings {
    leaves: Option<Leaves>,
    nothing: (),
}

/// Of other crates.
#[derive(Speculo, Debug, Clone, PartialEq)]
struct Foreign {
    id: Uuid,
    body: Bytes,
    stops: SmallVec<[Shape; 2]>,
    map: IndexMap<String, Shape>,
    set: IndexSet<(u16, String)>,
    name: SmolStr,
    parts: ThinVec<Shape>,
    ports: TinyVec<[u16; 2]>,
    shared: triomphe::Arc<Shape>,
    table: hashbrown::HashMap<SmolStr, u16, RandomState>,
    names: hashbrown::HashSet<SmolStr, RandomState>,
}

fn leaves() -> impl Strategy<Value = Leaves> {
    // No more than twelve of them fit into a tuple.
    let numbers =
        (any::<(u8, u16, u32, u64, u128)>(), any::<(i8, i16, i32, i64, i128)>(), any::<(f32, f64)>());
    let sizes = any::<(usize, isize, NonZeroU8, NonZeroI64)>();
    let texts = (".{0,12}", ".{0,12}", ".{0,40}", any::<CString>());
    let library = any::<(IpAddr, SocketAddr, Range<i32>, RangeInclusive<u8>, Bound<u16>, Duration)>();
    (numbers, sizes, any::<(bool, char, ())>(), texts, library).prop_map(
        |((unsigned, signed, floats), sizes, others, texts, library)| Leaves {
            unsigned,
            signed,
            floats,
            wide: sizes.0,
            negative: sizes.1,
            non_zero: (sizes.2, sizes.3),
            others,
            texts: (texts.0, texts.1.into(), texts.2.into(), texts.3),
            addresses: (library.0, library.1),
            ranges: (library.2, library.3, library.4),
            time: library.5,
            marker: PhantomData,
        },
    )
}

fn shape() -> impl Strategy<Value = Shape> + Clone {
    let end = prop_oneof![
        Just(Shape::Nothing),
        Just(Shape::Bare()),
        Just(Shape::Braced {}),
        any::<u64>().prop_map(Shape::One),
        (any::<u8>(), ".{0,20}").prop_map(|(number, text)| Shape::Several(number, text)),
    ];
    end.prop_recursive(4, 30, 5, |part| {
        prop_oneof![
            (prop::option::of(part.clone().prop_map(Box::new)), any::<i8>(), part.clone().prop_map(Box::new))
                .prop_map(|(left, number, right)| Shape::Fields { left, right: (number, right) }),
            prop::collection::vec(part.clone(), 0..5).prop_map(Shape::Many),
            prop::collection::btree_map(".{0,12}", part, 0..5).prop_map(Shape::Named),
        ]
        .boxed()
    })
}

fn containers() -> impl Strategy<Value = Containers<Shape, 2>> {
    let list = || prop::collection::vec(shape(), 0..6);
    let lists = (list(), list(), list(), [shape(), shape()]);
    let ones =
        (shape(), prop::option::of(prop::option::of(shape())), shape(), prop::option::of(".{0,9}"), shape());
    let tables = (
        prop::collection::hash_map(".{0,12}", shape(), 0..20),
        prop::collection::btree_map(any::<i32>(), shape(), 0..20),
        prop::collection::hash_set(any::<u16>(), 0..40),
        prop::collection::btree_set(".{0,12}", 0..40),
    );
    (lists, ones, tables).prop_map(|(lists, ones, tables)| Containers {
        list: lists.0,
        queue: lists.1.into(),
        array: lists.3,
        slice: lists.2.into(),
        shared: ones.0.into(),
        maybe: ones.1,
        outcome: ones.3.map_or(Ok(ones.2), Err),
        one: (ones.4,),
        map: tables.0,
        tree: tables.1,
        set: tables.2,
        leaves: tables.3,
    })
}

fn message() -> impl Strategy<Value = Message> {
    (leaves(), containers(), any::<u32>(), "[a-z/]{0,20}").prop_map(|(leaves, containers, seconds, path)| {
        let at = UNIX_EPOCH + Duration::from_secs(seconds.into());
        Message(leaves, containers, Adapted { at, path: path.into() })
    })
}

fn foreign() -> impl Strategy<Value = Foreign> {
    let list = || prop::collection::vec(shape(), 0..5);
    let bytes = prop::collection::vec(any::<u8>(), 0..20);
    let ports = prop::collection::vec(any::<u16>(), 0..5);
    let map = prop::collection::vec((".{0,12}", shape()), 0..40);
    let set = prop::collection::vec((any::<u16>(), ".{0,12}"), 0..40);
    let ones = (any::<u128>(), ".{0,40}", shape());
    (ones, bytes, ports, list(), list(), map, set).prop_map(
        |((id, name, shared), body, ports, stops, parts, map, set)| Foreign {
            id: Uuid::from_u128(id),
            body: body.into(),
            stops: stops.into(),
            map: map.into_iter().collect(),
            table: set.iter().map(|(number, name)| (name.into(), *number)).collect(),
            names: set.iter().map(|(_, name)| name.into()).collect(),
            set: set.into_iter().collect(),
            name: name.into(),
            parts: parts.into(),
            ports: ports.into_iter().collect(),
            shared: triomphe::Arc::new(shared),
        },
    )
}

/// Of few keys, so that values replace one another, and of names that begin alike.
fn entry() -> impl Strategy<Value = Entry> {
    let place = prop_oneof![Just(Place::Here), Just(Place::There)];
    ("a?\0?b?", shape(), -1..=1_i32, place).prop_map(|(name, content, number, place)| Entry {
        name,
        content,
        number,
        place,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    prop::option::of(leaves()).prop_map(|leaves| Settings { leaves, nothing: () })
}

/// The values that both sides make of a seed, one after the other.
fn values<S: Strategy>(strategy: &S, seed: u64) -> impl Iterator<Item = S::Value> + use<'_, S> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    std::iter::from_fn(move || Some(strategy.new_tree(&mut runner).unwrap().current()))
}

/// What a reader finds to differ, if anything.
fn compared<T: Speculo + PartialEq + Debug>(archived: Option<&Archived<T>>, expected: &T) -> Option<String>
where
    Archived<T>: PartialEq<T>,
{
    let Some(archived) = archived else { return Some(format!("{expected:?} is not there")) };
    let native = native::<T>(archived);
    (*archived != *expected || native != *expected).then(|| format!("{archived:?} was {expected:?}"))
}

pub(crate) fn messages(wire: &mut Wire) {
    let mut reader = open::<Message>(wire);
    answer(wire, &message(), |expected| compared(reader.try_recv().unwrap(), expected));
}

/// Also the order, which does not count when such maps are compared.
pub(crate) fn foreigners(wire: &mut Wire) {
    let mut reader = open::<Foreign>(wire);
    answer(wire, &foreign(), |expected| {
        let archived = reader.try_recv().unwrap();
        let in_order = archived
            .map(native::<Foreign>)
            .is_some_and(|native| native.map.iter().eq(&expected.map) && native.set.iter().eq(&expected.set));
        compared(archived, expected).or((!in_order).then(|| format!("not in the order of {expected:?}")))
    });
}

/// Of each key, what was published last, and nothing else.
pub(crate) fn entries(wire: &mut Wire) {
    let mut reader = open::<Entry>(wire);
    let mut newest = HashMap::new();
    while let Some(published) = asked(wire, &entry()) {
        newest
            .extend(published.map(|entry| ((entry.name.clone(), entry.number, entry.place.clone()), entry)));
        let differs = newest.iter().find_map(|((name, number, place), expected)| {
            compared(reader.get((name.as_str(), *number, place)).unwrap(), expected)
        });
        let keys = reader.view().unwrap().iter().count();
        let too_many = (keys != newest.len()).then(|| format!("{keys} keys and not {}", newest.len()));
        wire.say(differs.or(too_many).unwrap_or_else(|| "equal".to_owned()));
    }
}

pub(crate) fn last_settings(wire: &mut Wire) {
    let mut reader = open::<Settings>(wire);
    answer(wire, &settings(), |expected| compared(reader.latest().unwrap(), expected));
}

/// Each line asks for so many values of a seed: are they there?
fn answer<S: Strategy>(wire: &mut Wire, strategy: &S, mut look: impl FnMut(&S::Value) -> Option<String>) {
    while let Some(mut published) = asked(wire, strategy) {
        wire.say(published.find_map(|expected| look(&expected)).unwrap_or_else(|| "equal".to_owned()));
    }
}

/// The values that the next line asks for.
fn asked<'s, S: Strategy>(
    wire: &mut Wire,
    strategy: &'s S,
) -> Option<impl Iterator<Item = S::Value> + use<'s, S>> {
    let line = wire.hear()?;
    let (seed, count) = line.split_once(' ').unwrap();
    Some(values(strategy, seed.parse().unwrap()).take(count.parse().unwrap()))
}

/// Publishes `count` values for each of `seeds`, and has a child compare them.
fn published<S: Strategy<Value: Speculo>>(role: &str, strategy: &S, seeds: Range<u64>, count: usize) {
    let root = Root::temporary().unwrap();
    let mut publisher = create::<S::Value>(&root);
    let mut reader = child(role, &root, &[]);
    for seed in seeds {
        for value in values(strategy, seed).take(count) {
            publisher.publish(&value).unwrap();
        }
        reader.bid(format!("{seed} {count}"), "equal");
    }
    reader.finish();
}

pub(crate) fn messages_of_every_shape_read_back_equal() {
    published("messages", &message(), 0..8, 40);
}

pub(crate) fn types_of_other_crates_read_back_equal() {
    published("foreigners", &foreign(), 0..8, 40);
}

pub(crate) fn entries_of_every_shape_are_found_by_their_keys() {
    published("entries", &entry(), 0..8, 40);
}

pub(crate) fn every_singleton_reads_back_equal() {
    published("last_settings", &settings(), 0..60, 1);
}
