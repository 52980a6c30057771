//! Publishing values of one type.

use core::fmt;
use core::marker::PhantomData;
use std::path::Path;
use std::time::Duration;

use speculo_core::{
    Area, AreaBuilder, ChunkId, CreateError, Flags, Kind, Overflow, PublishError, ReadError, RemoveError,
    Root, Stats, To, Writer,
};

use crate::Archived;
use crate::access::{explain, open, validate};
use crate::encode::{EncodeError, Encoder};
use crate::key::{KeyBuf, Lookup};
use crate::schema;
use crate::slot::Slot;
use crate::traits::{Keyed, Speculo, Stream};
use crate::view::View;

/// The one publisher of an area. Values are serialized straight into shared memory.
///
/// Dropping it leaves the area for subscribers and for the next publisher, which takes over what is in it.
///
/// ```
/// use speculo_typed::{Publisher, Speculo};
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
/// # let mut doors = Publisher::<Door>::builder("vehicle/doors").root(root).create()?;
/// # if false {
/// let mut doors = Publisher::<Door>::create("vehicle/doors")?;
/// # }
/// doors.publish(&Door { id: 7, open: true, label: "rear left".into() })?;
/// doors.publish(&Door { id: 7, open: false, label: "rear left".into() })?; // replaces
/// assert!(doors.remove(7)?);
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct Publisher<T> {
    writer: Writer,
    encoder: Encoder,
    is_recursive: bool,
    key: KeyBuf,
    of: PhantomData<fn(&T)>,
}

impl<T> Publisher<T> {
    /// Makes the area `name` under the default root with default settings, or takes over what a former publisher left
    /// in it, values included.
    ///
    /// # Errors
    ///
    /// [`CreateError::WriterBusy`] while another publisher is alive, [`CreateError::SchemaMismatch`] if the area holds
    /// another type; see [`CreateError`].
    pub fn create(name: &str) -> Result<Self, CreateError>
    where
        T: Speculo,
    {
        Self::builder(name).create()
    }

    /// Settings for the area `name`.
    #[must_use]
    pub fn builder(name: &str) -> PublisherBuilder<T> {
        PublisherBuilder { area: Area::builder(name), of: PhantomData }
    }

    /// Publishes a value: a keyed one replaces the one with the same key, a singleton the one before; a message of a
    /// stream stands beside the others. Subscribers see it whole or not at all.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]; nothing is changed then.
    #[inline]
    pub fn publish(&mut self, value: &T) -> Result<ChunkId, PublishError>
    where
        T: Speculo,
    {
        self.write(value, None)
    }

    /// Publishes a value that expires after `ttl`.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]; nothing is changed then.
    #[inline]
    pub fn publish_for(&mut self, value: &T, ttl: Duration) -> Result<ChunkId, PublishError>
    where
        T: Speculo,
    {
        self.write(value, Some(ttl))
    }

    #[inline]
    fn write(&mut self, value: &T, ttl: Option<Duration>) -> Result<ChunkId, PublishError>
    where
        T: Speculo,
    {
        let Self { writer, encoder, is_recursive, key, .. } = self;
        let to = if T::KIND == Kind::Keyed {
            key.clear();
            value.__encode_key(key);
            To::Key(key.as_slice())
        } else {
            To::Next
        };
        writer.publish_with(to, ttl, |room| fill(encoder, *is_recursive, value, room))
    }

    /// Replaces one message of a stream by another: subscribers see only the newest version of it.
    ///
    /// # Errors
    ///
    /// [`PublishError::NoSuchChunk`] if it expired, or was removed or dropped; see [`PublishError`].
    pub fn chunk_update(&mut self, id: ChunkId, value: &T) -> Result<ChunkId, PublishError>
    where
        T: Stream,
    {
        let Self { writer, encoder, is_recursive, .. } = self;
        writer.publish_with(To::Id(id), None, |room| fill(encoder, *is_recursive, value, room))
    }

    /// A place for `key`, so that publishing under it looks it up once.
    #[must_use]
    pub fn slot<K: Lookup<T::Key>>(&self, key: K) -> Slot<T>
    where
        T: Keyed,
    {
        Slot::new(key)
    }

