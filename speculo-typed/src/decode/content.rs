//! What a value can be.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::error::DecodeError;
use super::form;
use super::items::{Entries, Items};
use super::value::Value;
use crate::reflect::Style;

/// What a [`Value`] is. Parts are values again.
// No variant is named as a type of the prelude: compilers would write out the paths of both in their messages.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content<'a> {
    /// `()`, and other types of which there is one value only.
    Unit,
    /// A truth value.
    Bool(bool),
    /// An unsigned number of any width; [`Value::type_name`] tells which.
    Unsigned(u128),
    /// A signed number of any width.
    Signed(i128),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
    /// A character.
    Char(char),
    /// A text, behind whatever pointer.
    Text(&'a str),
    /// The bytes of a `CString`, without the final zero.
    Bytes(&'a [u8]),
    /// A span of time.
    Time(Duration),
    /// A `Uuid`.
    Uuid(Uuid),
    /// An address, of any of the three types.
    Ip(IpAddr),
    /// An address with a port, of any of the three types.
    Socket(SocketAddr),
    /// An `Option`.
    Maybe(Option<Value<'a>>),
    /// A vector, an array or a slice.
    List(Items<'a>),
    /// A set, in the order in which it lies in memory.
    Set(Items<'a>),
    /// A map, in the order in which it lies in memory.
    Map(Entries<'a>),
    /// A tuple.
    Tuple(Record<'a>),
    /// A struct: its name, and its fields.
    Struct(&'a str, Record<'a>),
    /// An enum, a `Result` or a `Bound`: the name of the variant, and what it holds.
    Enum(&'a str, Record<'a>),
    /// Of a type that this version cannot look into.
    Unknown,
}

/// The bytes of a `Uuid`, the first of them first; printed as `67e55044-10b1-426f-9247-bb680e5fe0c8`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Uuid(pub [u8; 16]);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The fields of a struct, a variant or a tuple.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub(super) of: Value<'a>,
    style: Style,
    pub(super) fields: &'a [form::Field],
}

impl<'a> Record<'a> {
    pub(super) fn new(of: Value<'a>, record: &'a form::Record) -> Self {
        Self { of, style: record.style, fields: &record.fields }
    }

    pub(super) fn tuple(of: Value<'a>, fields: &'a [form::Field]) -> Self {
        Self { of, style: Style::Tuple, fields }
    }

    /// How the fields are written.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The fields in order, with their names; numbers, in tuples.
    #[must_use]
    pub fn fields(
        &self,
    ) -> impl ExactSizeIterator<Item = (&'a str, Result<Value<'a>, DecodeError>)> + use<'a> {
        let of = self.of;
        self.fields.iter().map(move |field| (field.name.as_str(), of.field(field)))
    }

    /// The field of this name; a number, in tuples.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Result<Value<'a>, DecodeError>> {
        self.fields().find_map(|(field, value)| (field == name).then_some(value))
    }
}
