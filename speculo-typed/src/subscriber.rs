//! Reading values of one type, in place.

mod follow;

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;
use std::time::Duration;

use speculo_core::{Area, AreaBuilder, ChunkId, Liveness, OpenError, ReadError, Reader, Root, Start, Trust};

use crate::Archived;
use crate::access::open;
use crate::key::{KeyBuf, Lookup};
use crate::sample::Sample;
use crate::schema;
use crate::slot::Slot;
use crate::traits::{Keyed, Speculo, Stream};
use crate::view::View;

pub use follow::Samples;

/// A subscriber of an area: any number, in any process, mapped read-only. Nothing that it does makes the publisher
/// wait.
///
/// References borrow the subscriber, so that its memory cannot move on under them. To hold a value longer, or two at
/// a time, take a [`sample`](Self::sample) or a [`view`](Self::view).
///
/// ```
/// use speculo_typed::{Publisher, Speculo, Subscriber};
///
/// #[derive(Speculo)]
/// struct Door {
///     #[speculo(key)]
///     id: u32,
///     open: bool,
///     label: String,
/// }
///
/// # let root = speculo_typed::Root::temporary()?;
/// # let mut publisher = Publisher::<Door>::builder("vehicle/doors").root(root.clone()).create()?;
/// # publisher.publish(&Door { id: 7, open: true, label: "rear left".into() })?;
/// # let mut doors = Subscriber::<Door>::builder("vehicle/doors").root(root).open()?;
/// # if false {
/// let mut doors = Subscriber::<Door>::open("vehicle/doors")?;
/// # }
/// if let Some(door) = doors.get(7)? {
///     println!("{} is {}", door.label, if door.open { "open" } else { "closed" });
/// }
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct Subscriber<T> {
    reader: Reader,
    key: KeyBuf,
    of: PhantomData<fn() -> T>,
}

impl<T> Subscriber<T> {
    /// Opens the area `name` under the default root.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] if nobody has published there yet, [`OpenError::SchemaMismatch`] if it holds another
    /// type; see [`OpenError`].
    pub fn open(name: &str) -> Result<Self, OpenError>
    where
        T: Speculo,
    {
        Self::builder(name).open()
    }

    /// Opens the area `name`, waiting up to `timeout` until it is there.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_wait(name: &str, timeout: Duration) -> Result<Self, OpenError>
    where
        T: Speculo,
    {
        Self::builder(name).open_wait(timeout)
    }

    /// Settings for reading the area `name`.
    #[must_use]
    pub fn builder(name: &str) -> SubscriberBuilder<T> {
        SubscriberBuilder { area: Area::builder(name), of: PhantomData }
    }

    /// The newest value with this key: `get(7)`, `get("rear")`, `get(("a", 7))`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get<K: Lookup<T::Key>>(&mut self, key: K) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Keyed,
    {
        self.key.clear();
        key.encode_lookup(&mut self.key);
        self.reader.get_with(self.key.as_slice(), |chunk| open::<T>(&chunk))
    }

    /// The newest value with this key, to be held for as long as it is needed.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn sample<K: Lookup<T::Key>>(&mut self, key: K) -> Result<Option<Sample<T>>, ReadError>
    where
        T: Keyed,
    {
        self.key.clear();
        key.encode_lookup(&mut self.key);
        let chunk = self.reader.get(self.key.as_slice())?;
        chunk.map(|chunk| Sample::new(&chunk)).transpose()
    }

