//! `#[derive(Speculo)]`, the derive of `speculo-typed`. Use it from there.
//!
//! How it works: the output contains a *twin*, a copy of the item that carries rkyv's own derives and, last,
//! an attribute that erases it. rkyv thus works for the original item, in its own scope, and
//! `ArchivedDoor` stands next to `Door`.

mod ast;
mod attr;
mod bounds;
mod diagnostics;
mod expand;
mod fallback;
#[cfg(test)]
mod golden;
mod key;
mod parts;
mod place;
mod schema;
mod tags;
mod twin;
mod types;
mod validate;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct or an enum a type that can be shared between processes.
///
/// ```ignore
/// use speculo_typed::Speculo;
///
/// /// A door of the vehicle.
/// #[derive(Speculo)]
/// pub struct Door {
///     #[speculo(key)]
///     pub id: u32,
///     pub open: bool,
///     pub label: String,
/// }
/// ```
///
/// The derive implements `Speculo` and makes `ArchivedDoor`, the form in shared memory: a struct with the
/// same fields, `Debug`, equality with `Door`, and `to_native()`, which gives a `Door` back.
/// Parts of it come back by `native`: `native::<String>(&door.label)`.
///
/// # Attributes of the type
///
/// - `#[speculo(singleton)]`: an area holds one value, each replaces the one before.
/// - `#[speculo(rename = "Door")]`: the type's name in the schema. A type that is renamed in the program, and keeps
///   its name in the schema by this, goes on with the areas that there are.
/// - `#[speculo(derive(Hash, PartialEq, Eq))]`: what the archived type derives, which here is what the key of a hash
///   map needs. `Debug` and equality with the original are there without it; `Clone` and `Copy` are for types without
///   strings, vectors and maps, as these mean nothing elsewhere in memory.
/// - `#[speculo(external)]`: the type already derives rkyv's `Archive`, `Serialize` and `Deserialize`. A struct may also
///   have them by hand; the variants of an enum lie as rkyv's derive lays them.
/// - `#[speculo(crate = path)]`: where `speculo_typed` is found, if not at `::speculo_typed`.
/// - `#[rkyv(…)]`: handed on to rkyv.
///
/// # Attributes of a field
///
/// - `#[speculo(key)]`: tells values apart; a value replaces the one with the same key. On several fields:
///   they form a composite key, a tuple in the order of the declaration.
/// - `#[speculo(rename = "id")]`: the field's name in the schema.
/// - `#[speculo(opaque)]`: the field is archived, and left out of all that speculo says of values: the schema holds
///   its name and its size only, `Debug` shows `..`, and equality does not look at it. For types of other crates
///   that implement rkyv's traits. Such a field is checked by rkyv alone, which is not enough for maps and sets: they are
///   refused, and must not hide in those types where publishers are not trusted.
/// - `#[rkyv(…)]`: handed on to rkyv.
///
/// # Attributes of a variant
///
/// - `#[speculo(rename = "Open")]`: the variant's name in the schema.
///
/// # Types of fields
///
/// What has a portable form: numbers, text, the collections of the standard library, and types that derive
/// `Speculo` themselves. `usize` and `isize` fields are stored as 64 bits. References and pointers mean
/// nothing to another process and are refused.
///
/// Types that contain themselves (`Option<Box<Node>>`) work. Two types that contain each other need
/// `#[rkyv(omit_bounds)]` on one of the two fields.
#[proc_macro_derive(Speculo, attributes(speculo, rkyv))]
pub fn derive_speculo(input: TokenStream) -> TokenStream {
    expand::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum without fields, or a struct of keys, a key.
///
/// ```ignore
/// use speculo_typed::{Speculo, SpeculoKey};
///
/// #[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
/// pub enum Side { Left, Right }
///
/// #[derive(Speculo)]
/// pub struct Mirror {
///     #[speculo(key)]
///     pub side: Side,
///     pub folded: bool,
/// }
/// ```
///
/// An enum is encoded as the position of its variant, a struct as the tuple of its fields.
#[proc_macro_derive(SpeculoKey, attributes(speculo))]
pub fn derive_speculo_key(input: TokenStream) -> TokenStream {
    key::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Removes the item it stands on. Part of what `#[derive(Speculo)]` expands to.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __erase(_: TokenStream, _: TokenStream) -> TokenStream {
    TokenStream::new()
}
