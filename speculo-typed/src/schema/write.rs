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
    let mut out = Writer { bytes: Vec::with_capacity(512), numbers: HashMap::new(), types: Vec::new() };
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
    numbers: HashMap<TypeId, u32>,
    types: Vec<TypeRef>,
}

impl Writer {
    /// Types are numbered when they are first named, and written in that order.
    fn all_types(&mut self, root: TypeRef) {
        let count_at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        self.number(root);
        let mut next = 0;
        while let Some(ty) = self.types.get(next).copied() {
            self.one_type(ty);
            next += 1;
        }
        if let Some(count) = self.bytes.get_mut(count_at..count_at + 4) {
            count.copy_from_slice(&wide(next).to_le_bytes());
        }
    }

    fn number(&mut self, ty: TypeRef) -> u32 {
        let next = wide(self.types.len());
        *self.numbers.entry(ty.id()).or_insert_with(|| {
            self.types.push(ty);
            next
        })
    }

    fn one_type(&mut self, ty: TypeRef) {
        let shape = ty.shape();
        let (tag, name) = match shape {
            Shape::Leaf { name } => (0, name),
            Shape::Container { name, .. } => (1, name),
            Shape::Struct { name, .. } => (2, name),
            Shape::Enum { name, .. } => (3, name),
        };
        self.bytes.push(tag);
        self.u32(wide(ty.size()));
        self.bytes.push(small(ty.align()));
        self.text(name);
        match shape {
            Shape::Leaf { .. } => {}
            Shape::Container { len, parts, .. } => {
                self.bytes.extend_from_slice(&len.to_le_bytes());
                self.count(parts.len());
                for part in parts {
                    let number = self.number(part);
                    self.u32(number);
                }
            }
            Shape::Struct { style, fields, .. } => self.fields(style, &fields),
            Shape::Enum { variants, .. } => {
                self.count(variants.len());
                for variant in variants {
                    self.text(variant.name);
                    self.bytes.push(variant.tag);
                    self.fields(variant.style, &variant.fields);
                }
            }
        }
    }

    fn fields(&mut self, style: Style, fields: &[Field]) {
        self.bytes.push(match style {
            Style::Unit => 0,
            Style::Tuple => 1,
            Style::Named => 2,
        });
        self.count(fields.len());
        for field in fields {
            self.text(field.name);
            self.u32(wide(field.offset));
            let number = self.number(field.ty);
            self.u32(number);
        }
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

/// Sizes of archived types: below 1 GiB, as `Encoder` asserts.
fn wide(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Alignments: at most 16, as `Encoder` asserts.
fn small(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