    /// Publishes a value with the key of `slot`: as [`publish`](Self::publish), without the look-up.
    ///
    /// # Errors
    ///
    /// [`PublishError::KeyMismatch`] if the value has another key; see [`PublishError`].
    #[inline]
    pub fn publish_at(&mut self, slot: &mut Slot<T>, value: &T) -> Result<ChunkId, PublishError>
    where
        T: Keyed,
    {
        let Self { writer, encoder, is_recursive, key, .. } = self;
        key.clear();
        value.__encode_key(key);
        if key.as_slice() != slot.inner.key() {
            return Err(PublishError::KeyMismatch { path: writer.path().to_owned() });
        }
        writer.publish_at(&mut slot.inner, None, |room| fill(encoder, *is_recursive, value, room))
    }

    /// A slot and this publisher together.
    pub fn entry<K: Lookup<T::Key>>(&mut self, key: K) -> PublisherEntry<'_, T>
    where
        T: Keyed,
    {
        PublisherEntry { slot: self.slot(key), publisher: self }
    }

    /// Removes the value with this key; `false` if there is none.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn remove<K: Lookup<T::Key>>(&mut self, key: K) -> Result<bool, PublishError>
    where
        T: Keyed,
    {
        self.key.clear();
        key.encode_lookup(&mut self.key);
        self.writer.remove(self.key.as_slice())
    }

    /// Removes one message of a stream; `false` if it is not there any more.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn remove_chunk(&mut self, id: ChunkId) -> Result<bool, PublishError>
    where
        T: Stream,
    {
        self.writer.remove_id(id)
    }

    /// Removes every value for which `keep` says `false`, one after the other; returns how many.
    ///
    /// # Errors
    ///
    /// Those of reading and of publishing; what was removed before stays removed.
    pub fn retain(&mut self, mut keep: impl FnMut(&Archived<T>) -> bool) -> Result<usize, crate::Error>
    where
        T: Speculo,
    {
        let view = self.writer.view()?;
        let mut removed = 0;
        for chunk in &view {
            let chunk = chunk?;
            if keep(open::<T>(&chunk)?) {
                continue;
            }
            removed += usize::from(match T::KIND {
                Kind::Stream => self.writer.remove_id(ChunkId::new(chunk.id()))?,
                _ => self.writer.remove(chunk.key())?,
            });
        }
        Ok(removed)
    }

    /// Removes everything at once. Subscribers that mirror the area are told to look afresh
    /// ([`Change::Resync`](crate::Change::Resync)).
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn clear(&mut self) -> Result<(), PublishError> {
        self.writer.clear()
    }

    /// The value with this key, as subscribers see it: after a takeover a publisher has to know what is there.
    ///
    /// The reference borrows the publisher: copy what is needed of it before publishing, or look at a
    /// [`view`](Self::view), which stays.
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
        self.writer.get(bytes.as_slice())?.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// The value that was published last and is live, as subscribers see it: of a singleton *the* value.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn latest(&self) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Speculo,
    {
        self.writer.latest()?.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// The area as it is now: a snapshot that stays.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn view(&self) -> Result<View<T>, ReadError> {
        self.writer.view().map(View::new)
    }

    /// Makes the area as small as its values allow, and gives back memory that no subscriber reads any more.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn compact(&mut self) -> Result<(), PublishError> {
        self.writer.compact()
    }

    /// What the area occupies, and what subscribers pin of it. A few system calls.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.writer.stats()
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.writer.path()
    }
}

/// Serializes `value` into `room` as far as it fits; says how much it needs.
#[inline]
fn fill<T: Speculo>(
    encoder: &mut Encoder,
    is_recursive: bool,
    value: &T,
    room: &mut [u8],
) -> Result<usize, EncodeError> {
    let needed = encoder.encode(value, room)?;
    let written = room.get(..needed);
    // Subscribers follow pointers only so deep, so what goes deeper must not come to them.
    if is_recursive && written.is_some_and(|written| !validate::<T>(written)) {
        return Err(EncodeError::TooDeep);
    }
    debug_assert!(
        written.is_none_or(validate::<T>),
        "what a publisher writes is valid; a hand-written `Serialize` of a field may be at fault: {}",
        explain::<T>(written.unwrap_or_default())
    );
    Ok(needed)
}

