//! What the output of `#[derive(Speculo)]` names. No part of the interface.

pub use rkyv;
pub use speculo_derive::__erase as erase;

pub use crate::Archived;
pub use crate::access::{native, same};
pub use crate::encode::{Sink, SliceWriter};
pub use crate::reflect::{Reflect, Shape, Shown, Soundness, Style, Variant, lay_out};
pub use crate::traits::{Checker, Field, Speculo};

use core::fmt;

use rkyv::primitive::{ArchivedI64, ArchivedU64};
use rkyv::rancor::Fallible;
use rkyv::with::{ArchiveWith, DeserializeWith, SerializeWith};
use rkyv::{Archive, Place, Serialize};

use crate::reflect::{self, TypeRef};

/// Names that rkyv's derives use without a path, for crates without the standard prelude.
pub mod twin_prelude {
    pub use core::cmp::{PartialEq, PartialOrd};
    pub use core::marker::Sized;
}

/// A field of the archived type `A`.
#[must_use]
pub fn part<A: Reflect>(name: &'static str) -> (&'static str, TypeRef) {
    (name, TypeRef::of::<A>())
}

/// A field of the archived type `S`, as it was found there.
#[must_use]
pub fn found<S, A: Reflect>(name: &'static str, offset: usize, _: fn(&S) -> &A) -> reflect::Field {
    reflect::Field { name, offset, ty: TypeRef::of::<A>() }
}

/// The same of an opaque field.
#[must_use]
pub fn found_opaque<S, A: 'static>(name: &'static str, offset: usize, _: fn(&S) -> &A) -> reflect::Field {
    reflect::Field { name, offset, ty: TypeRef::of::<Opaque<A>>() }
}

/// The tag of the variant of this number.
///
/// # Panics
///
/// If it takes more than a byte: when the program is compiled.
#[must_use]
pub const fn tag(number: i128) -> u8 {
    assert!(
        0 <= number && number <= 255,
        "the number of a variant is archived in one byte: use numbers from 0 to 255, or none"
    );
    let [tag, ..] = number.to_le_bytes();
    tag
}

/// A `Vec`, whatever is called so where this is used.
#[must_use]
pub fn list<T, const N: usize>(items: [T; N]) -> Vec<T> {
    items.into()
}

/// Writes a struct or variant with named fields as `Debug` has it.
///
/// # Errors
///
/// When `f` fails.
pub fn show_named(f: &mut fmt::Formatter<'_>, name: &str, fields: &[(&str, &dyn fmt::Debug)]) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (name, value) in fields {
        shown.field(name, value);
    }
    shown.finish()
}

/// Writes a struct or variant with numbered fields as `Debug` has it.
///
/// # Errors
///
/// When `f` fails.
pub fn show_numbered(f: &mut fmt::Formatter<'_>, name: &str, fields: &[&dyn fmt::Debug]) -> fmt::Result {
    let mut shown = f.debug_tuple(name);
    for value in fields {
        shown.field(value);
    }
    shown.finish()
}

/// Archives `usize` and `isize` as 64 bits. rkyv's own form has 32 and drops the rest.
#[derive(Debug)]
pub struct Wide;

/// A target with a wider `usize` does not exist: these casts keep every bit.
macro_rules! wide {
    ($($native:ty, $wide:ty, $archived:ty;)*) => { $(
        impl ArchiveWith<$native> for Wide {
            type Archived = $archived;
            type Resolver = ();

            #[inline]
            fn resolve_with(field: &$native, (): (), out: Place<$archived>) {
                (*field as $wide).resolve((), out);
            }
        }

        impl<S: Fallible + ?Sized> SerializeWith<$native, S> for Wide {
            #[inline]
            fn serialize_with(field: &$native, serializer: &mut S) -> Result<(), S::Error> {
                (*field as $wide).serialize(serializer)
            }
        }

        impl<D: Fallible<Error: rkyv::rancor::Source> + ?Sized> DeserializeWith<$archived, $native, D> for Wide {
            #[inline]
            fn deserialize_with(archived: &$archived, _: &mut D) -> Result<$native, D::Error> {
                use rkyv::rancor::ResultExt;

                <$native>::try_from(archived.to_native()).into_error()
            }
        }
    )* };
}

wide! {
    usize, u64, ArchivedU64;
    isize, i64, ArchivedI64;
}

/// Stands in for a field that the derive has refused, so that the refusal is the only error.
#[derive(Debug)]
pub struct Refused;

impl<F: ?Sized> ArchiveWith<F> for Refused {
    type Archived = ();
    type Resolver = ();

    fn resolve_with(_: &F, (): (), _: Place<()>) {}
}

impl<F: ?Sized, S: Fallible + ?Sized> SerializeWith<F, S> for Refused {
    fn serialize_with(_: &F, _: &mut S) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<F, D: Fallible + ?Sized> DeserializeWith<(), F, D> for Refused {
    fn deserialize_with((): &(), _: &mut D) -> Result<F, D::Error> {
        unreachable!("only programs that do not compile contain this")
    }
}

/// Stands in the schema for an archived type that is not described: only its size and its alignment are.
#[derive(Debug)]
#[repr(transparent)]
pub struct Opaque<A>(A);

impl<A: 'static> Reflect for Opaque<A> {
    fn shape() -> Shape {
        Shape::Leaf { name: "opaque" }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }

    fn same(&self, _: &Self) -> bool {
        true
    }

    // Values are never of this type: `Asked` looks at those that are opaque.
    fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
        true
    }
}

/// An opaque field. The derive refuses maps and sets that it recognizes; one behind an alias has an archived type that can
/// tell whether it is sound, and so is asked.
#[derive(Debug)]
pub struct Asked<'a, A>(pub &'a A);

impl<A: Reflect> Asked<'_, A> {
    /// Found before [`Unasked`]'s wherever it applies, for that is one reference further away.
    #[doc(hidden)]
    #[inline]
    pub fn __is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        self.0.is_sound(archive)
    }
}

/// What stands in for [`Asked`] where the archived type says nothing of itself. `#[speculo(opaque)]` says what that leaves
/// to its user.
pub trait Unasked {
    #[doc(hidden)]
    #[inline]
    fn __is_sound(&self, _: &mut Soundness<'_>) -> bool {
        true
    }
}

impl<A> Unasked for &Asked<'_, A> {}
