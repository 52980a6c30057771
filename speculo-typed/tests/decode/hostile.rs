//! Values and schemas made to do harm.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use speculo_typed::decode::{DecodeError, Decoder};
use speculo_typed::schema;

use crate::types::*;
use crate::{Encode, decoder};

/// What printing a payload comes to, in every way, on the stack of a test's thread.
fn error(decoder: &Decoder, payload: &[u8]) -> String {
    let value = match decoder.value(payload) {
        Ok(value) => value,
        Err(error) => return error.to_string(),
    };
    let error = serde_json::to_writer(std::io::sink(), &value).unwrap_err().to_string();
    assert_eq!(serde_json::to_value(value).unwrap_err().to_string(), error);
    let shown = format!("{value:?}");
    assert!(shown.contains(&format!("<{error}>")), "{error}: {}", shown.len());
    error
}

#[test]
fn p8_sharing_does_not_explode() {
    let payload = twice(60).encode();
    assert!(payload.len() < 2_000);
    let decoder = decoder::<Twice>();
    assert!(error(&decoder, &payload).contains("it shares some of them again and again"));
    let shown = format!("{:#?}", decoder.value(&payload).unwrap());
    assert!(shown.contains("<the value has more than"), "{}", shown.len());
    // What is shared within reason is printed as often as it occurs.
    let payload = twice(12).encode();
    assert!(serde_json::to_writer(std::io::sink(), &decoder.value(&payload).unwrap()).is_ok());
}

#[derive(speculo_typed::Speculo)]
struct Units {
    units: Vec<()>,
}

#[test]
fn p8_lists_of_nothing_end() {
    let decoder = decoder::<Units>();
    let value = |len: u32| [&[0; 4], &len.to_le_bytes()[..]].concat();
    let few = value(3);
    assert_eq!(
        serde_json::to_string(&decoder.value(&few).unwrap()).unwrap(),
        r#"{"units":[null,null,null]}"#
    );
    let many = value(u32::MAX);
    assert!(error(&decoder, &many).contains("has lists of nothing"));
    assert!(serde_json::to_value(decoder.value(&many).unwrap()).is_err(), "no room is made for a claim");
    let _ = Units { units: vec![] }.units;
}

#[test]
fn p8_a_value_within_itself_ends() {
    let decoder = decoder::<List>();
    // value: 1, next: at 4 `Some`, at 8 a pointer to 0.
    let mut list = List { value: 1, next: None }.encode();
    assert_eq!(list.len(), 12);
    list[4] = 1;
    list[8..].copy_from_slice(&(-8_i32).to_le_bytes());
    assert!(error(&decoder, &list).contains("nest more than"));
    assert!(format!("{:?}", decoder.value(&list).unwrap()).contains("<values nest more than"));
}

#[test]
fn p8_a_tree_that_is_a_circle_ends() {
    let map: BTreeMap<String, Tree> = (0..40).map(|n| (n.to_string(), Tree::Leaf(n))).collect();
    let (decoder, payload) = (decoder::<Tree>(), Tree::Named(map).encode());
    // Each pointer in turn, to each node in turn.
    let mut refused = 0;
    for at in (0..payload.len() - 4).step_by(4) {
        for target in (0..payload.len()).step_by(44) {
            let mut bad = payload.clone();
            let offset = i32::try_from(target).unwrap() - i32::try_from(at).unwrap();
            bad[at..at + 4].copy_from_slice(&offset.to_le_bytes());
            let printed = serde_json::to_writer(std::io::sink(), &decoder.value(&bad).unwrap());
            refused += usize::from(printed.is_err());
        }
    }
    assert!(refused > 1000, "{refused}");
}

