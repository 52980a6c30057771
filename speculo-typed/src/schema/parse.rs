//! From a descriptor, which nobody vouches for, to tables whose indices are known to be valid.

use super::write::{MAGIC, MAX_TEXT, VERSION};
use crate::reflect::Style;

/// More types than this describe nothing that a person wrote.
const MAX_TYPES: usize = 1 << 16;

/// A descriptor, parsed. Every type index lies within `types`, which is not empty.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub format: &'a str,
    pub facts: [u8; 4],
    pub kind: u8,
    pub key: Vec<&'a str>,
    pub types: Vec<Type<'a>>,
}

#[derive(Debug)]
pub(crate) struct Type<'a> {
    pub size: u32,
    pub align: u8,
    pub name: &'a str,
    pub shape: Shape<'a>,
}

#[derive(Debug)]
pub(crate) enum Shape<'a> {
    Leaf,
    Container { len: u64, parts: Vec<u32> },
    Struct(Record<'a>),
    Enum(Vec<Variant<'a>>),
}

/// The fields of a struct or of a variant.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub style: Style,
    pub fields: Vec<Field<'a>>,
}

#[derive(Debug)]
pub(crate) struct Field<'a> {
    pub name: &'a str,
    pub offset: u32,
    pub ty: u32,
}

#[derive(Debug)]
pub(crate) struct Variant<'a> {
    pub name: &'a str,
    pub tag: u8,
    pub record: Record<'a>,
}

/// `None` for anything but a well-formed descriptor, in time and memory linear in its length.
pub(crate) fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    let mut reader = Reader { rest: bytes };
    if reader.take::<4>()? != MAGIC || reader.u8()? != VERSION {
        return None;
    }
    let format = reader.text()?;
    let facts = reader.take()?;
    let kind = reader.u8()?;
    let key = reader.many(Reader::text)?;
    let count = usize::try_from(reader.u32()?).ok().filter(|count| (1..=MAX_TYPES).contains(count))?;
    let mut types = Vec::new();
    for _ in 0..count {
        types.push(reader.one_type(count)?);
    }
    reader.rest.is_empty().then_some(Parsed { format, facts, kind, key, types })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// Texts end up in error messages: control characters, which could forge other lines, are refused.
    fn text(&mut self) -> Option<&'a str> {
        let len = usize::from(self.u16()?);
        let (text, rest) = self.rest.split_at_checked(len).filter(|_| len <= MAX_TEXT)?;
        self.rest = rest;
        core::str::from_utf8(text).ok().filter(|text| !text.contains(char::is_control))
    }

    /// A count and as many items. Grows with what was read, never ahead of it by a claimed count.
    fn many<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u16()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    fn index(&mut self, types: usize) -> Option<u32> {
        self.u32().filter(|index| usize::try_from(*index).is_ok_and(|index| index < types))
    }

    fn field(&mut self, types: usize) -> Option<Field<'a>> {
        Some(Field { name: self.text()?, offset: self.u32()?, ty: self.index(types)? })
    }

    fn record(&mut self, types: usize) -> Option<Record<'a>> {
        let style = match self.u8()? {
            0 => Style::Unit,
            1 => Style::Tuple,
            2 => Style::Named,
            _ => return None,
        };
        Some(Record { style, fields: self.many(|reader| reader.field(types))? })
    }

    fn one_type(&mut self, types: usize) -> Option<Type<'a>> {
        let tag = self.u8()?;
        let size = self.u32()?;
        let align = self.u8()?;
        let name = self.text()?;
        let shape = match tag {
            0 => Shape::Leaf,
            1 => Shape::Container {
                len: self.take().map(u64::from_le_bytes)?,
                parts: self.many(|reader| reader.index(types))?,
            },
            2 => Shape::Struct(self.record(types)?),
            3 => Shape::Enum(self.many(|reader| {
                Some(Variant { name: reader.text()?, tag: reader.u8()?, record: reader.record(types)? })
            })?),
            _ => return None,
        };
        Some(Type { size, align, name, shape })
    }
}

/// The type with this index.
pub(crate) fn type_at<'t, 'a>(types: &'t [Type<'a>], index: u32) -> Option<&'t Type<'a>> {
    types.get(usize::try_from(index).ok()?)
}
