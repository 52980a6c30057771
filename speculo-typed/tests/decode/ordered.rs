//! Maps and sets that keep an order.

use indexmap::{IndexMap, IndexSet};

use speculo_typed::Speculo;

use crate::{Encode, decoded, decoder, same};

#[derive(Speculo, serde::Serialize, Debug)]
struct Menu {
    prices: IndexMap<String, u64>,
    wide: IndexMap<u8, (u128, String)>,
    nested: IndexMap<char, Vec<IndexSet<String>>>,
    numbers: IndexSet<i16>,
    nothing: (IndexMap<String, u8>, IndexSet<()>),
}

fn menu(len: u8) -> Menu {
    // In an order that is neither that of names and numbers nor that of their hashes.
    let order = || (0..len).map(|n| n.wrapping_mul(97));
    let name = |n: u8| format!("dish number {n}");
    Menu {
        prices: order().map(|n| (name(n), n.into())).collect(),
        wide: order().map(|n| (n, (u128::MAX - u128::from(n), name(n)))).collect(),
        nested: order().map(|n| (n.into(), vec![IndexSet::from([name(n), String::new()])])).collect(),
        numbers: order().map(|n| -i16::from(n)).collect(),
        nothing: (IndexMap::new(), IndexSet::from([()])),
    }
}

#[test]
fn entries_stand_in_the_order_of_their_insertion() {
    for len in [0, 1, 2, 7, 8, 30, 255] {
        same(&menu(len));
    }
}

#[test]
fn keys_that_are_no_names_stand_in_pairs() {
    #[derive(Speculo)]
    struct Seats(IndexMap<(u8, char), bool>);

    let seats = Seats(IndexMap::from([((9, 'a'), true), ((1, 'b'), false)]));
    assert_eq!(decoded(&seats), r#"[[[9,"a"],true],[[1,"b"],false]]"#);
}

#[test]
fn p8_entries_outside_of_the_payload_are_not_shown() {
    #[derive(Speculo)]
    struct Numbers(IndexSet<i16>);

    let good = Numbers(menu(3).numbers).encode();
    // Pointer to the table, entries, buckets, pointer to the entries.
    let end = good.len();
    for (at, word) in [(end - 12, 1 << 20), (end - 4, i32::MIN), (end - 4, i32::MAX)] {
        let mut bytes = good.clone();
        bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        let shown = format!("{:?}", decoder::<Numbers>().value(&bytes).unwrap());
        let says = ["has more elements than there are bytes", "reaches outside of the payload"];
        assert!(says.iter().any(|says| shown.contains(says)), "{shown}");
    }
    assert_eq!(format!("{:?}", decoder::<Numbers>().value(&good).unwrap()), "Numbers({0, -97, -194})");
}
