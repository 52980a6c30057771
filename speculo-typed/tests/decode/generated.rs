//! Values that nobody thought of.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use speculo_typed::Speculo;

use crate::types::{Side, Tree};
use crate::{same, same_unordered};

#[derive(Speculo, serde::Serialize, Debug)]
struct Mixed {
    tree: Tree,
    maps: std::collections::HashMap<String, BTreeMap<i32, Vec<Option<Side>>>>,
    numbers: Vec<(u8, i128, f64, Option<char>)>,
    texts: [String; 3],
}

fn tree() -> impl Strategy<Value = Tree> {
    let end = prop_oneof![any::<i64>().prop_map(Tree::Leaf), ".{0,20}".prop_map(Tree::Text)];
    end.prop_recursive(5, 60, 6, |part| {
        let boxed = || part.clone().prop_map(Box::new);
        prop_oneof![
            (boxed(), prop::option::of(boxed())).prop_map(|(left, right)| Tree::Pair(left, right)),
            prop::collection::vec(part.clone(), 0..6).prop_map(Tree::Many),
            prop::collection::btree_map(".{0,12}", part.clone(), 0..9).prop_map(Tree::Named),
            (part.clone(), any::<Option<u8>>(), prop::option::of(boxed())).prop_map(|(left, err, right)| {
                let left = err.map_or_else(|| Ok(Arc::new(left)), Err);
                Tree::Fields { left, right: (1, [right, None]) }
            }),
        ]
    })
}

fn mixed() -> impl Strategy<Value = Mixed> {
    let side = prop_oneof![Just(None), Just(Some(Side::Left)), Just(Some(Side::Right))];
    let sides = prop::collection::vec(side, 0..4);
    let map = prop::collection::btree_map(any::<i32>(), sides, 0..20);
    let maps = prop::collection::hash_map(".{0,10}", map, 0..20);
    let numbers =
        prop::collection::vec((any::<u8>(), any::<i128>(), any::<f64>(), any::<Option<char>>()), 0..5);
    let texts = [".{0,9}", ".{0,9}", ".{60,70}"];
    (tree(), maps, numbers, texts).prop_map(|(tree, maps, numbers, texts)| Mixed {
        tree,
        maps,
        numbers,
        texts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn trees_print_as_serde_has_them(tree in tree()) {
        same(&tree);
    }

    #[test]
    fn everything_prints_as_serde_has_it(mixed in mixed()) {
        same_unordered(&mixed);
    }
}
