//! Values of types that this program does not know, decoded from their bytes and the schema in their area. Feature
//! `decode`.
//!
//! A [`Reader`] opens any area, and its [`View`] gives each value as a [`Value`]: `serde_json::to_string(&value)` prints it,
//! `{value:?}` shows it as a derived `Debug` would (ranges, too, as structs), and [`Value::content`] is for looking
//! inside. A [`Decoder`] does the same for bytes from elsewhere.
//!
//! # What it is in JSON
//!
//! What `serde_json` makes of the original with a derived `Serialize`, byte by byte, apart from the order in hash tables: structs
//! are objects, newtypes what is in them, tuples arrays, unit structs `null`, enums tagged from outside
//! (`"Quiet"`, `{"Told":"well"}`, `{"Moved":[1,2]}`, `{"Opened":{"by":null}}`). serde's attributes leave no trace in a
//! schema: fields have the names that they have in Rust. The less evident ones:
//!
//! | in Rust | in JSON |
//! |---|---|
//! | `Option` | what it holds, or `null`; so `Some(None)` is `null`, too |
//! | `Result`, `Bound` | as enums |
//! | `Box`, `Rc`, `Arc` | what they lead to, as often as something leads there |
//! | integers, all of them | a number with all its digits. Above 64 bits many readers of JSON lose some, and `serde_json::to_value` fails |
//! | `f32`, `f64` | the shortest number that is read back as the same; NaN and the infinities are `null`, in `Debug` they are themselves |
//! | `char`, `Uuid`, addresses with and without port | a string |
//! | `Vec<u8>` and other lists of bytes, `CString` | an array of numbers |
//! | `()`, `PhantomData`, `RangeFull` | `null` |
//! | `Duration` | `{"secs":1,"nanos":500000000}` |
//! | ranges | `{"start":1,"end":2}`, or what they have of it; in `Debug` structs, as a schema does not tell them from a user's struct of that name |
//! | sets | an array |
//! | a map whose keys are strings, integers, `bool`, `char`, `Uuid`, addresses, enums without any fields, or newtypes of these | an object |
//! | any other map | an array of pairs, `[[key,value],…]`: serde has no JSON for it, or, if keys are `Option`s, not for all of its keys |
//! | a field with `#[rkyv(with = …)]` | what is archived: `AsString` is a string, `AsUnixTime` the `Duration` since 1970, `Skip` is `null`, a map `AsVec` is an array of `{"key":…,"value":…}` |
//! | a type that this version does not know | `null`, in `Debug` its name: `<Later>` |
//!
//! Other formats that describe themselves get the same; structs and enums come to them as maps and strings, for their names
//! are not known to this program in advance.
//!
//! # Trust
//!
//! Neither schema nor value is trusted, or validated as a whole: what is looked at is checked when it is looked at, and
//! gives a [`DecodeError`] if it is nonsense. Printing ends: pointers lead 512 deep, as in validation, fields
//! and elements lie 640 deep in each other, and what is gone through is a quarter of a million parts and 16 for each byte of the payload, so that
//! something that is shared again and again is not printed for ever. Printing to a pipe or file begins before an error may turn
//! up; who wants all or nothing prints to a string first.

mod bytes;
mod content;
mod decoder;
mod error;
mod form;
mod items;
mod layout;
mod places;
mod reader;
mod serialize;
mod show;
mod value;
mod walk;

pub use self::content::{Content, Record, Uuid};
pub use self::decoder::Decoder;
pub use self::error::DecodeError;
pub use self::items::{Entries, Items};
pub use self::reader::{Reader, ReaderBuilder, View};
pub use self::value::Value;
#[doc(inline)]
pub use crate::reflect::Style;
