//! Types of every shape that the derive takes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::CString;
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZeroI64, NonZeroU8, NonZeroU32};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use speculo_typed::Speculo;

#[derive(Speculo, Serialize, Debug)]
pub struct Door {
    #[speculo(key)]
    pub id: u32,
    pub open: bool,
    pub label: String,
}

#[derive(Speculo, Serialize, Debug)]
pub struct Pair(pub u8, pub String);

#[derive(Speculo, Serialize, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[rkyv(derive(PartialEq, Eq, PartialOrd, Ord, Hash))]
pub struct Newtype(pub u64);

#[derive(Speculo, Serialize, Debug)]
pub struct Nothing;

#[derive(Speculo, Serialize, Debug)]
pub struct Empty {}

#[derive(Speculo, Serialize, Debug)]
pub struct Parenthesized();

#[derive(Speculo, Serialize, Debug)]
pub enum Event {
    Quiet,
    Told(String),
    Moved(i32, f64),
    Opened { door: u32, by: Option<String> },
    Bare(),
    Braced {},
}

/// Numbered by hand, with fields.
#[derive(Speculo, Serialize, Debug)]
#[repr(u8)]
pub enum Numbered {
    Two = 2,
    Three(u16),
    Nine { wide: u128 } = 9,
}

#[derive(Speculo, Serialize, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Clone, Copy)]
#[rkyv(derive(PartialEq, Eq, PartialOrd, Ord, Hash))]
pub enum Side {
    Left,
    Right,
}

#[derive(Speculo, Serialize, Debug)]
pub struct Numbers {
    pub unsigned: (u8, u16, u32, u64, u128),
    pub signed: (i8, i16, i32, i64, i128),
    pub floats: (f32, f64),
    pub wide: usize,
    pub negative: isize,
    pub non_zero: (NonZeroU8, NonZeroU32, NonZeroI64),
}

#[derive(Speculo, Serialize, Debug)]
pub struct Everything {
    pub letter: char,
    pub unit: (),
    pub truth: bool,
    pub list: Vec<Pair>,
    pub queue: VecDeque<u16>,
    pub fixed: [f32; 3],
    pub none: [u8; 0],
    pub boxed: Box<u32>,
    pub text: Box<str>,
    pub slice: Box<[u16]>,
    pub shared: Arc<String>,
    pub shared_text: Arc<str>,
    pub shared_slice: Arc<[Newtype]>,
    pub maybe: Option<Pair>,
    pub outcome: Result<u8, String>,
    pub tree: BTreeMap<u32, Pair>,
    pub leaves: BTreeSet<String>,
    pub time: Duration,
    pub bounds: (Bound<u8>, Bound<u32>, Bound<()>),
    pub addresses: (Ipv4Addr, Ipv6Addr, IpAddr, IpAddr),
    pub sockets: (SocketAddrV4, SocketAddrV6, SocketAddr, SocketAddr),
    pub c: CString,
    pub marker: std::marker::PhantomData<u8>,
    pub one: (u8,),
    pub r#type: u8,
}

pub(crate) fn everything() -> Everything {
    let six = "[fe80::1%3]:80".parse().unwrap();
    Everything {
        letter: 'ß',
        unit: (),
        truth: true,
        list: vec![Pair(1, "one".into()), Pair(2, "something longer than inline".into())],
        queue: [1, 2, 3].into(),
        fixed: [1.0, 0.1, f32::MAX],
        none: [],
        boxed: Box::new(7),
        text: "boxed".into(),
        slice: [1, 2].into(),
        shared: Arc::new("shared".into()),
        shared_text: "shared text, \"quoted\"\n".into(),
        shared_slice: [Newtype(1), Newtype(2)].into(),
        maybe: Some(Pair(3, String::new())),
        outcome: Err("no".into()),
        tree: (0..400).map(|n: u32| (n, Pair(1, n.to_string()))).collect(),
        leaves: ["a".to_owned(), "b".to_owned()].into(),
        time: Duration::new(3, 5),
        bounds: (Bound::Included(1), Bound::Excluded(2), Bound::Unbounded),
        addresses: (
            Ipv4Addr::LOCALHOST,
            Ipv6Addr::LOCALHOST,
            Ipv4Addr::new(1, 2, 3, 4).into(),
            "1::2".parse().unwrap(),
        ),
        sockets: (
            SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080),
            six,
            "1.2.3.4:5".parse().unwrap(),
            six.into(),
        ),
        c: c"seen \xff".to_owned(),
        marker: std::marker::PhantomData,
        one: (1,),
        r#type: 4,
    }
}

