//! What an archived type looks like, told by the type itself.
//!
//! [`Reflect`] is implemented for *archived* types: a small closed set of rkyv's own, and whatever
//! `#[derive(Speculo)]` made. From it come the schema, `Debug` and equality of archived values.

mod containers;
mod leaves;
mod sound;

use core::any::{Any, TypeId};
use core::fmt;

pub use sound::Soundness;
pub(crate) use sound::is_sound;

/// An archived type that can describe and show itself.
///
/// Derived by `#[derive(Speculo)]`; nobody else needs to implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no schema",
    label = "speculo cannot describe this archived type",
    note = "archived types describe themselves when `#[derive(Speculo)]` made them, or when they are rkyv's form of a type of the standard library",
    note = "a field may do without: write `#[speculo(opaque)]` on it"
)]
pub trait Reflect: Any {
    /// Whether values have no parts that [`is_sound`](Self::is_sound) would have to look at.
    #[doc(hidden)]
    const IS_LEAF: bool = false;

    /// Describes the type: its name, its parts, and where they lie.
    fn shape() -> Shape
    where
        Self: Sized;

    /// Writes the value as `Debug` of the original would.
    ///
    /// # Errors
    ///
    /// When `f` fails.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Whether both hold the same value, wherever their bytes lie.
    fn same(&self, other: &Self) -> bool;

    /// Whether it is as sound as its readers rely on, where rkyv has found it valid: its hash tables and trees are what that
    /// leaves out. Who writes this by hand asks each part; `true` for what has no parts.
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool;
}

/// The form of one archived type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Shape {
    /// Has no parts that a schema could tell apart: numbers, text, times, addresses.
    Leaf {
        /// The name of the type, as Rust calls it.
        name: &'static str,
    },
    /// One of rkyv's containers; its name fixes its layout.
    Container {
        /// `Vec`, `Option`, `HashMap`…
        name: &'static str,
        /// The number of elements of an array; 0 for all others.
        len: u64,
        /// The parameters, in order.
        parts: Vec<TypeRef>,
    },
    /// A struct, laid out as `#[repr(C)]`.
    Struct {
        /// Its name, without path and parameters.
        name: &'static str,
        /// How it is written.
        style: Style,
        /// Its fields, in order.
        fields: Vec<Field>,
    },
    /// An enum, laid out as `#[repr(u8)]`.
    Enum {
        /// Its name, without path and parameters.
        name: &'static str,
        /// Its variants, in order.
        variants: Vec<Variant>,
    },
}

/// How the fields of a struct or of a variant are written. It changes no byte of a value, but what a value prints as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `Nothing`
    Unit,
    /// `Pair(u8, String)`
    Tuple,
    /// `Door { open: bool }`
    Named,
}

/// A field of a struct or of a variant.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name; the position as a decimal number in tuples.
    pub name: &'static str,
    /// Where it begins, in bytes from the start of the struct or enum.
    pub offset: usize,
    /// Its type.
    pub ty: TypeRef,
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// The first byte of every value of this variant.
    pub tag: u8,
    /// How it is written.
    pub style: Style,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// Names a type without describing it yet, so that recursive types have finite descriptions.
#[derive(Debug, Clone, Copy)]
pub struct TypeRef {
    id: TypeId,
    size: usize,
    align: usize,
    shape: fn() -> Shape,
}

impl TypeRef {
    /// The name of `T`.
    #[must_use]
    pub fn of<T: Reflect>() -> Self {
        Self { id: TypeId::of::<T>(), size: size_of::<T>(), align: align_of::<T>(), shape: T::shape }
    }

    /// What tells types apart within this program.
    #[must_use]
    pub fn id(&self) -> TypeId {
        self.id
    }

    /// Bytes of one value, without what it points to.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Alignment in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// Describes the type.
    #[must_use]
    pub fn shape(&self) -> Shape {
        (self.shape)()
    }
}

/// Lays named parts out as `#[repr(C)]` does, the first no earlier than `start`.
#[must_use]
pub fn lay_out(start: usize, parts: &[(&'static str, TypeRef)]) -> Vec<Field> {
    let mut end = start;
    parts
        .iter()
        .map(|&(name, ty)| {
            let offset = end.next_multiple_of(ty.align);
            end = offset + ty.size;
            Field { name, offset, ty }
        })
        .collect()
}

/// `Debug` of an archived value, for `fmt`'s builders.
pub struct Shown<'a, T: ?Sized>(pub &'a T);

impl<T: Reflect + ?Sized> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}
