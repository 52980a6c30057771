//! What happened to a keyed area.

use core::fmt;

use crate::Archived;
use crate::meta::Meta;
use crate::traits::Keyed;

/// What happened to a keyed area, in the order in which it happened: enough to keep a mirror of it.
///
/// Changes tell what is, not all that was: a value that was replaced before it was looked at is passed over.
pub enum Change<'a, T: Keyed> {
    /// A value was published or replaced.
    Put(Meta, &'a Archived<T>),
    /// The value with this key was removed.
    Removed(T::Key),
    /// Removals may have been missed: the subscriber was more than a segment behind, or the area was cleared. Drop
    /// what is not in a fresh [`view`](crate::Subscriber::view). What is live and was not seen yet follows as
    /// [`Put`](Change::Put).
    Resync,
}

impl<T: Keyed> fmt::Debug for Change<'_, T>
where
    T::Key: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(meta, value) => f.debug_tuple("Put").field(meta).field(value).finish(),
            Self::Removed(key) => f.debug_tuple("Removed").field(key).finish(),
            Self::Resync => f.write_str("Resync"),
        }
    }
}
