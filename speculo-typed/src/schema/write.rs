//! From a type to its descriptor.

use core::any::TypeId;
use std::collections::HashMap;

use rkyv::primitive::{ArchivedU32, ArchivedU64, ArchivedUsize};
use rkyv::rancor::Failure;
use rkyv::ser::writer::Buffer;

use crate::reflect::{Field, Shape, Style, TypeRef};
use speculo_core::Kind;

use crate::traits::Speculo;

pub(super) const MAGIC: [u8; 4] = *b"SPEC";
pub(super) const VERSION: u8 = 1;
pub(super) const MAX_TEXT: usize = 1024;
pub(crate) const FORMAT: &str = "rkyv 0.8";

pub(super) fn descriptor<T: Speculo>() -> Vec<u8> {
    let mut out = Writer { bytes: Vec::with_capacity(512) };
    out.bytes.extend_from_slice(&MAGIC);
    out.bytes.push(VERSION);
    out.text(FORMAT);
    out.bytes.extend_from_slice(&[
        small(size_of::<ArchivedUsize>()),
        small(align_of::<ArchivedU32>()),
        small(align_of::<ArchivedU64>()),
        u8::from(big_endian()),
    ]);
    out.bytes.push(match T::KIND {
        Kind::Stream => 0,
        Kind::Keyed => 1,
        Kind::Singleton => 2,
    });
    out.count(T::__KEY_FIELDS.len());
    for field in T::__KEY_FIELDS {
        out.text(field);
    }
    out.all_types(TypeRef::of::<T::Archived>());
    out.bytes
}

/// Observed, not taken from our own features: another crate could have asked rkyv for another order.
fn big_endian() -> bool {
    let mut bytes = [0; 16];
    let one = rkyv::api::high::to_bytes_in::<_, Failure>(&1_u32, Buffer::from(&mut bytes));
    one.is_ok_and(|written| written.first() == Some(&0))
}

struct Writer {
    bytes: Vec<u8>,
}

/// The types that have been named, each told apart from the others by the program's own means.
#[derive(Default)]
struct Named {
    numbers: HashMap<TypeId, usize>,
    types: Vec<TypeRef>,
}

impl Named {
    fn number(&mut self, ty: TypeRef) -> usize {
        let next = self.types.len();
        *self.numbers.entry(ty.id()).or_insert_with(|| {
            self.types.push(ty);
            next
        })
    }
}

/// A type as it is written, but for the numbers of its parts.
struct Written {
    writer: Writer,
    /// Where the number of a part stands, and which part it is.
    parts: Vec<(usize, usize)>,
}

impl Writer {
    /// Types are numbered when they are first named, and written in that order; those that a schema cannot tell apart, as
    /// one: two of one name and form from different modules, or an `Rc` and an `Arc` of the same.
    fn all_types(&mut self, root: TypeRef) {
        let mut named = Named::default();
        named.number(root);
        let mut types = Vec::new();
        while let Some(ty) = named.types.get(types.len()).copied() {
            types.push(Written::of(ty, &mut named));
        }
        let numbers = alike(&types);
        let number = |part: usize| numbers.get(part).copied().unwrap_or_default();
        let mut count = 0;
        let begin = self.bytes.len();
        self.u32(0);
        for (at, ty) in types.into_iter().enumerate() {
            if number(at) < count {
                continue;
            }
            count += 1;
            let mut bytes = ty.writer.bytes;
            for (place, part) in ty.parts {
                put(&mut bytes, place, number(part));
            }
            self.bytes.extend_from_slice(&bytes);
        }
        put(&mut self.bytes, begin, count);
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&count.to_le_bytes());
    }

    /// Rust's identifiers are far shorter than this limit; a longer one is cut at a character.
    fn text(&mut self, text: &str) {
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

impl Written {
    fn of(ty: TypeRef, named: &mut Named) -> Self {
        let mut written = Self { writer: Writer { bytes: Vec::with_capacity(64) }, parts: Vec::new() };
        let shape = ty.shape();
        let (tag, name) = match shape {
            Shape::Leaf { name } => (0, name),
            Shape::Container { name, .. } => (1, name),
            Shape::Struct { name, .. } => (2, name),
            Shape::Enum { name, .. } => (3, name),
        };
        let out = &mut written.writer;
        out.bytes.push(tag);
        out.u32(wide(ty.size()));
        out.bytes.push(small(ty.align()));
        out.text(name);
        match shape {
            Shape::Leaf { .. } => {}
            Shape::Container { len, parts, .. } => {
                out.bytes.extend_from_slice(&len.to_le_bytes());
                out.count(parts.len());
                for part in parts {
                    written.part(part, named);
                }
            }
            Shape::Struct { style, fields, .. } => written.fields(style, &fields, named),
            Shape::Enum { variants, .. } => {
                out.count(variants.len());
                for variant in variants {
                    written.writer.text(variant.name);
                    written.writer.bytes.push(variant.tag);
                    written.fields(variant.style, &variant.fields, named);
                }
            }
        }
        written
    }

    fn fields(&mut self, style: Style, fields: &[Field], named: &mut Named) {
        self.writer.bytes.push(match style {
            Style::Unit => 0,
            Style::Tuple => 1,
            Style::Named => 2,
        });
        self.writer.count(fields.len());
        for field in fields {
            self.writer.text(field.name);
            self.writer.u32(wide(field.offset));
            self.part(field.ty, named);
        }
    }

    fn part(&mut self, ty: TypeRef, named: &mut Named) {
        self.parts.push((self.writer.bytes.len(), named.number(ty)));
        self.writer.u32(0);
    }
}

/// A number for each type, in order; those that are alike, with parts that are alike, have the same.
fn alike(types: &[Written]) -> Vec<u32> {
    let mut numbers = vec![0; types.len()];
    let mut count = 0;
    // All are taken to be alike, until they are seen to differ in themselves, then in their parts, and so on.
    loop {
        let mut known = HashMap::new();
        let next = types.iter().map(|ty| {
            let parts: Vec<_> = ty.parts.iter().map(|(_, part)| numbers.get(*part).copied()).collect();
            let number = wide(known.len());
            *known.entry((&ty.writer.bytes, parts)).or_insert(number)
        });
        numbers = next.collect();
        if known.len() == count {
            return numbers;
        }
        count = known.len();
    }
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(place) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = number.to_le_bytes();
    }
}

/// Sizes of archived types: below 1 GiB, as `Encoder` asserts.
fn wide(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Alignments: at most 16, as `Encoder` asserts.
fn small(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
