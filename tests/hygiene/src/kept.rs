//! The fingerprints of types of every shape. A change of one locks every running program out: they are promises.
//!
//! Compiled into two crates, of two editions and with the dependency under two names. `fingerprints.txt` has what both
//! come to, however they are built.
#![expect(missing_docs, reason = "the types say what there is to say")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::ops::{Bound, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::dependency::{Speculo, SpeculoKey, schema, with};

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Door {
    #[speculo(key)]
    pub id: u32,
    pub open: bool,
    pub label: String,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Pair(pub u8, pub String);

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency, singleton)]
pub struct Unit;

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub enum Event {
    Quiet,
    Moved(i32, f64),
    Opened { door: u32, by: Option<String> },
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
#[repr(u8)]
pub enum Numbered {
    Two = 2,
    Three(u16),
    Nine { wide: u128 } = 9,
}

#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
#[speculo(crate = crate::dependency)]
pub enum Side {
    Left,
    Right,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Seat {
    #[speculo(key)]
    pub row: String,
    #[speculo(key)]
    pub place: u8,
    #[speculo(key)]
    pub side: Side,
    pub taken: Option<String>,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Numbers {
    pub unsigned: (u8, u16, u32, u64, u128),
    pub signed: (i8, i16, i32, i64, i128),
    pub others: (f32, f64, char, NonZeroU32),
    pub wide: usize,
    pub negative: isize,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Containers {
    pub list: Vec<Pair>,
    pub queue: VecDeque<u16>,
    pub fixed: [f32; 3],
    pub boxed: Box<[u16]>,
    pub shared: Arc<str>,
    pub outcome: Result<u8, String>,
    pub map: HashMap<String, Vec<u8>>,
    pub set: HashSet<u32>,
    pub tree: BTreeMap<u32, Pair>,
    pub leaves: BTreeSet<String>,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Library {
    pub time: Duration,
    pub range: Range<u32>,
    pub bound: Bound<u8>,
    pub addresses: (IpAddr, SocketAddr),
    #[rkyv(with = with::AsString)]
    pub path: PathBuf,
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Batch<T, const N: usize> {
    pub items: Vec<T>,
    pub few: [T; N],
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub enum Tree<T> {
    Leaf(T),
    Node(Vec<Self>),
    Pair { left: Box<Self>, right: Option<Box<Self>> },
}

#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency, rename = "Gate")]
pub struct Renamed {
    #[speculo(key, rename = "number")]
    pub id: u32,
    #[speculo(opaque)]
    pub hidden: u64,
    pub r#type: u8,
}

/// A line for each type: its fingerprint and its name.
#[must_use]
pub fn fingerprints() -> String {
    let kept = [
        ("Door", schema::of::<Door>()),
        ("Pair", schema::of::<Pair>()),
        ("Unit", schema::of::<Unit>()),
        ("Event", schema::of::<Event>()),
        ("Numbered", schema::of::<Numbered>()),
        ("Side", schema::of::<Side>()),
        ("Seat", schema::of::<Seat>()),
        ("Numbers", schema::of::<Numbers>()),
        ("Containers", schema::of::<Containers>()),
        ("Library", schema::of::<Library>()),
        ("Batch<Door, 3>", schema::of::<Batch<Door, 3>>()),
        ("Tree<Pair>", schema::of::<Tree<Pair>>()),
        ("Renamed", schema::of::<Renamed>()),
        ("Vec<Option<Door>>", schema::of::<Vec<Option<Door>>>()),
    ];
    let mut lines = kept.map(|(name, schema)| format!("{:032x} {name}", schema.fingerprint)).join("\n");
    lines.push('\n');
    lines
}
