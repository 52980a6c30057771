//! Hash tables and trees that are not what they say.

use std::collections::{BTreeMap, HashSet};

use speculo_typed::Speculo;

use crate::types::{Door, List};
use crate::{Encode, decoder};

#[derive(Speculo)]
struct Hashes(HashSet<u32>);

#[derive(Speculo)]
struct Tree(BTreeMap<u32, u32>);

/// What is shown of a damaged payload.
fn shown<T: Speculo>(payload: &[u8]) -> String {
    format!("{:?}", decoder::<T>().value(payload).unwrap())
}

fn word(payload: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(payload[at..at + 4].try_into().unwrap())
}

fn put(payload: &mut [u8], at: usize, word: i32) {
    payload[at..at + 4].copy_from_slice(&word.to_le_bytes());
}

/// Where the relative pointer at `at` leads.
fn target(payload: &[u8], at: usize) -> usize {
    at.checked_add_signed(word(payload, at).try_into().unwrap()).unwrap()
}

#[test]
fn p8_a_table_with_an_empty_bucket_too_many_is_refused() {
    let mut payload = Hashes((0..10).collect()).encode();
    let control = target(&payload, payload.len() - 12);
    let full = payload[control..control + 11].iter().position(|byte| *byte < 0x80).unwrap();
    payload[control + full] = 0xff;
    assert!(shown::<Hashes>(&payload).contains("has fewer entries than it says"));
}

/// Else one entry in a large table, looked at from many places, takes as long as all of these tables together.
#[test]
fn p8_a_table_with_too_many_buckets_is_refused() {
    let mut payload = Hashes((0..10).collect()).encode();
    let end = payload.len();
    assert_eq!((word(&payload, end - 8), word(&payload, end - 4)), (10, 11));
    for (len, buckets) in [(10, 21), (1, 11), (10, 10), (10, 0)] {
        put(&mut payload, end - 8, len);
        put(&mut payload, end - 4, buckets);
        assert!(shown::<Hashes>(&payload).contains("more or fewer buckets"), "{len} of {buckets}");
    }
    // As many as there may be, but not in this payload.
    put(&mut payload, end - 8, 40);
    put(&mut payload, end - 4, 80);
    assert!(shown::<Hashes>(&payload).contains("more buckets than there are bytes"));
}

#[test]
fn p8_a_tree_that_leads_to_itself_is_refused() {
    let map = || Tree((0..10).map(|n| (n, n)).collect());
    let good = map().encode();
    let node = target(&good, good.len() - 8);
    // Kind, five keys, five values, six children.
    let children = node + 4 + 20 + 20;
    assert_eq!(good[node], 1);

    let mut circle = good.clone();
    put(&mut circle, children, -44);
    assert!(shown::<Tree>(&circle).contains("is a tree without an end"));
    let mut kind = good.clone();
    kind[node] = 2;
    assert!(shown::<Tree>(&kind).contains("has a node of no kind"));
    let mut pruned = good.clone();
    put(&mut pruned, children, 1);
    assert!(shown::<Tree>(&pruned).contains("has fewer entries than it says"));
    let mut full = good.clone();
    let leaf = target(&full, children);
    put(&mut full, leaf + 44, 6);
    assert!(shown::<Tree>(&full).contains("more entries than there is room for"));
    let mut outside = good;
    put(&mut outside, children, i32::MAX);
    assert!(shown::<Tree>(&outside).contains("has a node outside of the payload"));
    let _ = (map().0, Hashes(HashSet::new()).0);
}

#[test]
fn p8_what_lies_outside_is_not_shown() {
    let mut list = List { value: 1, next: Some(Box::new(List { value: 2, next: None })) }.encode();
    let pointer = list.len() - 4;
    for offset in [-4, 0, 4, i32::MIN, i32::MAX] {
        put(&mut list, pointer, offset);
        let shown = shown::<List>(&list);
        assert!(shown.contains("outside of the payload"), "{offset}: {shown}");
    }
    let mut door = Door { id: 1, open: true, label: "a text that is not inline".into() }.encode();
    let text = door.len() - 8;
    for (at, word) in [(text, -1), (text + 4, i32::MIN), (text + 4, i32::MAX)] {
        let before = self::word(&door, at);
        put(&mut door, at, word);
        // The two bits say that it is not inline.
        door[text] = door[text] & 0x3f | 0x80;
        let shown = shown::<Door>(&door);
        assert!(shown.contains("`String` at byte"), "{shown}");
        put(&mut door, at, before);
    }
    assert!(decoder::<Door>().value(&door[text + 1..]).is_err());
}
