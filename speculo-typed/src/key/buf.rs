//! Where canonical key bytes are written and read.

use core::fmt;

/// Bytes that fit without an allocation.
const INLINE: usize = 64;

/// The canonical bytes of one key.
///
/// Short keys (64 bytes and less) live in the value itself; longer ones spill to the heap. One `KeyBuf`
/// can be cleared and used again: the spill keeps its capacity.
///
/// ```
/// use speculo_typed::{Key, KeyBuf};
///
/// let mut buf = KeyBuf::new();
/// 7_u32.encode(&mut buf);
/// assert_eq!(buf.as_slice(), [0, 0, 0, 7]);
/// ```
#[derive(Clone)]
pub struct KeyBuf {
    len: usize,
    inline: [u8; INLINE],
    spill: Vec<u8>,
}

impl KeyBuf {
    /// An empty buffer. Allocates nothing.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { len: 0, inline: [0; INLINE], spill: Vec::new() }
    }

    /// The bytes written so far.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        if self.len <= INLINE { self.inline.get(..self.len).unwrap_or_default() } else { &self.spill }
    }

    /// How many bytes were written so far.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets the bytes and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
        self.spill.clear();
    }

    /// Appends bytes as they are.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        match self.inline.get_mut(self.len..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len = end;
            }
            None => self.push_spill(bytes),
        }
    }

    /// Appends bytes so that their end can be told from what follows, and so that the order of two
    /// buffers stays the order of the bytes: `00` becomes `00 FF`, and `00 00` ends them.
    pub fn push_delimited(&mut self, bytes: &[u8]) {
        for (at, run) in bytes.split(|byte| *byte == 0).enumerate() {
            if at > 0 {
                self.push(&[0x00, 0xFF]);
            }
            self.push(run);
        }
        self.push(&[0x00, 0x00]);
    }

    #[cold]
    fn push_spill(&mut self, bytes: &[u8]) {
        if self.len <= INLINE {
            self.spill.clear();
            self.spill.extend_from_slice(self.inline.get(..self.len).unwrap_or_default());
        }
        self.spill.extend_from_slice(bytes);
        self.len = self.spill.len();
    }
}

impl Default for KeyBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl AsRef<[u8]> for KeyBuf {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl fmt::Debug for KeyBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBuf({:02x?})", self.as_slice())
    }
}

/// Reads canonical key bytes from the front.
///
/// The bytes come from shared memory: every read is bounds-checked, and nothing here panics.
#[derive(Debug, Clone)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
}

impl<'a> KeyReader<'a> {
    /// Reads from the start of `bytes`.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    ///
    /// When fewer than `N` bytes are left.
    #[inline]
    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyDecodeError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(KeyDecodeError::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// All bytes that are left.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// The bytes that [`KeyBuf::push_delimited`] wrote.
    ///
    /// # Errors
    ///
    /// When the end mark is missing, or an escape is none that `push_delimited` writes.
    pub fn take_delimited(&mut self) -> Result<Vec<u8>, KeyDecodeError> {
        let mut bytes = Vec::new();
        loop {
            let zero = self.rest.iter().position(|byte| *byte == 0).ok_or(KeyDecodeError::Truncated)?;
            let (run, tail) = self.rest.split_at_checked(zero).ok_or(KeyDecodeError::Truncated)?;
            bytes.extend_from_slice(run);
            self.rest = tail;
            match self.take::<2>()? {
                [0x00, 0x00] => return Ok(bytes),
                [0x00, 0xFF] => bytes.push(0),
                _ => return Err(KeyDecodeError::Invalid),
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// When bytes are left: no key of this type was written here.
    #[inline]
    pub fn finish(self) -> Result<(), KeyDecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(KeyDecodeError::TrailingBytes) }
    }
}

/// Why bytes are not a key of the type asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyDecodeError {
    /// The bytes end before the key does.
    #[error("the key's bytes end too early")]
    Truncated,
    /// Bytes are left behind the key.
    #[error("bytes are left behind the key")]
    TrailingBytes,
    /// The bytes are no value of this type (a `bool` of 2, text that is not UTF-8, an unknown variant).
    #[error("the key's bytes are no value of its type")]
    Invalid,
}
