//! Values without their type: JSON as serde has it, and nothing worse than an error from damaged bytes.
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test"
)]

mod area;
mod damage;
mod generated;
mod hostile;
#[cfg(feature = "indexmap")]
mod ordered;
mod rules;
mod shapes;
mod tables;
mod types;

use std::fmt::Debug;

use serde::Serialize;
use speculo_typed::__private::rkyv;
use speculo_typed::decode::Decoder;
use speculo_typed::{Archived, Speculo, schema};

/// A value in its archived form.
pub(crate) trait Encode: Speculo {
    fn encode(&self) -> Vec<u8>;
    /// `Debug` of the archived value.
    fn debug(&self) -> (String, String);
}

impl<T> Encode for T
where
    for<'a> T: Speculo
        + rkyv::Serialize<
            rkyv::api::high::HighSerializer<
                rkyv::util::AlignedVec,
                rkyv::ser::allocator::ArenaHandle<'a>,
                rkyv::rancor::Error,
            >,
        >,
    for<'a> Archived<T>: rkyv::bytecheck::CheckBytes<rkyv::api::high::HighValidator<'a, rkyv::rancor::Error>>,
{
    fn encode(&self) -> Vec<u8> {
        rkyv::to_bytes::<rkyv::rancor::Error>(self).unwrap().to_vec()
    }

    fn debug(&self) -> (String, String) {
        let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(self).unwrap();
        let archived = rkyv::access::<Archived<T>, rkyv::rancor::Error>(&bytes).unwrap();
        (format!("{archived:?}"), format!("{archived:#?}"))
    }
}

pub(crate) fn decoder<T: Speculo>() -> Decoder {
    Decoder::new(&schema::of::<T>().descriptor).unwrap()
}

/// The JSON that the decoder makes of a value.
pub(crate) fn decoded<T: Encode>(value: &T) -> String {
    // An odd address, so that nothing is aligned as it was.
    let bytes = [vec![0xaa], value.encode()].concat();
    let bytes = bytes.get(1..).unwrap();
    let decoder = decoder::<T>();
    let decoded = decoder.value(bytes).unwrap();
    assert_eq!(decoded.type_name(), decoder.type_name());
    assert_eq!((format!("{decoded:?}"), format!("{decoded:#?}")), value.debug());
    serde_json::to_string(&decoded).unwrap()
}

/// Asserts that the decoder's JSON is the original's, byte by byte.
#[track_caller]
pub(crate) fn same<T: Encode + Serialize + Debug>(value: &T) {
    assert_eq!(decoded(value), serde_json::to_string(value).unwrap(), "{value:?}");
}

/// [`same`] for what has hash tables in it, whose order is another in the archive.
#[track_caller]
pub(crate) fn same_unordered<T: Encode + Serialize + Debug>(value: &T) {
    let sorted = |json: String| sort(serde_json::from_str(&json).unwrap());
    assert_eq!(sorted(decoded(value)), sorted(serde_json::to_string(value).unwrap()), "{value:?}");
}

/// Lists in an order that does not depend on that of their elements.
fn sort(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;

    match json {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(sort).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, sort(value))).collect()),
        other => other,
    }
}
