//! A value, looked at where it lies.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::time::Duration;

use super::bytes::Bytes;
use super::content::{Content, Record, Uuid};
use super::error::DecodeError;
use super::form::{Form, Type};
use super::items::{Entries, Items};
use super::places::Places;

/// Pointers lead this deep at most, as in validation.
const MAX_POINTERS: u16 = 512;
/// Fields and elements lie in each other this deep at most. Whoever prints them recurses, and needs up to 3 KiB of stack
/// for each where nothing is optimized: together less than the 2 MiB that a thread has.
const MAX_LEVELS: u16 = 640;

/// A value, or a part of one, of a type that this program need not know: borrowed, and small.
///
/// [`content`](Self::content) tells what it is. `Serialize` and `Debug` print all of it, by the rules of the
/// [module](super).
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(super) types: &'a Vec<Type>,
    pub(super) bytes: Bytes<'a>,
    pub(super) ty: &'a Type,
    /// Where it begins. All of its `ty.size` bytes are there.
    pub(super) at: usize,
    /// What it lies in.
    levels: u16,
    /// What it lies behind.
    pointers: u16,
}

impl<'a> Value<'a> {
    pub(super) fn root(types: &'a Vec<Type>, bytes: Bytes<'a>) -> Result<Self, DecodeError> {
        let ty = types.first().ok_or(DecodeError::Untyped)?;
        let at = bytes.len().checked_sub(ty.size).ok_or_else(|| DecodeError::Damaged {
            name: ty.name.clone(),
            at: 0,
            what: "takes more bytes than there are",
        })?;
        Self { types, bytes, ty, at, levels: 0, pointers: 0 }.behind_pointers()
    }

