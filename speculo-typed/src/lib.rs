//! Typed state shared between processes on one machine, through shared memory: no daemon, no locks, no copies.
//!
//! `#[derive(Speculo)]` on a plain Rust type is all it takes. One process owns an *area* and publishes values into it;
//! any number of processes map it read-only and read the values in place.
//!
//! ```
//! use speculo_typed::{Publisher, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! pub struct Door {
//!     #[speculo(key)]
//!     pub id: u32,
//!     pub open: bool,
//!     pub label: String,
//! }
//!
//! # let root = speculo_typed::Root::temporary()?;
//! # let builder = Publisher::<Door>::builder("vehicle/doors").root(root.clone());
//! # let mut doors = builder.create()?;
//! # if false {
//! // one process
//! let mut doors = Publisher::<Door>::create("vehicle/doors")?;
//! # }
//! doors.publish(&Door { id: 7, open: true, label: "rear left".into() })?;
//!
//! # let mut doors = Subscriber::<Door>::builder("vehicle/doors").root(root).open()?;
//! # if false {
//! // any number of others
//! let mut doors = Subscriber::<Door>::open("vehicle/doors")?;
//! # }
//! if let Some(door) = doors.get(7)? {          // &ArchivedDoor, in place
//!     println!("{} is {}", door.label, if door.open { "open" } else { "closed" });
//! }
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! What an area holds follows from the type: the newest value of each key (`#[speculo(key)]` on one or more fields),
//! one value (`#[speculo(singleton)]` on the type), or a stream of messages (neither).
//!
//! | to | use |
//! |---|---|
//! | publish, replace, remove | [`Publisher`] |
//! | read the newest, follow, wait | [`Subscriber`] |
//! | see everything at one moment | [`View`] |
//! | keep one value, return it, send it to a thread | [`Sample`] |
//! | mirror an area, removals included | [`Change`] |
//! | skip the look-up of a key | [`Slot`] |
//! | choose where areas live | [`Root`] |
//! | read areas of any type, and print them as JSON | `decode`, with the feature of that name |
//!
//! The derive makes `ArchivedDoor`, the form of a `Door` in shared memory: a struct with the same fields, whose numbers
//! have a fixed byte order and whose strings and vectors deref to `str` and slices. [`archived`] shows how each is used.
//!
//! The [`cookbook`] has a recipe for each common need.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | |
//! |---|---|
//! | `decode` | `speculo_typed::decode`: values of any area without their type, as JSON and the like. Adds serde |
//! | `bytes`, `hashbrown` (0.17), `indexmap`, `smallvec`, `smol_str` (0.3), `thin-vec`, `tinyvec`, `triomphe`, `uuid` | fields of types from these crates; a `Uuid` and a `SmolStr` are keys as well. Not `ArrayVec`, of whatever crate: others may publish more than it has room for |

// The derive names this crate by its absolute path, in this crate's own tests as well.
extern crate self as speculo_typed;

mod access;
pub mod archived;
mod builder;
mod change;
pub mod cookbook;
#[cfg(feature = "decode")]
pub mod decode;
mod encode;
mod error;
mod fields;
pub mod key;
mod meta;
#[doc(hidden)]
pub mod parts;
mod publisher;
pub mod reflect;
#[cfg(test)]
mod round_trip;
mod sample;
pub mod schema;
mod slot;
mod subscriber;
mod traits;
mod view;
pub mod with;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use self::access::{NativeError, native, try_native};
pub use self::change::Change;
pub use self::encode::EncodeError;
pub use self::error::Error;
pub use self::key::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};
pub use self::meta::Meta;
pub use self::publisher::{Publisher, PublisherBuilder, PublisherEntry};
pub use self::sample::Sample;
pub use self::slot::Slot;
pub use self::subscriber::{Samples, Subscriber, SubscriberBuilder, SubscriberEntry};
pub use self::traits::{Field, Keyed, Singleton, Speculo, Stream};
pub use self::view::{Iter, IterWithMeta, View};
pub use speculo_core::{
    ChunkId, Corrupt, CreateError, EarlierBoot, ForeignFormat, Kind, Liveness, NameError, NoSpace, OpenError,
    OsError, Overflow, PublishError, ReadError, ReadErrorKind, RemoveError, Removed, Root, SchemaMismatch,
    Start, Stats, Trust, Untrusted,
};
pub use speculo_derive::{Speculo, SpeculoKey};

/// The form of a `T` in shared memory: `Archived<Door>` is `ArchivedDoor`.
pub type Archived<T> = <T as rkyv::Archive>::Archived;
