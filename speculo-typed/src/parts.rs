//! What `#[derive(Speculo)]` asks of the parts of a field's type, beside [`Field`].

use core::fmt::Debug;
use core::hash::Hash;

use rkyv::de::Pool;
use rkyv::rancor::{Failure, Strategy};
use rkyv::with::{ArchiveWith, DeserializeWith, SerializeWith};
use rkyv::{Archive, Serialize};

use crate::encode::Sink;
use crate::key::Key;
use crate::reflect::Reflect;
use crate::traits::{Checked, Field};

/// The key of a `HashMap` or an `IndexMap`, or an element of such a set.
pub trait HashedField: Field<Archived: Eq + Hash> + Eq + Hash {}

impl<T: Field<Archived: Eq + Hash> + Eq + Hash> HashedField for T {}

/// The key of a `BTreeMap`, or an element of a `BTreeSet`.
pub trait OrderedField: Field<Archived: Ord> + Ord {}

impl<T: Field<Archived: Ord> + Ord> OrderedField for T {}

/// Says in one error what [`HashedField`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a shared hash map or set",
    label = "it has to derive `Speculo`, `Hash` and `Eq`, and its archived form `Hash` and `Eq`",
    note = "write `#[derive(Speculo, Hash, PartialEq, Eq)]` and `#[speculo(derive(Hash, PartialEq, Eq))]` on `{Self}`"
)]
pub trait HashedPart {}

#[diagnostic::do_not_recommend]
impl<T: HashedField> HashedPart for T {}

/// Says in one error what [`OrderedField`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a shared `BTreeMap` or `BTreeSet`",
    label = "it has to derive `Speculo` and `Ord`, and its archived form `Ord`",
    note = "write `#[derive(Speculo, PartialEq, Eq, PartialOrd, Ord)]` and `#[speculo(derive(PartialEq, Eq, PartialOrd, Ord))]` on `{Self}`"
)]
pub trait OrderedPart {}

#[diagnostic::do_not_recommend]
impl<T: OrderedField> OrderedPart for T {}

/// What may stand behind an `Rc` or an `Arc`: a type whose archived form is that of no other.
///
/// Where two pointers of an archive lead to one place, validation sees to it that they have one archived type. When they are made into
/// originals again, rkyv's [`Pool`] knows the place alone, and gives the second one what it has made for the first: so they must
/// have one original, too. Types that derive `Speculo` have archived types of their own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand behind a shared `Rc` or `Arc`",
    label = "it cannot be told apart from other types with the same archived form",
    note = "use `Vec` for other lists, `String` for other texts, and the maps and sets of std with their own hasher",
    note = "or put it into a struct that derives `Speculo`, and that behind the pointer"
)]
pub trait Original {}

/// What a field with `#[speculo(opaque)]` needs: a [`Field`] that cannot describe itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between processes, not even as an opaque field",
    label = "`{Self}` has no form that other processes can read",
    note = "if `{Self}` is yours, add `#[derive(Speculo)]` to it",
    note = "if it is from another crate, that must implement rkyv's `Archive`, `Serialize` and `Deserialize` for it",
    note = "if it does not, `#[rkyv(with = …)]` on the field gives it a form: see `speculo_typed::with`"
)]
pub trait OpaqueField:
    Archive<
        Archived: rkyv::Portable + Send + Sync + Checked + rkyv::Deserialize<Self, Strategy<Pool, Failure>>,
    > + for<'a> Serialize<Sink<'a>>
    + Sized
    + 'static
{
}

#[diagnostic::do_not_recommend]
impl<T> OpaqueField for T where
    T: Archive<
            Archived: rkyv::Portable
                          + Send
                          + Sync
                          + Checked
                          + rkyv::Deserialize<Self, Strategy<Pool, Failure>>,
        > + for<'a> Serialize<Sink<'a>>
        + 'static
{
}

/// What `#[speculo(external)]` says of a type.
#[diagnostic::on_unimplemented(
    message = "`external` is for types that derive rkyv's traits, and `{Self}` does not",
    label = "rkyv's own derives are missing",
    note = "add `#[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]` to `{Self}`, or remove `external`"
)]
pub trait External {}

#[diagnostic::do_not_recommend]
impl<T: Archive> External for T {}

/// What a field with `#[rkyv(with = …)]` needs of its wrapper.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not for fields of type `{F}`",
    label = "not a wrapper for `{F}`",
    note = "the wrappers in `speculo_typed::with` say which types they are for; write another one, or none",
    note = "for what is in an `Option` or a `Vec`, write `speculo_typed::with::Map<…>` around the wrapper"
)]
pub trait FieldWrapper<F>:
    ArchiveWith<F, Archived: Send + Sync + Checked>
    + for<'a> SerializeWith<F, Sink<'a>>
    + DeserializeWith<<Self as ArchiveWith<F>>::Archived, F, Strategy<Pool, Failure>>
{
}

#[diagnostic::do_not_recommend]
impl<F, W> FieldWrapper<F> for W where
    W: ArchiveWith<F, Archived: Send + Sync + Checked>
        + for<'a> SerializeWith<F, Sink<'a>>
        + DeserializeWith<<Self as ArchiveWith<F>>::Archived, F, Strategy<Pool, Failure>>
{
}

/// What it needs if it is not `#[speculo(opaque)]`, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not for fields of type `{F}`",
    label = "not a wrapper for `{F}`",
    note = "the wrappers in `speculo_typed::with` say which types they are for; write another one, or none",
    note = "for what is in an `Option` or a `Vec`, write `speculo_typed::with::Map<…>` around the wrapper"
)]
pub trait FieldWith<F>: FieldWrapper<F> + ArchiveWith<F, Archived: Reflect> {}

#[diagnostic::do_not_recommend]
impl<F, W> FieldWith<F> for W where W: FieldWrapper<F> + ArchiveWith<F, Archived: Reflect> {}

/// Says in one error what a [`Key`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a type that keys can have",
    note = "keys are integers, `bool`, `char`, `String`, `Vec<u8>`, `[u8; N]` and tuples of these",
    note = "an enum without fields, or a struct of keys, becomes a key by `#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]`"
)]
pub trait KeyPart {}

#[diagnostic::do_not_recommend]
impl<T: Key> KeyPart for T {}

/// Says in one error what `#[derive(SpeculoKey)]` needs beside itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key yet",
    label = "a key also has to be `Clone`, `Debug` and `Eq`",
    note = "add `#[derive(Debug, Clone, PartialEq, Eq)]` to `{Self}`"
)]
pub trait KeyTraits {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Debug + Eq> KeyTraits for T {}

/// `T` itself, in a form of which the compiler does not ask, where it stands in a bound, whether the bound holds.
///
/// rkyv's impls need bounds as `Lock: Serialize<S>`. Where such a bound is wrong, `Lock: Field` has been asked for and
/// refused: rkyv's words on it would tell nothing new.
pub type Unasked<T> = <T as Itself<fn(&())>>::Itself;

/// What [`Unasked`] rests on: bounds that mention a lifetime of their own, as that function's, are not asked about.
pub trait Itself<L> {
    /// `Self`.
    type Itself: ?Sized;
}

impl<T: ?Sized, L> Itself<L> for T {
    type Itself = T;
}