#[derive(Speculo, Serialize, Debug)]
pub struct Ranges {
    pub range: Range<u32>,
    pub inclusive: RangeInclusive<i8>,
    pub from: RangeFrom<u64>,
    pub to: RangeTo<String>,
}

#[derive(Speculo, Serialize, Debug)]
pub struct Hashed {
    pub map: HashMap<String, Vec<u8>>,
    pub numbers: HashMap<u16, Option<Side>>,
    pub set: HashSet<u32>,
    pub words: HashSet<String>,
    pub none: HashMap<String, String>,
    pub one: HashMap<String, HashSet<char>>,
    pub aligned: HashMap<u8, u128>,
}

pub(crate) fn hashed(count: u16) -> Hashed {
    Hashed {
        map: (0..count).map(|n| (n.to_string(), n.to_le_bytes().to_vec())).collect(),
        numbers: (0..count).map(|n| (n, n.is_multiple_of(2).then_some(Side::Left))).collect(),
        set: (0..count).map(u32::from).collect(),
        words: (0..count).map(|n| format!("the word {n}")).collect(),
        none: HashMap::new(),
        one: [("one".to_owned(), ['a', 'ß'].into())].into(),
        aligned: (0..count).map(|n| (n.to_le_bytes()[0], n.into())).collect(),
    }
}

/// Maps by everything that JSON takes for a key.
#[derive(Speculo, Serialize, Debug)]
pub struct Keys {
    pub text: BTreeMap<String, u8>,
    pub boxed: BTreeMap<Box<str>, u8>,
    pub number: BTreeMap<i16, u8>,
    pub wide: BTreeMap<u128, u8>,
    pub newtype: BTreeMap<Newtype, u8>,
    pub side: BTreeMap<Side, u8>,
    pub letter: BTreeMap<char, u8>,
    pub truth: BTreeMap<bool, u8>,
    pub address: BTreeMap<Ipv4Addr, u8>,
}

#[derive(Speculo, Serialize, Debug)]
pub struct Generic<T, const N: usize>
where
    T: Debug,
{
    #[serde(serialize_with = "list", bound = "T: Serialize")]
    pub list: [Option<T>; N],
    pub count: u64,
}

/// serde knows arrays of some lengths only.
fn list<T: Serialize, S: serde::Serializer, const N: usize>(
    list: &[Option<T>; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list)
}

#[derive(Speculo, Serialize, Debug)]
pub struct List {
    pub value: u32,
    pub next: Option<Box<Self>>,
}

#[derive(Speculo, Serialize, Debug, Clone)]
pub enum Tree {
    Leaf(i64),
    Text(String),
    Pair(Box<Tree>, Option<Box<Tree>>),
    Many(Vec<Tree>),
    Named(BTreeMap<String, Tree>),
    Fields { left: Result<Arc<Tree>, u8>, right: (u8, [Option<Box<Tree>>; 2]) },
}

#[derive(Speculo, Serialize, Debug)]
pub struct Folder {
    pub files: Vec<File>,
}

#[derive(Speculo, Serialize, Debug)]
pub struct File {
    pub name: String,
    #[rkyv(omit_bounds)]
    pub within: Option<Box<Folder>>,
}

#[derive(Speculo, Serialize, Debug)]
pub struct Holder {
    pub doors: Vec<Door>,
    pub events: BTreeMap<String, Event>,
    pub nothing: Nothing,
}

/// Each level holds the one below twice, by the same pointer: 2^n values in n times a few bytes.
#[derive(Speculo, Serialize, Debug)]
pub struct Twice {
    pub one: Option<Arc<Twice>>,
    pub other: Option<Arc<Twice>>,
}

pub(crate) fn twice(levels: usize) -> Twice {
    (0..levels).fold(Twice { one: None, other: None }, |below, _| {
        let below = Arc::new(below);
        Twice { one: Some(Arc::clone(&below)), other: Some(below) }
    })
}
