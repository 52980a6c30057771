//! What a type must be to be shared.

use core::fmt::Debug;

use rkyv::bytecheck::CheckBytes;
use rkyv::de::Pool;
use rkyv::rancor::{BoxedError, Failure, Strategy};
use rkyv::{Archive, Deserialize, Portable, Serialize};

use speculo_core::Kind;

use crate::access::Validator;
use crate::encode::Sink;
use crate::key::{Key, KeyBuf};
use crate::reflect::Reflect;

/// What checks archives, as rkyv's traits want it named.
pub type Checker<'a, E> = Strategy<Validator<'a>, E>;

/// What every archived type is: checked, with an explanation or without.
///
/// All bounds on archived types ask for it by this name. Where two of them, of a `String` and of a `PathBuf` archived as one,
/// each brought a `for<'a>` of its own, the compiler would not know which to use.
pub trait Checked:
    for<'a> CheckBytes<Checker<'a, Failure>> + for<'a> CheckBytes<Checker<'a, BoxedError>>
{
}

#[diagnostic::do_not_recommend]
impl<A> Checked for A where
    A: for<'a> CheckBytes<Checker<'a, Failure>> + for<'a> CheckBytes<Checker<'a, BoxedError>>
{
}

/// A type that can be part of a shared value.
///
/// Implemented for the types of the standard library that have a portable form, and for every type with
/// `#[derive(Speculo)]`. `usize` and `isize` have none, as their size differs between machines: the derive
/// widens them to 64 bits where they are fields, and anything else takes `u64`.
///
/// A field of a type from another crate gets by without this trait if it says
/// `#[rkyv(with = …)]`; `speculo_typed::with::Identity` stands for "as it is". That also is for a type of one's own that
/// shares its name with one of the standard library, and is taken for that: a `Mutex`, say, or a `HashMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between processes",
    label = "`{Self}` has no form that other processes can read",
    note = "if `{Self}` is yours, add `#[derive(Speculo)]` to it, and `#[speculo(external)]` if it derives rkyv's traits itself",
    note = "if it is not yours, a feature of `speculo-typed` may add it, as `uuid` or `bytes` do, or `#[rkyv(with = …)]` on the field gives it a form: see `speculo_typed::with`",
    note = "if it is a reference, write what it refers to; for `usize` or `isize`, which differ between machines, `u64` or `i64`; for `Instant`, `SystemTime` and `AsUnixTime`"
)]
pub trait Field:
    Archive<
        Archived: Portable
                      + Reflect
                      + Send
                      + Sync
                      // Not its two bounds themselves: it says why.
                      + Checked
                      + Deserialize<Self, Strategy<Pool, Failure>>,
    > + for<'a> Serialize<Sink<'a>>
    + Sized
    + 'static
{
}

/// A type that can be shared between processes: `#[derive(Speculo)]` on a plain struct or enum.
///
/// This is the one bound that generic code needs.
///
/// ```
/// use speculo_typed::{Archived, Kind, Speculo};
///
/// #[derive(Speculo)]
/// struct Door {
///     #[speculo(key)]
///     id: u32,
///     open: bool,
///     label: String,
/// }
///
/// assert_eq!(Door::KIND, Kind::Keyed);
///
/// fn describe<T: Speculo>(value: &Archived<T>) -> String {
///     format!("{value:?}")
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared: `Speculo` is not derived",
    label = "not a type that processes can share",
    note = "add `#[derive(Speculo)]` to `{Self}` or, if that is a container, to what it contains",
    note = "if `{Self}` is a type parameter, add the bound `{Self}: Speculo`",
    note = "if it is an archived type, name the original: `Door`, not `ArchivedDoor`"
)]
pub trait Speculo: Field + Archive<Archived: Debug> {
    /// How values of this type replace each other.
    const KIND: Kind;

    /// The names of the key's fields, in the order of the key.
    #[doc(hidden)]
    const __KEY_FIELDS: &'static [&'static str] = &[];

    /// Appends the canonical bytes of this value's key; nothing for types without one.
    #[doc(hidden)]
    #[inline]
    fn __encode_key(&self, _out: &mut KeyBuf) {}
}

/// A type whose values are told apart by a key: `#[speculo(key)]` on one or more fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no key",
    label = "values of this type are not looked up by key",
    note = "add `#[speculo(key)]` to the field of `{Self}` that tells its values apart",
    note = "without a key, a stream is read with `recv()`, and a singleton with `latest()`"
)]
pub trait Keyed: Speculo {
    /// The type of the key field; a tuple, in the order of the declaration, if there are several.
    type Key: Key;
}

/// A type of which an area holds one value, replaced by the next: `#[speculo(singleton)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a singleton",
    label = "an area holds many values of this type",
    note = "add `#[speculo(singleton)]` to `{Self}` if an area should hold one value of it",
    note = "without that, `get(key)` reads a keyed type, and `recv()` a stream"
)]
pub trait Singleton: Speculo {}

/// A type whose values are messages, one after the other: neither keys nor `#[speculo(singleton)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stream of messages",
    label = "a value of this type replaces another one",
    note = "`publish()` replaces it, `get(key)` reads it (`latest()` if it is a singleton), and `view()` has all values",
    note = "a stream has neither `#[speculo(key)]` nor `#[speculo(singleton)]`"
)]
pub trait Stream: Speculo {}
