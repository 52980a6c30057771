//! Trees. Iteration goes down to a first entry without a look at what it goes through: each inner node is to have a first
//! child, and each leaf an entry. rkyv 0.8.18 counts the entries, but accepts nodes that have neither.

use core::mem::{MaybeUninit, offset_of};

use rkyv::collections::btree_map::ArchivedBTreeMap;
use rkyv::collections::btree_set::ArchivedBTreeSet;

use super::Soundness;

/// A tree in memory: a relative pointer to the root, the number of entries.
const TREE: usize = 8;
/// The kind of a node without children.
const LEAF: u8 = 0;
/// What stands in place of a relative pointer to a child that is not there.
const ABSENT: i32 = 1;

/// rkyv's nodes, whose fields are its own.
#[repr(C)]
struct Node<K, V, const E: usize> {
    kind: u8,
    keys: [MaybeUninit<K>; E],
    values: [MaybeUninit<V>; E],
}

#[repr(C)]
struct Leaf<K, V, const E: usize> {
    node: Node<K, V, E>,
    len: u32,
}

/// One more child stands behind the last entry.
#[repr(C)]
struct Inner<K, V, const E: usize> {
    node: Node<K, V, E>,
    children: [i32; E],
}

impl Soundness<'_> {
    /// Whether every inner node of a tree has a first child, and every leaf an entry.
    pub(in super::super) fn leads<K, V, const E: usize>(&self, tree: &ArchivedBTreeMap<K, V, E>) -> bool {
        const { assert!(size_of::<ArchivedBTreeMap<K, V, E>>() == TREE, "rkyv has trees of another form") }
        tree.is_empty() || self.root::<K, V, E>((&raw const *tree).addr()).is_some()
    }

    /// The same of a set.
    pub(in super::super) fn leads_set<K, const E: usize>(&self, tree: &ArchivedBTreeSet<K, E>) -> bool {
        const { assert!(size_of::<ArchivedBTreeSet<K, E>>() == TREE, "rkyv has trees of another form") }
        tree.is_empty() || self.root::<K, (), E>((&raw const *tree).addr()).is_some()
    }

    /// Looks at the nodes of the tree at an address; `None` if one is not sound.
    fn root<K, V, const E: usize>(&self, address: usize) -> Option<()> {
        let at = self.offset(address)?;
        self.node::<K, V, E>(self.target(at)?)
    }

    /// Looks at the node at an offset, and at those below, which rkyv has found to be no deeper than it follows pointers.
    fn node<K, V, const E: usize>(&self, at: usize) -> Option<()> {
        if *self.bytes.get(at)? == LEAF {
            let len = self.word(at + offset_of!(Leaf<K, V, E>, len))?;
            return (u32::from_le_bytes(len) > 0).then_some(());
        }
        let first = at + offset_of!(Inner<K, V, E>, children);
        self.node::<K, V, E>(self.child(first)?)?;
        for place in (1..=E).map(|number| first + number * size_of::<i32>()) {
            if let Some(child) = self.child(place) {
                self.node::<K, V, E>(child)?;
            }
        }
        Some(())
    }

    /// The child that the word at an offset leads to, if it is there.
    fn child(&self, at: usize) -> Option<usize> {
        if self.word(at)? == ABSENT.to_le_bytes() { None } else { self.target(at) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use rkyv::primitive::ArchivedU32;
    use rkyv::rancor::Failure;
    use rkyv::string::ArchivedString;

    use super::super::is_sound;
    use super::super::tests::of;
    use super::*;

    type Tree = ArchivedBTreeMap<ArchivedString, ArchivedU32>;

    fn archived(len: u32) -> rkyv::util::AlignedVec {
        let map: BTreeMap<String, u32> = (0..len).map(|n| (format!("name {n:03}"), n)).collect();
        rkyv::to_bytes::<Failure>(&map).unwrap()
    }

    #[test]
    fn p8_trees_that_rkyv_makes_are_sound() {
        for len in (0..50).chain([215, 216, 217, 500]) {
            let bytes = archived(len);
            assert!(of(&bytes).leads(rkyv::access::<Tree, Failure>(&bytes).unwrap()), "{len} entries");
            let set: BTreeSet<u8> = (0..len).filter_map(|n| n.try_into().ok()).collect();
            let bytes = rkyv::to_bytes::<Failure>(&set).unwrap();
            let set = rkyv::access::<ArchivedBTreeSet<u8>, Failure>(&bytes).unwrap();
            assert!(of(&bytes).leads_set(set), "{len} entries");
        }
    }

    /// An inner node of five entries, whose first child has two. Without these the tree says that it has five.
    fn forged(forge: impl FnOnce(&Soundness<'_>, usize) -> (usize, u32)) -> rkyv::util::AlignedVec {
        let mut bytes = archived(7);
        let tree = bytes.len() - TREE;
        let inner = of(&bytes).target(tree).unwrap();
        let (at, word) = forge(&of(&bytes), inner);
        bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        bytes[tree + 4..].copy_from_slice(&5u32.to_le_bytes());
        bytes
    }

    fn is_refused(bytes: &[u8]) -> bool {
        !rkyv::access::<Tree, Failure>(bytes).is_ok_and(|tree| is_sound(tree, bytes))
    }

    #[test]
    fn p8_trees_that_lead_to_no_entry_are_refused() {
        let children = offset_of!(Inner<ArchivedString, ArchivedU32, 5>, children);
        let len = offset_of!(Leaf<ArchivedString, ArchivedU32, 5>, len);
        let no_child = forged(|_, inner| (inner + children, ABSENT.unsigned_abs()));
        let no_entry = forged(|archive, inner| (archive.target(inner + children).unwrap() + len, 0));
        assert!(is_refused(&no_child) && is_refused(&no_entry));
        assert!(!is_refused(&archived(7)));
    }
}
