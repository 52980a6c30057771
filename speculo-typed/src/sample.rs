//! A value that keeps its memory.

use core::fmt;
use core::ops::Deref;

use speculo_core::{Chunk, ReadError};

use crate::Archived;
use crate::access::Checked;
use crate::meta::Meta;
use crate::traits::Speculo;

/// One value, in place, for as long as it is held: across updates, rollovers, the publisher's death and the area's
/// removal (P7). It dereferences to the archived value; clones share it.
///
/// Holding one keeps the memory of its whole segment from being reused.
///
/// ```
/// # use speculo_typed::{Publisher, Root, Sample, Speculo, Subscriber};
/// #[derive(Speculo)]
/// struct Door {
///     #[speculo(key)]
///     id: u32,
///     open: bool,
/// }
///
/// # let root = Root::temporary()?;
/// # let mut doors = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
/// # let mut reader = Subscriber::<Door>::builder("doors").root(root).open()?;
/// doors.publish(&Door { id: 7, open: true })?;
/// let before: Sample<Door> = reader.sample(7)?.expect("published above");
/// doors.publish(&Door { id: 7, open: false })?;
/// let after = reader.get(7)?.expect("published above");
/// assert!(before.open && !after.open);
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct Sample<T>(Checked<T>);

impl<T: Speculo> Sample<T> {
    pub(crate) fn new(chunk: &Chunk<'_>) -> Result<Self, ReadError> {
        Checked::new(chunk).map(Self)
    }

    /// Identity, version, seq and remaining life.
    #[must_use]
    pub fn meta(&self) -> Meta {
        Meta::of(&self.0.chunk())
    }
}

impl<T: Speculo> Deref for Sample<T> {
    type Target = Archived<T>;

    #[inline]
    fn deref(&self) -> &Archived<T> {
        self.0.get()
    }
}

impl<T> Clone for Sample<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Speculo> fmt::Debug for Sample<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
