//! Cases that the authors of other derives found worth a test, each with one of ours.
//!
//! `rkyv_derive`, which ours calls (rkyv's `impls/mod.rs`, `impls/core/with`, `tests/ui`, `tests/derive.rs`; 0.8):
//!
//! | rkyv's case | ours |
//! |---|---|
//! | unit, tuple and named structs, enums | `shapes.rs` |
//! | generic struct, generic enum: fields of an associated type | [`rkyvs::Held`], [`rkyvs::Sent`] |
//! | bounds said by hand (`complex_bounds`) | [`rkyvs::Nested`] |
//! | `archived`, `resolver`, `compare`, `derive` (`derive_attributes`, `compare`) | [`rkyvs::Named`] |
//! | default type parameters, on each shape | [`rkyvs::ByDefault`] and its siblings |
//! | const generics, also without fields | [`rkyvs::Const`], [`rkyvs::Array`] |
//! | `repr(C, packed)` | refused: `ui/shapes/packed.rs` |
//! | `repr(C, align(8))` | [`rkyvs::Aligned`] |
//! | archived as another type, as itself (`archive_as_…`) | refused: `ui/attributes/archived_as_another.rs` |
//! | the crate by another path | `hygiene.rs`, and all of `tests/hygiene` |
//! | derives on the archived type that its fields must have, too | [`rkyvs::Copied`] |
//! | recursive enums, `Self` in a field | `shapes.rs`, and without attributes [`rkyvs::Linked`] |
//! | wrappers on fields of structs, tuples and variants; niches | [`rkyvs::Wrapped`], [`rkyvs::Either`] |
//! | wrappers of borrowed fields (`Inline`, `InlineAsBox`) | refused: `ui/shapes/lifetime.rs`, `ui/fields/reference.rs` |
//! | remote types (`tests/derive.rs`) | refused: `ui/attributes/archived_as_another.rs` |
//! | public types in a private module (`derive_visibility.rs`) | [`rkyvs::inner`] |
//! | raw identifiers | [`hostile::r#virtual`], [`hostile::r#try`] |
//! | mutable references into archives | no case: nobody writes to what was published |
//!
//! `redb-derive` (`tests/derive_tests.rs`, `redb-derive-rename-test`):
//!
//! | redb's case | ours |
//! |---|---|
//! | tuple structs of no, one and two fields, no named field, one | `shapes.rs` and `decode/shapes.rs` |
//! | lifetimes called `'a`, `'b`, `'inner` | refused: `ui/shapes/lifetime.rs` |
//! | inherent methods called like those of the traits, with other meanings or other arguments | [`hostile::Inherent`] |
//! | names of the prelude, of numbers, of `std` and of macros shadowed; no prelude | `tests/hygiene/src/hostile.rs` |
//! | types called like those of the library (`String`) | [`hostile::library`] |
//! | types of one name are told apart | [`types_of_one_name_are_told_apart`] |
//! | a renamed dependency, two of them | `tests/hygiene`; `#[speculo(crate = …)]` in `hygiene.rs` |
//! | keys made of structs keep their order | `keys.rs` |
#![allow(
    missing_docs,
    missing_debug_implementations,
    non_camel_case_types,
    clippy::enum_variant_names,
    reason = "a test"
)]

pub mod hostile;
pub mod rkyvs;

use std::fmt::Debug;
use std::time::Duration;

use speculo_typed::{Archived, Publisher, Root, Speculo, Stream, Subscriber, schema};

/// What has been published is there at once.
const PATIENCE: Duration = Duration::from_mins(1);

/// There and back through an area; gives what the archived value looks like.
fn shared<T: Stream + Debug + PartialEq>(value: &T) -> String
where
    Archived<T>: PartialEq<T>,
{
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<T>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(value).expect("published");
    let mut reader = Subscriber::<T>::builder("area").root(root).open().expect("opened");
    let archived = reader.recv_timeout(PATIENCE).expect("read").expect("published before");
    assert!(*archived == *value, "{archived:?} is {value:?}");
    assert_eq!(&speculo_typed::native::<T>(archived), value);
    format!("{archived:?}")
}

#[test]
fn types_of_one_name_are_told_apart() {
    mod other {
        #[derive(speculo_typed::Speculo)]
        pub(super) struct Uses {
            pub text: String,
        }
    }

    #[derive(Speculo)]
    struct Uses {
        text: hostile::library::String,
    }

    let _ =
        (Uses { text: hostile::library::String { inner: 0 } }.text, other::Uses { text: String::new() }.text);
    let (one, two) = (schema::of::<Uses>(), schema::of::<other::Uses>());
    assert_ne!(one.fingerprint, two.fingerprint);
    assert_eq!(
        schema::diff(&one.descriptor, &two.descriptor),
        "Uses.text: published as a struct `String`, here the library's `String`"
    );
}