/// A descriptor by hand: `types` are what stands behind the tag, size and alignment of each.
fn descriptor(types: &[(u8, u32, u8, &str, Vec<u8>)]) -> Vec<u8> {
    let text = |text: &str| [&u16::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat();
    let mut out = schema::of::<Units>().descriptor[..5].to_vec();
    out.extend(text("rkyv 0.8"));
    out.extend([4, 4, 8, 0, 0, 0, 0]);
    out.extend(u32::try_from(types.len()).unwrap().to_le_bytes());
    for (tag, size, align, name, rest) in types {
        out.push(*tag);
        out.extend(size.to_le_bytes());
        out.push(*align);
        out.extend(text(name));
        out.extend(rest);
    }
    out
}

fn container(len: u64, parts: &[u32]) -> Vec<u8> {
    let mut out = len.to_le_bytes().to_vec();
    out.extend(u16::try_from(parts.len()).unwrap().to_le_bytes());
    out.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
    out
}

#[test]
fn p8_a_type_within_itself_ends() {
    // A tuple of itself and itself, which takes no room.
    let tuple = descriptor(&[(1, 0, 1, "tuple", container(0, &[0, 0]))]);
    assert!(error(&Decoder::new(&tuple).unwrap(), &[]).contains("nest more than"));
    let array =
        descriptor(&[(1, 0, 1, "array", container(u64::from(u32::MAX), &[1])), (0, 0, 1, "()", vec![])]);
    assert!(error(&Decoder::new(&array).unwrap(), &[]).contains("has lists of nothing"));
    // A box of itself.
    let pointer = descriptor(&[(1, 4, 4, "Box", container(0, &[0]))]);
    assert!(error(&Decoder::new(&pointer).unwrap(), &[0; 4]).contains("nest more than"));
    // A variant with a box of its enum.
    let field = [&[0, 1, 1, 0, 1, 0, b'0'][..], &4_u32.to_le_bytes(), &1_u32.to_le_bytes()].concat();
    let variant = (3, 8, 4, "E", [&[1, 0, 1, 0, b'V'][..], &field].concat());
    let boxed = descriptor(&[variant, (1, 4, 4, "Box", container(0, &[0]))]);
    let payload = [&[0; 4], &(-4_i32).to_le_bytes()[..]].concat();
    assert!(error(&Decoder::new(&boxed).unwrap(), &payload).contains("nest more than"));
    // A tuple of twelve of the next one, as often as there are types.
    let wide = |next: u32| (1, 0, 1, "tuple", container(0, &[next.min(199); 12]));
    let types: Vec<_> = (1..=200).map(wide).collect();
    assert!(Decoder::new(&descriptor(&types)).is_ok());
    let mut types: Vec<_> = (1..200).map(wide).collect();
    types.push((0, 0, 1, "()", vec![]));
    assert!(error(&Decoder::new(&descriptor(&types)).unwrap(), &[]).contains("more than"));
}

#[test]
fn p8_schemas_that_contradict_themselves_are_refused() {
    let unit = || (0, 0, 1, "()", vec![]);
    let number = || (0, 4, 4, "u32", vec![]);
    for (what, types) in [
        ("a number of another size", vec![(0, 3, 1, "u32", vec![])]),
        ("a wild alignment", vec![(0, 4, 3, "mine", vec![])]),
        ("a list of two types", vec![(1, 8, 4, "Vec", container(0, &[0, 0]))]),
        ("a map of one", vec![(1, 12, 4, "HashMap", container(0, &[1])), unit()]),
        ("an array that is longer", vec![(1, 4, 4, "array", container(2, &[1])), number()]),
        ("an array beyond memory", vec![(1, 4, 4, "array", container(u64::MAX, &[1])), number()]),
        ("a tree of no entries", vec![(1, 8, 4, "BTreeSet", container(0, &[1])), number()]),
        ("a tree of many", vec![(1, 8, 4, "BTreeSet", container(1 << 60, &[1])), number()]),
        ("an option without a tag", vec![(1, 4, 4, "Option", container(0, &[1])), number()]),
        (
            "a field outside",
            vec![(2, 4, 4, "S", [&[2, 1, 0, 1, 0, b'f'][..], &[1, 0, 0, 0, 1, 0, 0, 0]].concat()), number()],
        ),
        (
            "a field beyond memory",
            vec![
                (2, 4, 4, "S", [&[2, 1, 0, 1, 0, b'f'][..], &[255, 255, 255, 255, 1, 0, 0, 0]].concat()),
                number(),
            ],
        ),
        (
            "a field in the place of the tag",
            vec![
                (
                    3,
                    4,
                    4,
                    "E",
                    [&[1, 0, 1, 0, b'V', 0, 1, 1, 0, 1, 0, b'0'][..], &[0; 4], &[1, 0, 0, 0]].concat(),
                ),
                number(),
            ],
        ),
        ("a variant without a tag", vec![(3, 0, 1, "E", vec![0, 0])]),
    ] {
        let refused = Decoder::new(&descriptor(&types));
        assert!(matches!(refused, Err(DecodeError::Schema { .. })), "{what}: {refused:?}");
    }
    let mut other = schema::of::<Units>().descriptor;
    other[15] = 8;
    let said = Decoder::new(&other).unwrap_err().to_string();
    assert!(said.contains("[8, 4, 8, 0]") && said.contains("same version of speculo"), "{said}");
    assert_eq!(Decoder::new(&[]).unwrap_err(), DecodeError::Untyped);
}

#[test]
fn types_of_later_versions_are_left_out() {
    let fields = |at: u32, name: &str| [&[1, 0, name.as_bytes()[0]][..], &at.to_le_bytes()].concat();
    let record =
        [&[2, 2, 0][..], &fields(0, "a"), &1_u32.to_le_bytes(), &fields(4, "b"), &2_u32.to_le_bytes()]
            .concat();
    let types = [(2, 8, 4, "S", record), (0, 4, 4, "Later", vec![]), (0, 4, 4, "u32", vec![])];
    let decoder = Decoder::new(&descriptor(&types)).unwrap();
    let value = decoder.value(&[1, 2, 3, 4, 5, 0, 0, 0]).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"a":null,"b":5}"#);
    assert_eq!(format!("{value:?}"), "S { a: <Later>, b: 5 }");
}

/// Maps without number whose keys are of one enum, with variants without number: each could be looked at for each.
#[test]
fn p8_forged_descriptors_are_read_in_time() {
    let maps = 4000_u32;
    let variants = u16::MAX;
    let parts = [&[0; 8][..], &[2, 0], &maps.to_le_bytes(), &maps.to_le_bytes()].concat();
    let mut types = vec![(1, 12, 4, "HashMap", parts); 4000];
    types.push((3, 1, 1, "E", [&variants.to_le_bytes()[..], &[0; 6].repeat(variants.into())].concat()));
    let begun = Instant::now();
    let refused = Decoder::new(&descriptor(&types));
    assert!(matches!(refused, Err(DecodeError::Schema { .. })), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
