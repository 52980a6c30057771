//! Types whose values hostile bytes claim to be: a bit of everything that can be shared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use indexmap::{IndexMap, IndexSet};
use speculo_typed::{Speculo, with};

/// A keyed one, whose key has several parts.
#[derive(Speculo, Debug, PartialEq)]
pub struct Door {
    /// A part of the key.
    #[speculo(key)]
    pub id: u32,
    /// A part of the key.
    #[speculo(key)]
    pub label: String,
    /// Whether it is open.
    pub open: bool,
    /// Words.
    pub tags: Vec<String>,
    /// A number, perhaps.
    pub level: Option<f64>,
    /// One of several.
    pub mood: Mood,
}

/// One of several.
#[derive(Speculo, Debug, PartialEq)]
pub enum Mood {
    /// No fields.
    Quiet,
    /// Unnamed fields.
    Moved(i32, char),
    /// Named fields.
    Told {
        /// By whom.
        by: Option<Box<str>>,
        /// Where.
        at: [u16; 3],
    },
}

/// One that contains itself.
#[derive(Speculo, Debug, PartialEq)]
pub enum Tree {
    /// An end.
    Leaf(u32),
    /// Two branches.
    Node(Box<Tree>, Option<Box<Tree>>),
    /// Many branches.
    Many(Vec<Tree>),
    /// Named branches.
    Named(BTreeMap<String, Tree>),
}

/// A singleton, with lists in lists.
#[derive(Speculo, Debug, PartialEq)]
#[speculo(singleton)]
pub struct Deep {
    /// Lists of lists.
    pub lists: Vec<Vec<Vec<u8>>>,
    /// The one or the other.
    pub outcome: Result<(u8, String), Option<i64>>,
    /// A span of numbers.
    pub range: std::ops::Range<u32>,
}

/// What else there is.
#[derive(Speculo, Debug, PartialEq)]
pub struct Everything {
    /// A map.
    pub map: HashMap<String, Vec<u8>>,
    /// A set.
    pub set: HashSet<u32>,
    /// Ordered ones.
    pub tree: BTreeMap<u32, Mood>,
    /// An ordered set.
    pub leaves: BTreeSet<String>,
    /// A queue.
    pub queue: VecDeque<u16>,
    /// Shared ones, which may be the same.
    pub shared: (Arc<String>, Arc<String>, Arc<str>),
    /// A letter.
    pub letter: char,
    /// Never 0.
    pub number: NonZeroU32,
    /// A time.
    pub time: Duration,
    /// An address.
    pub address: IpAddr,
    /// Wide numbers.
    pub wide: (u128, u64, i64),
    /// A slice of one's own.
    pub slice: Box<[Option<Mood>]>,
}

/// Types of others, by way of wrappers.
#[derive(Speculo, Debug, PartialEq)]
pub struct Download {
    /// A path.
    #[rkyv(with = with::AsString)]
    pub to: PathBuf,
    /// A time.
    #[rkyv(with = with::AsUnixTime)]
    pub begun: SystemTime,
}

/// Tables that keep an order.
#[derive(Speculo, Debug, PartialEq)]
pub struct Ordered {
    /// A map.
    pub map: IndexMap<String, Mood>,
    /// A set.
    pub set: IndexSet<u32>,
    /// Tables in a table.
    pub inner: IndexMap<u8, IndexSet<String>>,
}

pub(super) fn doors() -> Vec<Door> {
    let moods = [
        Mood::Quiet,
        Mood::Moved(-3, 'ß'),
        Mood::Told { by: Some("somebody who has a long name".into()), at: [1, 2, 3] },
    ];
    let door = |(id, mood)| Door {
        id,
        label: format!("door {id}"),
        open: true,
        tags: vec!["short".into(), "longer than what stands inline".into()],
        level: (id > 0).then_some(0.5),
        mood,
    };
    (0..).zip(moods).map(door).collect()
}

pub(super) fn trees() -> Vec<Tree> {
    let node = Tree::Node(Box::new(Tree::Leaf(1)), Some(Box::new(Tree::Leaf(2))));
    let named = BTreeMap::from([("one".into(), node), ("two".into(), Tree::Leaf(3))]);
    vec![Tree::Leaf(7), Tree::Many(vec![Tree::Leaf(4), Tree::Named(named), Tree::Many(vec![])])]
}

pub(super) fn deeps() -> Vec<Deep> {
    vec![
        Deep { lists: vec![vec![vec![1, 2], vec![]], vec![]], outcome: Ok((1, "fine".into())), range: 1..4 },
        Deep { lists: vec![], outcome: Err(Some(-1)), range: 4..9 },
    ]
}

pub(super) fn everythings() -> Vec<Everything> {
    let shared = Arc::new("shared by two".to_owned());
    let of = |count: u32| Everything {
        map: (0..count).map(|n| (format!("name {n}"), vec![1; 3])).collect(),
        set: (0..count).collect(),
        tree: (0..count).map(|n| (n, Mood::Moved(1, 'x'))).collect(),
        leaves: (0..count).map(|n| n.to_string()).collect(),
        queue: [1, 2, 3].into(),
        shared: (Arc::clone(&shared), Arc::clone(&shared), "and text".into()),
        letter: 'ü',
        number: NonZeroU32::MIN,
        time: Duration::from_millis(1500),
        address: "::1".parse().unwrap(),
        wide: (1 << 100, 2, -3),
        slice: [None, Some(Mood::Quiet)].into(),
    };
    vec![of(3), of(20)]
}

pub(super) fn downloads() -> Vec<Download> {
    vec![Download { to: "/a/path".into(), begun: SystemTime::UNIX_EPOCH + Duration::from_secs(9) }]
}

pub(super) fn ordered() -> Vec<Ordered> {
    let of = |count: u8| Ordered {
        map: (0..count).rev().map(|n| (format!("name {n}"), Mood::Moved(n.into(), 'x'))).collect(),
        set: (0..count).map(u32::from).rev().collect(),
        inner: (0..count / 3).map(|n| (n, (0..n).map(|n| format!("a longer name {n}")).collect())).collect(),
    };
    vec![of(2), of(20)]
}