impl<T> fmt::Debug for Publisher<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("writer", &self.writer).finish_non_exhaustive()
    }
}

/// A key of an area, with its publisher. See [`Publisher::entry`].
#[derive(Debug)]
pub struct PublisherEntry<'p, T> {
    publisher: &'p mut Publisher<T>,
    slot: Slot<T>,
}

impl<T: Keyed> PublisherEntry<'_, T> {
    /// Publishes a value with this key.
    ///
    /// # Errors
    ///
    /// As [`Publisher::publish_at`].
    #[inline]
    pub fn publish(&mut self, value: &T) -> Result<ChunkId, PublishError> {
        self.publisher.publish_at(&mut self.slot, value)
    }
}

/// Settings of a [`Publisher`]. See [`Publisher::builder`].
pub struct PublisherBuilder<T> {
    area: AreaBuilder<'static>,
    of: PhantomData<fn(&T)>,
}

crate::builder::shared!(PublisherBuilder);

impl<T> PublisherBuilder<T> {
    /// Limit of the live values with their headers and keys, in bytes. Default: 16 MiB.
    ///
    /// Peak memory is more: two segments, each up to four times the live values, and one for each generation that
    /// subscribers hold on to; [`stats`](Publisher::stats) shows it.
    #[must_use]
    pub fn max_size(self, bytes: u64) -> Self {
        self.with(|area| area.max_size(bytes))
    }

    /// Memory for values when little is live, in bytes. Default: 1 MiB, which stays near a core's cache.
    #[must_use]
    pub fn initial_size(self, bytes: u64) -> Self {
        self.with(|area| area.initial_size(bytes))
    }

    /// Mode of the area's files: 0600 (default), 0640 or 0644. Only the owner ever writes.
    #[must_use]
    pub fn mode(self, mode: u32) -> Self {
        self.with(|area| area.mode(mode))
    }

    /// Lets everybody who may read the area also be woken by it, instead of looking by itself now and then. It takes
    /// write permission to one small file (`.bell`), with which others can slow this publisher down, or crash it.
    #[must_use]
    pub fn shared_bell(self) -> Self {
        self.with(|area| area.add_flags(Flags::SHARED_BELL))
    }

    /// How long values live that are published without a time of their own. Default: for ever.
    #[must_use]
    pub fn ttl(self, ttl: Duration) -> Self {
        self.with(|area| area.ttl(ttl))
    }

    /// What a stream does when it is full. Default: [`Overflow::DropOldest`].
    #[must_use]
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.with(|area| area.overflow(overflow))
    }

    /// Begins empty: what a former publisher left is discarded, damaged or not.
    #[must_use]
    pub fn fresh(self) -> Self {
        self.with(|area| area.add_flags(Flags::FRESH))
    }

    /// Discards what is there if it is of another type. Subscribers of that type get an error.
    #[must_use]
    pub fn replace_on_mismatch(self) -> Self {
        self.with(|area| area.add_flags(Flags::REPLACE_ON_MISMATCH))
    }

    /// Fails if the area exists, instead of taking it over.
    #[must_use]
    pub fn exclusive(self) -> Self {
        self.with(|area| area.add_flags(Flags::EXCLUSIVE))
    }

    /// Removes the area when the publisher is dropped.
    #[must_use]
    pub fn remove_on_drop(self) -> Self {
        self.with(|area| area.add_flags(Flags::REMOVE_ON_DROP))
    }

    /// Makes the area, or takes it over.
    ///
    /// # Errors
    ///
    /// As [`Publisher::create`].
    pub fn create(self) -> Result<Publisher<T>, CreateError>
    where
        T: Speculo,
    {
        let schema = schema::of::<T>();
        let writer = self.area.schema(schema.as_core()).create()?;
        let is_recursive = schema.is_recursive();
        Ok(Publisher { writer, encoder: Encoder::new(), is_recursive, key: KeyBuf::new(), of: PhantomData })
    }

    /// Removes the area and everything in it. Its type does not matter.
    ///
    /// # Errors
    ///
    /// [`RemoveError::WriterBusy`] while its publisher is alive; see [`RemoveError`].
    pub fn remove(self) -> Result<(), RemoveError> {
        self.area.remove()
    }
}
