//! What serde has no JSON for, or what serde has and an archive has not: the module's own rules.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use speculo_typed::decode::Content;
use speculo_typed::{Speculo, with};

use crate::types::*;
use crate::{Encode, decoded, decoder, same};

#[derive(Speculo)]
struct ByPair {
    map: BTreeMap<(u8, Option<u8>), u8>,
}

#[test]
fn maps_whose_keys_are_no_names_are_pairs() {
    let map = [((1, None), 3), ((1, Some(2)), 4)].into();
    assert_eq!(decoded(&ByPair { map }), r#"{"map":[[[1,null],3],[[1,2],4]]}"#);
    assert_eq!(decoded(&ByPair { map: BTreeMap::new() }), r#"{"map":[]}"#);
}

#[derive(Speculo, Serialize)]
#[expect(clippy::option_option, reason = "the point of the test")]
struct Nested {
    twice: [Option<Option<u8>>; 3],
}

#[test]
fn options_in_options_lose_a_level() {
    let nested = Nested { twice: [None, Some(None), Some(Some(1))] };
    assert_eq!(decoded(&nested), r#"{"twice":[null,null,1]}"#);
    // `Debug` loses nothing.
    let (decoder, bytes) = (decoder::<Nested>(), nested.encode());
    let shown = format!("{:?}", decoder.value(&bytes).unwrap());
    assert_eq!(shown, "Nested { twice: [None, Some(None), Some(Some(1))] }");
}

#[derive(Speculo)]
struct Adapted {
    #[rkyv(with = with::AsString)]
    path: std::path::PathBuf,
    #[rkyv(with = with::AsUnixTime)]
    time: SystemTime,
    #[rkyv(with = with::Skip)]
    skipped: u32,
    #[rkyv(with = with::AsVec)]
    entries: BTreeMap<u8, bool>,
    full: std::ops::RangeFull,
    to: std::ops::RangeToInclusive<u8>,
}

#[test]
fn adapted_fields_print_as_they_are_archived() {
    let time = SystemTime::UNIX_EPOCH + Duration::new(1, 2);
    let adapted =
        Adapted { path: "/tmp".into(), time, skipped: 3, entries: [(1, true)].into(), full: .., to: ..=4 };
    let bytes = adapted.encode();
    assert_eq!(
        serde_json::to_string(&decoder::<Adapted>().value(&bytes).unwrap()).unwrap(),
        r#"{"path":"/tmp","time":{"secs":1,"nanos":2},"skipped":null,"entries":[{"key":1,"value":true}],"full":null,"to":{"end":4}}"#
    );
    let _ = adapted.skipped;
}

#[test]
fn ranges_print_as_serde_has_them_and_show_as_structs() {
    let ranges = Ranges { range: 1..2, inclusive: -1..=2, from: 3.., to: ..String::from("x") };
    let (decoder, bytes) = (decoder::<Ranges>(), ranges.encode());
    let value = decoder.value(&bytes).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), serde_json::to_string(&ranges).unwrap());
    assert!(format!("{value:?}").starts_with("Ranges { range: Range { start: 1, end: 2 }"), "{value:?}");
}

#[test]
fn numbers_that_fit_are_numbers_to_any_serializer() {
    let [small, large] = [7, u128::MAX].map(|wide| Numbered::Nine { wide });
    let value = |of: &Numbered| serde_json::to_value(decoder::<Numbered>().value(&of.encode()).unwrap());
    assert_eq!(value(&small).unwrap()["Nine"]["wide"], 7);
    assert!(value(&large).is_err(), "of serde_json's own making: its values have 64 bits");
    same(&large);
}

#[test]
fn parts_are_found_by_name() {
    let door = Door { id: 7, open: true, label: "rear".into() };
    let (decoder, bytes) = (decoder::<Door>(), door.encode());
    assert_eq!((decoder.type_name(), decoder.key_fields()), ("Door", &["id".to_owned()][..]));
    let Ok(Content::Struct("Door", fields)) = decoder.value(&bytes).unwrap().content() else {
        panic!("a struct")
    };
    let label = fields.get("label").unwrap().unwrap();
    assert!(matches!(label.content(), Ok(Content::Text("rear"))), "{label:?}");
    assert_eq!(label.type_name(), "String");
    assert!(fields.get("colour").is_none());
    assert_eq!(fields.fields().map(|(name, _)| name).collect::<Vec<_>>(), ["id", "open", "label"]);
    assert_eq!(format!("{fields:?}"), r#"Door { id: 7, open: true, label: "rear" }"#);
}
