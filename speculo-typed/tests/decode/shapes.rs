//! Each shape, beside serde's JSON of the original.

use std::collections::{BTreeMap, HashMap};

use crate::types::*;
use crate::{same, same_unordered};

#[test]
fn structs_print_as_serde_has_them() {
    same(&Door { id: 7, open: true, label: "rear".into() });
    same(&Door { id: 7, open: true, label: "at the rear, on the left".into() });
    same(&Pair(1, "x".into()));
    same(&Newtype(5));
    same(&Nothing);
    same(&Empty {});
    same(&Parenthesized());
}

#[test]
fn enums_print_as_serde_has_them() {
    for event in [
        Event::Quiet,
        Event::Told("well".into()),
        Event::Moved(-3, 0.5),
        Event::Opened { door: 1, by: Some("me".into()) },
        Event::Opened { door: 1, by: None },
        Event::Bare(),
        Event::Braced {},
    ] {
        same(&event);
    }
    for value in [Numbered::Two, Numbered::Three(3), Numbered::Nine { wide: u128::MAX }] {
        same(&value);
    }
    same(&Side::Right);
}

#[test]
fn numbers_print_as_serde_has_them() {
    let non_zero = |n: u8| {
        (n.try_into().unwrap(), u32::from(n).try_into().unwrap(), (-i64::from(n)).try_into().unwrap())
    };
    same(&Numbers {
        unsigned: (u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX),
        signed: (i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN),
        floats: (f32::MIN_POSITIVE, f64::MAX),
        wide: usize::MAX,
        negative: isize::MIN,
        non_zero: non_zero(255),
    });
    same(&Numbers {
        unsigned: (0, 1, 2, 3, 4),
        signed: (-1, -2, -3, -4, -5),
        floats: (-0.0, 1e-7),
        wide: 0,
        negative: -1,
        non_zero: non_zero(1),
    });
    same(&Numbers {
        unsigned: (0, 0, 0, 0, u128::from(u64::MAX) + 1),
        signed: (i8::MAX, i16::MAX, i32::MAX, i64::MAX, i128::from(i64::MIN) - 1),
        floats: (f32::NAN, f64::NEG_INFINITY),
        wide: 0,
        negative: 0,
        non_zero: non_zero(2),
    });
}

#[test]
fn containers_print_as_serde_has_them() {
    same(&everything());
    let mut less = everything();
    less.maybe = None;
    less.outcome = Ok(4);
    less.list.clear();
    less.queue.clear();
    less.tree.clear();
    less.leaves = ["a leaf".to_owned()].into();
    less.slice = [].into();
    less.text = "".into();
    less.c = c"".to_owned();
    same(&less);
}

#[test]
fn trees_of_all_sizes_print_as_serde_has_them() {
    for count in (0..80).chain([215, 216, 217, 1295, 1296, 5000]) {
        let mut value = everything();
        value.tree = (0..count).map(|n: u32| (n * 3, Pair(0, String::new()))).collect();
        value.leaves = (0..count).map(|n| n.to_string()).collect();
        same(&value.tree.into_iter().map(|(n, pair)| (n.to_string(), pair)).collect::<Wrapped>());
        same(&Leaves(value.leaves));
    }
}

#[derive(speculo_typed::Speculo, serde::Serialize, Debug)]
struct Wrapped(BTreeMap<String, Pair>);

impl FromIterator<(String, Pair)> for Wrapped {
    fn from_iter<I: IntoIterator<Item = (String, Pair)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

#[derive(speculo_typed::Speculo, serde::Serialize, Debug)]
struct Leaves(std::collections::BTreeSet<String>);

#[test]
fn hash_tables_of_all_sizes_print_as_serde_has_them() {
    for count in (0..40).chain([100, 1000]) {
        same_unordered(&hashed(count));
    }
    // One entry has one order.
    same(&One([("a key".to_owned(), Some(Side::Left))].into()));
}

#[derive(speculo_typed::Speculo, serde::Serialize, Debug)]
struct One(HashMap<String, Option<Side>>);

#[test]
fn keys_print_as_serde_has_them() {
    same(&Keys {
        text: [("a \"key\"".to_owned(), 1)].into(),
        boxed: [("boxed".into(), 1)].into(),
        number: [(-3, 1), (4, 2)].into(),
        wide: [(u128::MAX, 1)].into(),
        newtype: [(Newtype(9), 1)].into(),
        side: [(Side::Left, 1), (Side::Right, 2)].into(),
        letter: [('ß', 1)].into(),
        truth: [(false, 0), (true, 1)].into(),
        address: [("1.2.3.4".parse().unwrap(), 1)].into(),
    });
}

#[test]
fn generic_and_recursive_types_print_as_serde_has_them() {
    same(&Generic { list: [Some("a".to_owned()), None], count: 2 });
    same(&Generic { list: [Some(vec![(1_u8, 2_u64)]), None, Some(vec![])], count: 2 });
    same(&List { value: 1, next: Some(Box::new(List { value: 2, next: None })) });
    let file = |within| File { name: "f".into(), within };
    same(&Folder { files: vec![file(None), file(Some(Box::new(Folder { files: vec![] })))] });
    same(&Holder {
        doors: vec![Door { id: 1, open: false, label: "l".into() }],
        events: [("then".to_owned(), Event::Moved(1, 2.0))].into(),
        nothing: Nothing,
    });
    same(&twice(6));
}
