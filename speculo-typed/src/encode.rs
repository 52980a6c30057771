//! From a value to bytes, straight into the place they are published in.

use std::sync::{Mutex, PoisonError};

use rkyv::api::serialize_using;
use rkyv::rancor::{Failure, Source, Strategy};
use rkyv::ser::allocator::{Arena, ArenaHandle};
use rkyv::ser::sharing::Share;
use rkyv::ser::{Positional, Serializer, Writer};

use crate::traits::Field;

/// A value's archive stays below this: rkyv's relative pointers have 31 bits, and it panics past them.
pub(crate) const MAX_ENCODED: usize = (1 << 30) - 1;

/// What `#[derive(Speculo)]` makes types serialize into.
pub type Sink<'a> = Strategy<Serializer<SliceWriter<'a>, ArenaHandle<'a>, Share>, Failure>;

/// Writes what fits and counts all of it, as `snprintf` does.
#[derive(Debug)]
pub struct SliceWriter<'a> {
    out: &'a mut [u8],
    pos: usize,
    full: &'a mut bool,
}

impl Positional for SliceWriter<'_> {
    #[inline]
    fn pos(&self) -> usize {
        self.pos
    }
}

impl<E: Source> Writer<E> for SliceWriter<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), E> {
        // `pos` never passes `MAX_ENCODED` and a slice is no longer than `isize::MAX`: no overflow.
        let end = self.pos + bytes.len();
        if let Some(room) = self.out.get_mut(self.pos..end) {
            room.copy_from_slice(bytes);
        } else if end > MAX_ENCODED {
            *self.full = true;
            return Err(too_large());
        }
        self.pos = end;
        Ok(())
    }
}

#[cold]
fn too_large<E: Source>() -> E {
    E::new(EncodeError::TooLarge)
}

/// Why a value could not be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The archive would not stay below 1 GiB.
    #[error("the value takes 1 GiB or more; split it into several values")]
    TooLarge,
    /// Validation follows pointers 512 deep, and this value goes deeper.
    #[error(
        "values of the value's own type are nested more than some hundred deep; keep them in a `Vec`, side by side"
    )]
    TooDeep,
    /// A field refused: a poisoned lock, a path that is not UTF-8, or a wrapper of the user's own.
    #[error("a field of the value could not be serialized")]
    Refused,
}

/// Turns values into archives. Keeps its scratch memory: a steady stream of values allocates nothing.
pub(crate) struct Encoder {
    /// Never locked: the mutex only says that a shared `Encoder` offers nothing, for an arena alone is not `Sync`.
    arena: Mutex<Arena>,
}

impl core::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self { arena: Mutex::new(Arena::new()) }
    }

    /// Archives `value` at the start of `out`, which must lie on a multiple of 16.
    ///
    /// Returns the exact length of the archive. If that is more than `out` holds, `out` was filled with
    /// bytes of no meaning, and the call is to be repeated with as much room. An empty `out` measures.
    #[inline]
    pub(crate) fn encode<T: Field>(&mut self, value: &T, out: &mut [u8]) -> Result<usize, EncodeError> {
        const {
            assert!(
                align_of::<T::Archived>() <= 16,
                "speculo: an archived type is aligned to more than 16 bytes"
            );
            assert!(size_of::<T::Archived>() <= MAX_ENCODED, "speculo: an archived type takes 1 GiB or more");
        }
        // Longer slices would only let `pos` run past the limit unseen.
        let room = out.len().min(MAX_ENCODED);
        let out = out.get_mut(..room).unwrap_or_default();
        let mut full = false;
        let writer = SliceWriter { out, pos: 0, full: &mut full };
        let arena = self.arena.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut serializer = Serializer::new(writer, arena.acquire(), Share::new());
        match serialize_using::<_, Failure>(value, &mut serializer) {
            Ok(_) => Ok(serializer.into_writer().pos),
            Err(Failure) if full => Err(EncodeError::TooLarge),
            Err(Failure) => Err(EncodeError::Refused),
        }
    }
}
