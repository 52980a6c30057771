//! Types of other crates, each with the feature that has its crate's name.

#[cfg(feature = "uuid")]
use core::fmt;

use speculo_core::Kind;

#[cfg(feature = "uuid")]
use super::{Reflect, Shape, Soundness};
#[cfg(feature = "uuid")]
use crate::key::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};
use crate::traits::{Field, Speculo, Stream};

/// Archived as a `Vec<u8>`, and one in the schema.
#[cfg(feature = "bytes")]
#[diagnostic::do_not_recommend]
impl Field for bytes::Bytes {}

#[cfg(feature = "bytes")]
#[diagnostic::do_not_recommend]
impl Speculo for bytes::Bytes {
    const KIND: Kind = Kind::Stream;
}

#[cfg(feature = "bytes")]
#[diagnostic::do_not_recommend]
impl Stream for bytes::Bytes {}

/// Archived as a `Vec`, and one in the schema: how many elements find room in it is no matter of other processes.
#[cfg(feature = "smallvec")]
#[diagnostic::do_not_recommend]
impl<A: smallvec::Array<Item: Field> + 'static> Field for smallvec::SmallVec<A> {}

#[cfg(feature = "smallvec")]
#[diagnostic::do_not_recommend]
impl<A: smallvec::Array<Item: Speculo> + 'static> Speculo for smallvec::SmallVec<A> {
    const KIND: Kind = Kind::Stream;
}

#[cfg(feature = "smallvec")]
#[diagnostic::do_not_recommend]
impl<A: smallvec::Array<Item: Speculo> + 'static> Stream for smallvec::SmallVec<A> {}

#[cfg(feature = "uuid")]
#[diagnostic::do_not_recommend]
impl Field for uuid::Uuid {}

#[cfg(feature = "uuid")]
#[diagnostic::do_not_recommend]
impl Speculo for uuid::Uuid {
    const KIND: Kind = Kind::Stream;
}

#[cfg(feature = "uuid")]
#[diagnostic::do_not_recommend]
impl Stream for uuid::Uuid {}

/// Its own archive.
#[cfg(feature = "uuid")]
impl Reflect for uuid::Uuid {
    const IS_LEAF: bool = true;

    fn shape() -> Shape {
        Shape::Leaf { name: "Uuid" }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    #[inline]
    fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
        true
    }
}

/// The 16 bytes, which is the key that they are as a `[u8; 16]`.
#[cfg(feature = "uuid")]
impl Key for uuid::Uuid {
    #[inline]
    fn encode(&self, out: &mut KeyBuf) {
        self.as_bytes().encode(out);
    }

    #[inline]
    fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        <[u8; 16]>::decode(reader).map(Self::from_bytes)
    }

    #[inline]
    fn encode_part(&self, out: &mut KeyBuf) {
        self.as_bytes().encode_part(out);
    }

    #[inline]
    fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        <[u8; 16]>::decode_part(reader).map(Self::from_bytes)
    }
}

#[cfg(feature = "uuid")]
#[diagnostic::do_not_recommend]
impl Lookup<Self> for uuid::Uuid {
    #[inline]
    fn encode_lookup(&self, out: &mut KeyBuf) {
        self.encode(out);
    }

    #[inline]
    fn encode_lookup_part(&self, out: &mut KeyBuf) {
        self.encode_part(out);
    }
}
