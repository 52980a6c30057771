//! Keys: values with one canonical form in bytes.
//!
//! # The canonical form
//!
//! A key's bytes are the same in every process and on every machine; two keys are equal exactly when their
//! bytes are, and bytes compare as the keys do.
//!
//! | type | bytes |
//! |---|---|
//! | `u8` … `u128` | big-endian. `usize` as `u64` |
//! | `i8` … `i128` | big-endian, sign bit flipped. `isize` as `i64` |
//! | `bool` | one byte, 0 or 1 |
//! | `char` | its scalar value, as `u32` |
//! | `[u8; N]` | as they are |
//! | `String`, `Vec<u8>` | as they are where nothing follows; else every `00` is written `00 FF`, and `00 00` ends them |
//! | `SmolStr`, `Uuid`, by the features of their crates | as `String` and `[u8; 16]` |
//! | tuples, several `#[speculo(key)]` fields | the parts in order |
//! | `#[derive(SpeculoKey)]` on an enum | one byte: the variant's position |
//! | `#[derive(SpeculoKey)]` on a struct | its fields, as a tuple |
//!
//! Floats are no keys: `NaN` equals nothing, and `-0.0` equals `0.0` with other bytes.

mod buf;
#[cfg(any(feature = "smol_str", feature = "uuid"))]
mod crates;
mod impls;
mod lookup;
mod tuples;

pub use self::buf::{KeyBuf, KeyDecodeError, KeyReader};
pub use self::lookup::Lookup;

use core::fmt::Debug;

/// A type that can tell the values of an area apart.
///
/// Implemented for integers, `bool`, `char`, `String`, `Vec<u8>`, byte arrays and tuples of these;
/// `#[derive(SpeculoKey)]` adds fieldless enums and structs of keys. The [module](crate::key) documents
/// the bytes.
///
/// ```
/// use speculo_typed::{Key, KeyBuf, KeyReader};
///
/// let mut buf = KeyBuf::new();
/// ("rear".to_owned(), 7_u32).encode(&mut buf);
///
/// let mut reader = KeyReader::new(buf.as_slice());
/// let (side, id) = <(String, u32)>::decode(&mut reader)?;
/// reader.finish()?;
/// assert_eq!((side.as_str(), id), ("rear", 7));
/// # Ok::<(), speculo_typed::KeyDecodeError>(())
/// ```
///
/// # Implementing it
///
/// `encode` must write equal bytes for equal values and different bytes for different ones, and `decode`
/// must read back what `encode` wrote. That is all: the forms for use as one part of a composite key are
/// derived from them.
///
/// No schema tells how a key is encoded: a program that encodes it otherwise opens the area, and finds nothing by key. So
/// rename the type, for instance by `#[speculo(rename = "Name2")]`, when its encoding changes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a type that keys can have",
    note = "keys are integers, `bool`, `char`, `String`, `Vec<u8>`, `[u8; N]` and tuples of these",
    note = "an enum without fields, or a struct of keys, becomes a key by `#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]`"
)]
pub trait Key: Lookup<Self> + Clone + Debug + Eq + Send + Sync + Sized + 'static {
    /// Appends the canonical bytes. Nothing may follow them in `out`.
    fn encode(&self, out: &mut KeyBuf);

    /// Reads a key that extends to the end of `reader`.
    ///
    /// # Errors
    ///
    /// When the bytes are not what [`encode`](Self::encode) writes.
    fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError>;

    /// Appends the key as a part that others follow. Types of a fixed length override this by
    /// [`encode`](Self::encode).
    fn encode_part(&self, out: &mut KeyBuf) {
        let mut whole = KeyBuf::new();
        self.encode(&mut whole);
        out.push_delimited(whole.as_slice());
    }

    /// Reads what [`encode_part`](Self::encode_part) wrote.
    ///
    /// # Errors
    ///
    /// When the bytes are not what [`encode_part`](Self::encode_part) writes.
    fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        let whole = reader.take_delimited()?;
        let mut inner = KeyReader::new(&whole);
        let key = Self::decode(&mut inner)?;
        inner.finish()?;
        Ok(key)
    }
}

/// Reads one key from exactly these bytes.
///
/// # Errors
///
/// When the bytes are not the canonical form of a `K`.
///
/// ```
/// assert_eq!(speculo_typed::key::decode::<u16>(&[1, 2]), Ok(0x0102));
/// ```
pub fn decode<K: Key>(bytes: &[u8]) -> Result<K, KeyDecodeError> {
    let mut reader = KeyReader::new(bytes);
    let key = K::decode(&mut reader)?;
    reader.finish()?;
    Ok(key)
}
