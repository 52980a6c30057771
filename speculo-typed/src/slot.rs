//! A key, resolved once.

use core::fmt;
use core::marker::PhantomData;

use crate::key::{KeyBuf, Lookup};
use crate::traits::Keyed;

/// A key of `T` with its place in the area's index, so that it is hashed and compared once, and again after a
/// rollover. It belongs to no handle, and may be stored and used with any publisher or subscriber of `T`.
///
/// ```
/// # use speculo_typed::{Publisher, Root, Slot, Speculo};
/// #[derive(Speculo)]
/// struct Wheel {
///     #[speculo(key)]
///     place: u8,
///     speed: f32,
/// }
///
/// # let root = Root::temporary()?;
/// # let mut wheels = Publisher::<Wheel>::builder("wheels").root(root).create()?;
/// let mut front_left = Slot::<Wheel>::new(0);
/// for speed in [1.0, 1.1, 1.2] {
///     wheels.publish_at(&mut front_left, &Wheel { place: 0, speed })?;
/// }
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct Slot<T> {
    pub(crate) inner: speculo_core::Slot,
    of: PhantomData<fn() -> T>,
}

impl<T> Slot<T> {
    /// A slot for `key`, resolved when it is used first.
    #[must_use]
    pub fn new<K: Lookup<T::Key>>(key: K) -> Self
    where
        T: Keyed,
    {
        let mut bytes = KeyBuf::new();
        key.encode_lookup(&mut bytes);
        Self { inner: speculo_core::Slot::new(bytes.as_slice()), of: PhantomData }
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