    /// The name of its type, as Rust calls it, without path and parameters. Pointers (`Box`, `Rc`, `Arc`) are not seen:
    /// what they lead to is.
    #[must_use]
    pub fn type_name(&self) -> &'a str {
        &self.ty.name
    }

    /// What it is.
    ///
    /// Takes a few steps, but for a text, which is checked to be one.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Damaged`], or [`DecodeError::TooDeep`].
    pub fn content(&self) -> Result<Content<'a>, DecodeError> {
        Ok(match &self.ty.form {
            Form::Unit => Content::Unit,
            Form::Unknown => Content::Unknown,
            Form::Bool => match self.within(Bytes::u8, 0)? {
                0 => Content::Bool(false),
                1 => Content::Bool(true),
                _ => return Err(self.damaged("is neither true nor false")),
            },
            Form::Char => {
                let char = char::from_u32(self.within(Bytes::u32, 0)?);
                Content::Char(char.ok_or_else(|| self.damaged("is no character"))?)
            }
            Form::Unsigned => Content::Unsigned(self.unsigned()?),
            Form::Signed => Content::Signed(self.signed()?),
            Form::Float => match self.ty.size {
                4 => Content::F32(f32::from_bits(self.within(Bytes::u32, 0)?)),
                _ => Content::F64(f64::from_bits(self.within(Bytes::u64, 0)?)),
            },
            Form::Text => self.text(self.text_bytes()?)?,
            Form::TextBehind => self.text(self.behind()?)?,
            Form::BytesBehind => match self.behind()? {
                [bytes @ .., 0] => Content::Bytes(bytes),
                _ => return Err(self.damaged("does not end with a zero")),
            },
            Form::Duration => {
                let (secs, nanos) = (self.within(Bytes::u64, 0)?, self.within(Bytes::u32, 8)?);
                if nanos >= 1_000_000_000 {
                    return Err(self.damaged("has more than a second of nanoseconds"));
                }
                Content::Time(Duration::new(secs, nanos))
            }
            Form::Uuid => Content::Uuid(Uuid(self.within(Bytes::array::<16>, 0)?)),
            Form::Ip4 => Content::Ip(self.ip4(0)?.into()),
            Form::Ip6 => Content::Ip(self.ip6(0)?.into()),
            Form::Ip => Content::Ip(match self.tag()? {
                0 => self.ip4(1)?.into(),
                _ => self.ip6(1)?.into(),
            }),
            Form::Socket4 => Content::Socket(self.socket4(0)?),
            Form::Socket6 => Content::Socket(self.socket6(0)?),
            Form::Socket => Content::Socket(match self.tag()? {
                0 => self.socket4(2)?,
                _ => self.socket6(4)?,
            }),
            Form::Behind(_) => return Err(self.damaged("was not followed")),
            Form::List(part) => {
                let (start, len) = (self.follow(0)?, self.within(Bytes::length, 4)?);
                Content::List(Items::new(*self, *part, Places::row(self, *part, start, len)?))
            }
            Form::Array(part, len) => {
                Content::List(Items::new(*self, *part, Places::row(self, *part, self.at, *len)?))
            }
            Form::Tuple(fields) => Content::Tuple(Record::tuple(*self, fields)),
            Form::Option(field) => Content::Maybe(match self.tag()? {
                0 => None,
                // No level: an option takes more room than what it holds, so it cannot lie in itself.
                _ => Some(self.other(field.ty, self.at.saturating_add(field.at))?.behind_pointers()?),
            }),
            Form::Struct(record) => Content::Struct(&self.ty.name, Record::new(*self, record)),
            Form::Enum(variants) => {
                let tag = self.within(Bytes::u8, 0)?;
                let variant = variants.iter().find(|variant| variant.tag == tag);
                let variant = variant.ok_or_else(|| self.damaged("is none of its variants"))?;
                Content::Enum(&variant.name, Record::new(*self, &variant.record))
            }
            Form::Set(table) => Content::Set(Items::new(*self, table.key, Places::table(self, table.order)?)),
            Form::Map { table, named } => {
                Content::Map(Entries::new(*self, table, *named, Places::table(self, table.order)?))
            }
        })
    }

    /// A part of it; behind pointers, if that is what the part is.
    pub(super) fn part(&self, ty: u32, at: usize) -> Result<Self, DecodeError> {
        if self.levels == MAX_LEVELS {
            return Err(DecodeError::TooDeep { limit: MAX_LEVELS.into() });
        }
        Self { levels: self.levels + 1, ..self.other(ty, at)? }.behind_pointers()
    }

    /// What `Box`, `Rc` and `Arc` lead to: nobody sees these.
    fn behind_pointers(mut self) -> Result<Self, DecodeError> {
        while let Form::Behind(to) = self.ty.form {
            if self.pointers == MAX_POINTERS {
                return Err(DecodeError::TooDeep { limit: MAX_POINTERS.into() });
            }
            self = Self { pointers: self.pointers + 1, ..self.other(to, self.follow(0)?)? };
        }
        Ok(self)
    }

    /// Another value of the same payload, as deep as this one.
    fn other(&self, ty: u32, at: usize) -> Result<Self, DecodeError> {
        let ty = usize::try_from(ty).ok().and_then(|ty| self.types.get(ty));
        let ty = ty.ok_or_else(|| self.damaged("has a part of no type"))?;
        if self.bytes.slice(at, ty.size).is_none() {
            return Err(self.damaged("has a part outside of the payload"));
        }
        Ok(Self { ty, at, ..*self })
    }

    pub(super) fn field(&self, field: &super::form::Field) -> Result<Self, DecodeError> {
        self.part(field.ty, self.at.saturating_add(field.at))
    }

    /// How many values it lies in.
    pub(super) fn levels(&self) -> usize {
        self.levels.into()
    }

    pub(super) fn damaged(&self, what: &'static str) -> DecodeError {
        DecodeError::Damaged { name: self.ty.name.clone(), at: self.at, what }
    }

    pub(super) fn within<T>(
        &self,
        read: impl FnOnce(Bytes<'a>, usize) -> Option<T>,
        at: usize,
    ) -> Result<T, DecodeError> {
        read(self.bytes, self.at + at).ok_or_else(|| self.damaged("reaches outside of the payload"))
    }

    /// Where its pointer at `at` leads to.
    pub(super) fn follow(&self, at: usize) -> Result<usize, DecodeError> {
        self.within(|bytes, at| bytes.follow(at, at), at)
    }

    /// The tag of one of two.
    fn tag(&self) -> Result<u8, DecodeError> {
        match self.within(Bytes::u8, 0)? {
            tag @ (0 | 1) => Ok(tag),
            _ => Err(self.damaged("is neither of its two forms")),
        }
    }

    fn unsigned(&self) -> Result<u128, DecodeError> {
        let bytes = self.within(|bytes, at| bytes.slice(at, self.ty.size), 0)?;
        let mut number = [0; 16];
        number.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(u128::from_le_bytes(number))
    }

    fn signed(&self) -> Result<i128, DecodeError> {
        // Its sign is the top bit of its own width.
        let unused = 128 - 8 * self.ty.size.min(16);
        Ok((self.unsigned()?.cast_signed() << unused) >> unused)
    }

    fn text(&self, bytes: &'a [u8]) -> Result<Content<'a>, DecodeError> {
        let text = core::str::from_utf8(bytes).map_err(|_| self.damaged("is not UTF-8"))?;
        Ok(Content::Text(text))
    }

    /// The bytes of a `String`: in its own eight, up to the first `0xff`, unless these say where they are.
    fn text_bytes(&self) -> Result<&'a [u8], DecodeError> {
        const INLINE: usize = 8;
        let inline = self.within(|bytes, at| bytes.slice(at, INLINE), 0)?;
        if inline.first().is_some_and(|first| first & 0xc0 != 0x80) {
            return Ok(inline.split(|byte| *byte == 0xff).next().unwrap_or_default());
        }
        // The low byte's top two bits say that it is not inline, and are no part of the length.
        let word = self.within(Bytes::length, 0)?;
        let len = (word & 0x3f) | ((word & !0xff) >> 2);
        self.within(|bytes, at| bytes.slice(bytes.follow(at + 4, at)?, len), 0)
    }

    /// The bytes behind a pointer with a length.
    fn behind(&self) -> Result<&'a [u8], DecodeError> {
        let len = self.within(Bytes::length, 4)?;
        self.within(|bytes, at| bytes.slice(bytes.follow(at, at)?, len), 0)
    }

    fn ip4(&self, at: usize) -> Result<Ipv4Addr, DecodeError> {
        Ok(Ipv4Addr::from(self.within(Bytes::array::<4>, at)?))
    }

    fn ip6(&self, at: usize) -> Result<Ipv6Addr, DecodeError> {
        Ok(Ipv6Addr::from(self.within(Bytes::array::<16>, at)?))
    }

    fn socket4(&self, at: usize) -> Result<SocketAddr, DecodeError> {
        Ok(SocketAddrV4::new(self.ip4(at)?, self.within(Bytes::u16, at + 4)?).into())
    }

    fn socket6(&self, at: usize) -> Result<SocketAddr, DecodeError> {
        let (port, flow) = (self.within(Bytes::u16, at + 16)?, self.within(Bytes::u32, at + 20)?);
        Ok(SocketAddrV6::new(self.ip6(at)?, port, flow, self.within(Bytes::u32, at + 24)?).into())
    }
}
