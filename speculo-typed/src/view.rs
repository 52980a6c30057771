//! A snapshot of a typed area.

use core::fmt;
use core::marker::PhantomData;

use speculo_core::{ChunkId, ReadError};

use crate::Archived;
use crate::access::open;
use crate::key::{KeyBuf, Lookup};
use crate::meta::Meta;
use crate::sample::Sample;
use crate::traits::{Keyed, Speculo, Stream};

/// An area at one point of its history, for as long as it is held: across all keys exactly the values published
/// before that point, expiry judged once, when it was made (P7, P10).
///
/// Made in a few steps, whatever the size of the area; clones share it. Holding one keeps the memory of its segment
/// from being reused.
///
/// ```
/// # use speculo_typed::{Publisher, Root, Speculo, Subscriber};
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
/// doors.publish(&Door { id: 1, open: true })?;
/// doors.publish(&Door { id: 2, open: false })?;
/// let view = reader.view()?;
/// doors.publish(&Door { id: 2, open: true })?;
///
/// let mut open = 0;
/// for door in &view {
///     open += u32::from(door?.open);
/// }
/// assert_eq!(open, 1);
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct View<T> {
    inner: speculo_core::View,
    of: PhantomData<fn() -> T>,
}

impl<T> View<T> {
    pub(crate) fn new(inner: speculo_core::View) -> Self {
        Self { inner, of: PhantomData }
    }

    /// The value with this key. Versions published since the view was made are walked over.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get<K: Lookup<T::Key>>(&self, key: K) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Keyed,
    {
        let mut bytes = KeyBuf::new();
        key.encode_lookup(&mut bytes);
        self.inner.get(bytes.as_slice())?.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// The message with this id, in the version of the view's point.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get_id(&self, id: ChunkId) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Stream,
    {
        self.inner.get_id(id)?.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// Every value, in the order of publication. Each is validated when it comes to it, if it was not before.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T>
    where
        T: Speculo,
    {
        Iter(self.iter_with_meta())
    }

    /// Every value with its [`Meta`], in the order of publication.
    #[must_use]
    pub fn iter_with_meta(&self) -> IterWithMeta<'_, T>
    where
        T: Speculo,
    {
        IterWithMeta { inner: self.inner.iter(), of: PhantomData }
    }

    /// Every value as a [`Sample`], which may outlive the view.
    pub fn samples(&self) -> impl Iterator<Item = Result<Sample<T>, ReadError>> + '_
    where
        T: Speculo,
    {
        self.inner.iter().map(|chunk| Sample::new(&chunk?))
    }

    /// Number of values. Walks over all of them.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn len(&self) -> Result<usize, ReadError> {
        self.inner.len()
    }

    /// Whether there is no value.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn is_empty(&self) -> Result<bool, ReadError> {
        self.inner.is_empty()
    }
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

impl<T> fmt::Debug for View<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("path", &self.inner.path()).finish_non_exhaustive()
    }
}

impl<'a, T: Speculo> IntoIterator for &'a View<T> {
    type Item = Result<&'a Archived<T>, ReadError>;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The values of a [`View`].
pub struct Iter<'a, T>(IterWithMeta<'a, T>);

impl<'a, T: Speculo> Iterator for Iter<'a, T> {
    type Item = Result<&'a Archived<T>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.inner.next()?.and_then(|chunk| open::<T>(&chunk)))
    }
}

/// The values of a [`View`], each with its [`Meta`].
pub struct IterWithMeta<'a, T> {
    inner: speculo_core::Iter<'a>,
    of: PhantomData<fn() -> T>,
}

impl<'a, T: Speculo> Iterator for IterWithMeta<'a, T> {
    type Item = Result<(Meta, &'a Archived<T>), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.inner.next()?.and_then(|chunk| Ok((Meta::of(&chunk), open::<T>(&chunk)?))))
    }
}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Debug for IterWithMeta<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
