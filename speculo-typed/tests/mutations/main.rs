//! Any single change to a schema changes its fingerprint, and the difference names what has changed: where it is,
//! what was published, and what is here.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test")]

mod changes;
mod model;

use proptest::prelude::*;
use speculo_typed::schema::{self, diff};
use speculo_typed::{Kind, Speculo};
use xxhash_rust::xxh3::xxh3_128;

use crate::changes::{Told, changes};
use crate::model::{Model, Record, Shape, Style, Type, any_model};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    state: State,
}

#[derive(Speculo)]
enum State {
    Shut,
    Open(Vec<u8>),
}

/// The model writes what the library writes; else what follows would be about another format.
#[test]
fn the_model_is_that_of_the_library() {
    let leaf =
        |name: &str, size: u8| Type { size: size.into(), align: size, name: name.into(), shape: Shape::Leaf };
    let model = Model {
        kind: 1,
        key: vec!["id".into()],
        types: vec![
            Type {
                size: 16,
                align: 4,
                name: "Door".into(),
                shape: Shape::Struct(Record {
                    style: Style::Named,
                    fields: vec![("id".into(), 0, 1), ("state".into(), 4, 2)],
                }),
            },
            leaf("u32", 4),
            Type {
                size: 12,
                align: 4,
                name: "State".into(),
                shape: Shape::Enum(vec![
                    ("Shut".into(), 0, Record { style: Style::Unit, fields: vec![] }),
                    ("Open".into(), 1, Record { style: Style::Tuple, fields: vec![("0".into(), 4, 3)] }),
                ]),
            },
            Type {
                size: 8,
                align: 4,
                name: "Vec".into(),
                shape: Shape::Container { len: 0, parts: vec![4] },
            },
            leaf("u8", 1),
        ],
        ..Model::default()
    };
    let schema = schema::of::<Door>();
    assert_eq!(model.write(), schema.descriptor);
    assert_eq!(xxh3_128(&model.write()), schema.fingerprint);
    assert_eq!(schema.kind, Kind::Keyed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn p9_any_single_change_is_named(published in any_model()) {
        let before = published.write();
        prop_assert_eq!(diff(&before, &before), "");
        for (ours, told) in changes(&published) {
            let after = ours.write();
            prop_assert_ne!(xxh3_128(&before), xxh3_128(&after), "{:?}", told);
            let said = diff(&before, &after);
            match &told {
                Told::Exactly(line) => prop_assert_eq!(&said, line),
                Told::From { start, end } => {
                    // What takes long to spell is cut.
                    let ends = said.ends_with(end) || said.ends_with('…') && said.len() > 512;
                    prop_assert!(said.starts_with(start) && ends, "{:?}: {}", told, said);
                }
            }
        }
    }
}
