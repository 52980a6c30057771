//! What an area holds, told so that two programs can compare it and a third one can read it.
//!
//! # The descriptor
//!
//! All integers little-endian, no padding. Texts are a `u16` length, 1024 at most, and UTF-8 bytes. Names carry no paths
//! and no parameters, so moving a type between modules or crates changes nothing. Types that nothing here tells apart are
//! one, so it also changes nothing to define twice what was defined once.
//!
//! | part | form |
//! |---|---|
//! | magic | `SPEC` |
//! | descriptor version | `u8`, 1 |
//! | archive format | text, `rkyv 0.8` |
//! | layout facts, as observed | `u8` × 4: size of an archived `usize`; alignment of an archived `u32`; alignment of an archived `u64`; byte order (0 little, 1 big) |
//! | kind | `u8`: 0 stream, 1 keyed, 2 singleton |
//! | key fields | `u16` count, then texts |
//! | types | `u32` count, then types; the first is the root |
//!
//! A type is a `u8` tag (0 leaf, 1 container, 2 struct, 3 enum), `u32` size, `u8` alignment, text name, then
//!
//! | tag | |
//! |---|---|
//! | container | `u64` length (arrays: elements; B-trees: entries per node; else 0), `u16` count, then a `u32` type each |
//! | struct | `u8` style (0 unit, 1 tuple, 2 named fields), `u16` count, then fields: text name, `u32` offset, `u32` type |
//! | enum | `u16` count, then variants: text name, `u8` tag, then style, count and fields as above |
//!
//! A descriptor read from shared memory is untrusted: [`diff`] checks every count, index and length.

mod diff;
pub(crate) mod parse;
mod recursion;
pub(crate) mod write;

pub use self::diff::diff;

use speculo_core::Kind;

use crate::traits::Speculo;

/// What an area with values of one type holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The descriptor; the [module](self) documents its form.
    pub descriptor: Vec<u8>,
    /// Tells two descriptors apart.
    pub fingerprint: u128,
    /// How values replace each other.
    pub kind: Kind,
}

impl Schema {
    /// Whether values can contain values of the same type, and so be nested without a limit.
    pub(crate) fn is_recursive(&self) -> bool {
        recursion::is_recursive(&self.descriptor)
    }

    /// What the core compares and stores.
    pub(crate) fn as_core(&self) -> speculo_core::Schema<'_> {
        speculo_core::Schema {
            kind: self.kind,
            fingerprint: self.fingerprint,
            descriptor: &self.descriptor,
            difference: diff,
        }
    }
}

/// The schema of `T`. Takes some microseconds: callers keep it.
///
/// ```
/// use speculo_typed::{Speculo, schema};
///
/// mod old {
///     #[derive(speculo_typed::Speculo)]
///     pub struct Door { pub id: u32, pub open: bool }
/// }
///
/// #[derive(Speculo)]
/// struct Door { id: u32, open: u8 }
///
/// let (old, new) = (schema::of::<old::Door>(), schema::of::<Door>());
/// assert_ne!(old.fingerprint, new.fingerprint);
/// assert_eq!(
///     schema::diff(&old.descriptor, &new.descriptor),
///     "Door.open: published as `bool`, here `u8`",
/// );
/// ```
#[must_use]
pub fn of<T: Speculo>() -> Schema {
    let descriptor = write::descriptor::<T>();
    let fingerprint = xxhash_rust::xxh3::xxh3_128(&descriptor);
    Schema { descriptor, fingerprint, kind: T::KIND }
}