    /// A message of a stream by its id, in its newest version.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get_id(&mut self, id: ChunkId) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Stream,
    {
        let chunk = self.reader.get_id(id)?;
        chunk.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// The value that was published last and is live: of a singleton *the* value.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn latest(&mut self) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Speculo,
    {
        let chunk = self.reader.latest()?;
        chunk.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// [`latest`](Self::latest), to be held for as long as it is needed.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn latest_sample(&mut self) -> Result<Option<Sample<T>>, ReadError>
    where
        T: Speculo,
    {
        let chunk = self.reader.latest()?;
        chunk.map(|chunk| Sample::new(&chunk)).transpose()
    }

    /// A place for `key`, so that reading it looks it up once.
    #[must_use]
    pub fn slot<K: Lookup<T::Key>>(&self, key: K) -> Slot<T>
    where
        T: Keyed,
    {
        Slot::new(key)
    }

    /// The newest value with the key of `slot`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get_at(&mut self, slot: &mut Slot<T>) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Keyed,
    {
        self.reader.get_at_with(&mut slot.inner, |chunk| open::<T>(&chunk))
    }

    /// A slot and this subscriber together.
    pub fn entry<K: Lookup<T::Key>>(&mut self, key: K) -> SubscriberEntry<'_, T>
    where
        T: Keyed,
    {
        SubscriberEntry { slot: self.slot(key), subscriber: self }
    }

    /// The area as it is now: a snapshot that stays.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn view(&mut self) -> Result<View<T>, ReadError> {
        self.reader.view().map(View::new)
    }

    /// Whether the area has a publisher now. A few system calls.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn publisher(&self) -> Result<Liveness, ReadError> {
        self.reader.publisher()
    }

    /// Lets go of the memory that is held for reading, until this subscriber is used again. One that will not be used
    /// for long should: the publisher can then reuse it.
    pub fn idle(&mut self) {
        self.reader.idle();
    }

    /// A second subscriber of the same area that goes on from where this one is.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn try_clone(&self) -> Result<Self, OpenError> {
        Ok(Self { reader: self.reader.fork(), key: KeyBuf::new(), of: PhantomData })
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.reader.path()
    }
}

impl<T> fmt::Debug for Subscriber<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").field("reader", &self.reader).finish_non_exhaustive()
    }
}

/// A key of an area, with its subscriber. See [`Subscriber::entry`].
#[derive(Debug)]
pub struct SubscriberEntry<'s, T> {
    subscriber: &'s mut Subscriber<T>,
    slot: Slot<T>,
}

impl<T: Keyed> SubscriberEntry<'_, T> {
    /// The newest value with this key.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get(&mut self) -> Result<Option<&Archived<T>>, ReadError> {
        self.subscriber.get_at(&mut self.slot)
    }
}

/// Settings of a [`Subscriber`]. See [`Subscriber::builder`].
pub struct SubscriberBuilder<T> {
    area: AreaBuilder<'static>,
    of: PhantomData<fn() -> T>,
}

crate::builder::shared!(SubscriberBuilder);

impl<T> SubscriberBuilder<T> {
    /// Where following begins. Default: [`Start::Oldest`], so that who comes late sees everything that still holds.
    #[must_use]
    pub fn start(self, start: Start) -> Self {
        self.with(|area| area.start(start))
    }

    /// Whose areas are opened. Default: [`Trust::Own`].
    #[must_use]
    pub fn trust(self, trust: Trust) -> Self {
        self.with(|area| area.trust(trust))
    }

    /// Opens the area.
    ///
    /// # Errors
    ///
    /// As [`Subscriber::open`].
    pub fn open(self) -> Result<Subscriber<T>, OpenError>
    where
        T: Speculo,
    {
        let schema = schema::of::<T>();
        Ok(Self::subscriber(self.area.schema(schema.as_core()).open()?))
    }

    /// Opens the area, waiting up to `timeout` until it is there.
    ///
    /// # Errors
    ///
    /// As [`Subscriber::open`].
    pub fn open_wait(self, timeout: Duration) -> Result<Subscriber<T>, OpenError>
    where
        T: Speculo,
    {
        let schema = schema::of::<T>();
        Ok(Self::subscriber(self.area.schema(schema.as_core()).open_wait(timeout)?))
    }

    fn subscriber(reader: Reader) -> Subscriber<T> {
        Subscriber { reader, key: KeyBuf::new(), of: PhantomData }
    }
}
