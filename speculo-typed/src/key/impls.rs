//! Keys of the standard library, and what looks them up.

use std::borrow::Cow;

use rkyv::primitive as archived;
use rkyv::string::ArchivedString;
use rkyv::vec::ArchivedVec;

use super::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};

/// A key of fixed length: the same bytes whether others follow or not.
///
/// No look-up is recommended, here and below: who has a wrong type learns nothing from a list of others.
macro_rules! fixed {
    ($($key:ty, $this:ident => $bytes:expr, $array:ident => $value:expr, also $($other:ty)*;)*) => { $(
        impl Key for $key {
            #[inline]
            fn encode(&self, out: &mut KeyBuf) {
                let $this = *self;
                out.push(&$bytes);
            }

            #[inline]
            fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                let $array = reader.take()?;
                $value
            }

            #[inline]
            fn encode_part(&self, out: &mut KeyBuf) {
                self.encode(out);
            }

            #[inline]
            fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                Self::decode(reader)
            }
        }

        #[diagnostic::do_not_recommend]
        impl Lookup<$key> for $key {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                self.encode(out);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                self.encode(out);
            }
        }

        $(#[diagnostic::do_not_recommend]
        impl Lookup<$key> for $other {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                let $this = self.to_native();
                out.push(&$bytes);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                Lookup::<$key>::encode_lookup(self, out);
            }
        })*
    )* };
}

fixed! {
    u8, it => it.to_be_bytes(), at => Ok(Self::from_be_bytes(at)), also;
    u16, it => it.to_be_bytes(), at => Ok(Self::from_be_bytes(at)), also archived::ArchivedU16;
    u32, it => it.to_be_bytes(), at => Ok(Self::from_be_bytes(at)), also archived::ArchivedU32;
    u64, it => it.to_be_bytes(), at => Ok(Self::from_be_bytes(at)), also archived::ArchivedU64;
    u128, it => it.to_be_bytes(), at => Ok(Self::from_be_bytes(at)), also archived::ArchivedU128;
    i8, it => (it ^ Self::MIN).to_be_bytes(), at => Ok(Self::from_be_bytes(at) ^ Self::MIN), also;
    i16, it => (it ^ i16::MIN).to_be_bytes(), at => Ok(Self::from_be_bytes(at) ^ Self::MIN), also archived::ArchivedI16;
    i32, it => (it ^ i32::MIN).to_be_bytes(), at => Ok(Self::from_be_bytes(at) ^ Self::MIN), also archived::ArchivedI32;
    i64, it => (it ^ i64::MIN).to_be_bytes(), at => Ok(Self::from_be_bytes(at) ^ Self::MIN), also archived::ArchivedI64;
    i128, it => (it ^ i128::MIN).to_be_bytes(), at => Ok(Self::from_be_bytes(at) ^ Self::MIN), also archived::ArchivedI128;
    bool, it => [u8::from(it)], at => decode_bool(at), also;
    char, it => u32::from(it).to_be_bytes(),
        at => Self::from_u32(u32::from_be_bytes(at)).ok_or(KeyDecodeError::Invalid), also archived::ArchivedChar;
    usize, it => wide(it).to_be_bytes(),
        at => Self::try_from(u64::from_be_bytes(at)).map_err(|_| KeyDecodeError::Invalid), also;
    isize, it => (wide_signed(it) ^ i64::MIN).to_be_bytes(),
        at => Self::try_from(i64::from_be_bytes(at) ^ i64::MIN).map_err(|_| KeyDecodeError::Invalid), also;
}

fn decode_bool(bytes: [u8; 1]) -> Result<bool, KeyDecodeError> {
    match bytes {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(KeyDecodeError::Invalid),
    }
}

/// No target has a wider `usize`; a lossless `From` does not exist all the same.
#[inline]
fn wide(value: usize) -> u64 {
    value as u64
}

#[inline]
fn wide_signed(value: isize) -> i64 {
    value as i64
}

/// `usize` fields are archived as 64 bits: that archived field looks its key up again.
macro_rules! widened {
    ($($archived:ty => $wide:ty => $key:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Lookup<$key> for $archived {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                Key::encode(&self.to_native(), out);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                Key::encode(&self.to_native(), out);
            }
        }
    )* };
}

widened! {
    archived::ArchivedU64 => u64 => usize;
    archived::ArchivedI64 => i64 => isize;
}

impl<const N: usize> Key for [u8; N] {
    #[inline]
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self);
    }

    #[inline]
    fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        reader.take()
    }

    #[inline]
    fn encode_part(&self, out: &mut KeyBuf) {
        out.push(self);
    }

    #[inline]
    fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        reader.take()
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Lookup<Self> for [u8; N] {
    #[inline]
    fn encode_lookup(&self, out: &mut KeyBuf) {
        out.push(self);
    }

    #[inline]
    fn encode_lookup_part(&self, out: &mut KeyBuf) {
        out.push(self);
    }
}

impl Key for String {
    #[inline]
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self.as_bytes());
    }

    fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        let text = core::str::from_utf8(reader.take_rest()).map_err(|_| KeyDecodeError::Invalid)?;
        Ok(text.to_owned())
    }

    #[inline]
    fn encode_part(&self, out: &mut KeyBuf) {
        out.push_delimited(self.as_bytes());
    }

    fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        Self::from_utf8(reader.take_delimited()?).map_err(|_| KeyDecodeError::Invalid)
    }
}

impl Key for Vec<u8> {
    #[inline]
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self);
    }

    fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        Ok(reader.take_rest().to_vec())
    }

    #[inline]
    fn encode_part(&self, out: &mut KeyBuf) {
        out.push_delimited(self);
    }

    fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        reader.take_delimited()
    }
}

/// Everything that shows the bytes of a key of variable length.
macro_rules! variable {
    ($({$($generics:tt)*} $from:ty => $key:ty, $this:ident => $bytes:expr;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Lookup<$key> for $from {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                let $this = self;
                out.push($bytes);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                let $this = self;
                out.push_delimited($bytes);
            }
        }
    )* };
}

variable! {
    {} String => String, it => it.as_bytes();
    {} str => String, it => it.as_bytes();
    {} Cow<'_, str> => String, it => it.as_bytes();
    {} ArchivedString => String, it => it.as_bytes();
    {} Vec<u8> => Vec<u8>, it => it;
    {} [u8] => Vec<u8>, it => it;
    {const N: usize} [u8; N] => Vec<u8>, it => it;
    {} ArchivedVec<u8> => Vec<u8>, it => it;
}
