//! What the types of the standard library look like in shared memory, and how to use them there.
//!
//! `#[derive(Speculo)]` makes `ArchivedDoor` of `Door`: the same fields or variants, each in its archived form. Those
//! of the standard library are these:
//!
//! | in the type | in the archive | use it with |
//! |---|---|---|
//! | `bool`, `u8`, `i8` | the same | |
//! | `u16` … `u128`, `i16` … `i128`, `f32`, `f64`, `char` | `ArchivedU32` … | `to_native()`; compares and calculates with plain ones |
//! | `usize`, `isize` fields | `ArchivedU64`, `ArchivedI64` | `to_native()` |
//! | `String` | [`ArchivedString`] | derefs to `str`; `to_string()` |
//! | `Vec<T>` | [`ArchivedVec`] | derefs to a slice |
//! | `Option<T>` | [`ArchivedOption`] | `as_ref()` makes an `Option<&_>` |
//! | `Result<T, E>` | [`ArchivedResult`] | `as_ref()` makes a `Result<&_, &_>` |
//! | `Box<T>` | [`ArchivedBox`] | derefs to the archived `T` |
//! | `HashMap<K, V>`, `BTreeMap<K, V>` | [`ArchivedHashMap`], [`ArchivedBTreeMap`] | `get` by a borrowed archived key, `iter()` |
//! | `HashSet<T>`, `BTreeSet<T>` | [`ArchivedHashSet`], [`ArchivedBTreeSet`] | `contains` and `contains_key`, `iter()` |
//! | `IndexMap<K, V>`, `IndexSet<T>`, with the feature `indexmap` | `ArchivedIndexMap`, `ArchivedIndexSet` | the same, in order, and `get_index` |
//! | `Duration` | [`ArchivedDuration`] | `Duration::from` |
//!
//! Any of them becomes the original by [`native`](crate::native), which takes the type: `native::<Vec<u32>>(&trip.stops)`, or
//! `let stops: Vec<u32> = native(&trip.stops)`.
//!
//! Whole values are compared by `*archived == original`. To compare a part alone, make it [`native`](crate::native) first: rkyv has
//! `==` between some parts and their originals, and takes an archived `IndexMap` for equal to the beginning of a longer one.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::time::Duration;
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber, native};
//!
//! #[derive(Speculo, Debug, PartialEq)]
//! #[speculo(singleton)]
//! struct Trip {
//!     distance: f64,
//!     stops: Vec<u32>,
//!     driver: Option<String>,
//!     state: State,
//!     delays: BTreeMap<u32, Duration>,
//! }
//!
//! #[derive(Speculo, Debug, PartialEq)]
//! enum State { Waiting, Moving { speed: f32 } }
//!
//! # let root = Root::temporary()?;
//! # let mut publisher = Publisher::<Trip>::builder("trip").root(root.clone()).create()?;
//! # publisher.publish(&Trip {
//! #     distance: 12.5,
//! #     stops: vec![3, 4],
//! #     driver: Some("Ada".into()),
//! #     state: State::Moving { speed: 1.5 },
//! #     delays: BTreeMap::from([(4, Duration::from_secs(90))]),
//! # })?;
//! # let mut reader = Subscriber::<Trip>::builder("trip").root(root).open()?;
//! let trip = reader.latest()?.expect("published before");
//!
//! assert!(trip.distance > 12.0 && trip.distance * 2.0 == 25.0);
//! assert_eq!(trip.stops.iter().map(|stop| stop.to_native()).max(), Some(4));
//! assert_eq!(native::<Vec<u32>>(&trip.stops), [3, 4]);
//! if let Some(driver) = trip.driver.as_ref() {
//!     assert_eq!(driver, "Ada");
//! }
//! match &trip.state {
//!     ArchivedState::Waiting => unreachable!(),
//!     ArchivedState::Moving { speed } => assert_eq!(speed.to_native(), 1.5),
//! }
//! let delay = trip.delays.get(&4.into()).map(|delay| Duration::from(*delay));
//! assert_eq!(delay, Some(Duration::from_secs(90)));
//! let all: Trip = trip.to_native(); // a copy of everything, to keep and to change
//! assert!(*trip == all);
//! # Ok::<(), speculo_typed::Error>(())
//! ```

pub use rkyv::boxed::ArchivedBox;
pub use rkyv::collections::btree_map::ArchivedBTreeMap;
pub use rkyv::collections::btree_set::ArchivedBTreeSet;
pub use rkyv::collections::swiss_table::{ArchivedHashMap, ArchivedHashSet};
#[cfg(feature = "indexmap")]
pub use rkyv::collections::swiss_table::{ArchivedIndexMap, ArchivedIndexSet};
pub use rkyv::ffi::ArchivedCString;
pub use rkyv::net::{
    ArchivedIpAddr, ArchivedIpv4Addr, ArchivedIpv6Addr, ArchivedSocketAddr, ArchivedSocketAddrV4,
    ArchivedSocketAddrV6,
};
pub use rkyv::ops::{
    ArchivedBound, ArchivedRange, ArchivedRangeFrom, ArchivedRangeInclusive, ArchivedRangeTo,
    ArchivedRangeToInclusive,
};
pub use rkyv::option::ArchivedOption;
pub use rkyv::primitive::{
    ArchivedChar, ArchivedF32, ArchivedF64, ArchivedI16, ArchivedI32, ArchivedI64, ArchivedI128, ArchivedU16,
    ArchivedU32, ArchivedU64, ArchivedU128,
};
pub use rkyv::rc::{ArcFlavor, ArchivedRc, RcFlavor};
pub use rkyv::result::ArchivedResult;
pub use rkyv::string::ArchivedString;
pub use rkyv::time::ArchivedDuration;
pub use rkyv::vec::ArchivedVec;
