//! Typed state shared between processes: `#[derive(Speculo)]` on a plain Rust type is all it takes.
//!
//! ```
//! use speculo_typed::Speculo;
//!
//! #[derive(Speculo)]
//! pub struct Door {
//!     #[speculo(key)]
//!     pub id: u32,
//!     pub open: bool,
//!     pub label: String,
//! }
//! ```
//!
//! The derive makes `ArchivedDoor`, the form of a `Door` in shared memory, read in place: a struct with the
//! same fields, whose numbers have a fixed byte order ([`to_native`](https://docs.rs/rend)) and whose
//! strings and vectors deref to `str` and slices.

// The derive names this crate by its absolute path, in this crate's own tests as well.
extern crate self as speculo_typed;

mod access;
mod encode;
mod fields;
pub mod key;
pub mod reflect;
#[cfg(test)]
mod round_trip;
pub mod schema;
mod traits;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use self::access::{NativeError, native, try_native};
pub use self::encode::EncodeError;
pub use self::key::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};
pub use self::traits::{Field, Keyed, Kind, Singleton, Speculo, Stream};
pub use speculo_derive::{Speculo, SpeculoKey};

/// The form of a `T` in shared memory: `Archived<Door>` is `ArchivedDoor`.
pub type Archived<T> = <T as rkyv::Archive>::Archived;
