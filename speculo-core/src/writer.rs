//! The writer's handle: publish, update, remove, roll over.

mod ahead;
mod draft;
mod refusal;
mod room;
mod slot;
mod switch;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};

use crate::area::Overflow;
use crate::area::attach::attach;
use crate::area::dir::{LOCK, MANIFEST, Place};
use crate::area::retired::Retired;
use crate::area::{Flags, Trust};
use crate::error::{PublishError, ReadError};
use crate::failpoint;
use crate::layout::chunk;
use crate::layout::chunk::{MAX_KEY, MAX_PAYLOAD};
use crate::log::publish::{Entry, Log, Spot};
use crate::log::read::Wanted;
use crate::memory::fence::Light;
use crate::memory::lease::Ownership;
use crate::memory::region::Word;
use crate::memory::{ChunkId, FileId, Lease, Manifest, Process, Segment, Writable};
use crate::os;
use crate::schema::Kind;
use crate::view::View;

use ahead::Ahead;
use refusal::{damaged, encode_error, forked, no_such_chunk, wrong_target};

pub use draft::Draft;
pub use room::Stats;
pub use slot::Slot;

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum To<'k> {
    /// A new message of a stream, or *the* value of a singleton.
    Next,
    /// The value with this key, replacing the one that is there.
    Key(&'k [u8]),
    /// The message with this id, replacing it: `chunk_update`.
    Id(ChunkId),
}

/// What a writer is made of.
pub(crate) struct Parts {
    pub(crate) place: Place,
    pub(crate) dir: FileId,
    pub(crate) process: Process,
    pub(crate) owner: Ownership,
    pub(crate) lock: FileId,
    pub(crate) manifest: Manifest,
    pub(crate) manifest_memory: Writable,
    /// The lock of `.manifest`: says "alive" to readers.
    #[expect(dead_code, reason = "held, not used")]
    pub(crate) presence: Lease,
    pub(crate) bell: Word,
    pub(crate) fence: Light,
    pub(crate) log: Log,
    pub(crate) mode: Mode,
    pub(crate) flags: Flags,
    pub(crate) max_size: u64,
    pub(crate) log_size: u64,
    pub(crate) ttl: Option<Duration>,
    pub(crate) overflow: Overflow,
}

/// The one writer of an area. Dropping it leaves the area for readers and for the next writer, unless it was created
/// with [`Flags::REMOVE_ON_DROP`].
///
/// Publishing is wait-free but for rollovers: no lock, no system call, and no more steps than its bytes need.
/// Everything here costs the copy of the value, plus the copy of what is live: at a rollover if that is little, else in
/// steps before it, each some ten times as long as what is published.
pub struct Writer {
    parts: Parts,
    retired: Retired,
    ahead: Option<Ahead>,
    /// The current segment as readers see it, attached when it is first read.
    reading: OnceLock<Arc<Segment>>,
    rollovers: u64,
    reused: u64,
}

impl Writer {
    pub(crate) fn new(parts: Parts) -> Self {
        let (retired, reading) = (Retired::default(), OnceLock::new());
        let mut writer = Self { parts, retired, ahead: None, reading, rollovers: 0, reused: 0 };
        writer.plan_ahead();
        writer
    }

    /// How chunks replace each other.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.parts.manifest.identity().kind
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        self.parts.place.path()
    }

    /// Publishes a message, or replaces the value of a singleton.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]; nothing is published then.
    pub fn publish(&mut self, payload: &[u8]) -> Result<ChunkId, PublishError> {
        self.publish_with(To::Next, None, copy_of(payload))
    }

    /// Replaces the value with this key, or adds it.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]; nothing is published then.
    pub fn put(&mut self, key: &[u8], payload: &[u8]) -> Result<ChunkId, PublishError> {
        self.publish_with(To::Key(key), None, copy_of(payload))
    }

    /// Replaces the message with this id.
    ///
    /// # Errors
    ///
    /// [`PublishError::NoSuchChunk`] if it has expired, or was removed or dropped; see [`PublishError`].
    pub fn chunk_update(&mut self, id: ChunkId, payload: &[u8]) -> Result<ChunkId, PublishError> {
        self.publish_with(To::Id(id), None, copy_of(payload))
    }

    /// Publishes what `fill` writes, without a buffer in between: it is given the free room of the log, writes what
    /// fits, and returns the length that it needs, as `snprintf` does. If that is more, room is made and it is
    /// called again. Bytes that it is given begin at a multiple of 16; what stands in them means nothing.
    ///
    /// `ttl` is how long the value lives; `None` takes the area's own.
    ///
    /// # Errors
    ///
    /// What `fill` says, as [`PublishError::Encode`]; see [`PublishError`]. Nothing is published then.
    #[inline]
    pub fn publish_with<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &mut self,
        to: To<'_>,
        ttl: Option<Duration>,
        mut fill: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<ChunkId, PublishError> {
        let key = self.check_target(to)?;
        let expires = self.expiry(ttl);
        loop {
            let spot = match self.plain_spot(to, key) {
                Some(spot) => spot,
                None => self.spot(to, key)?,
            };
            match self.try_commit(&spot, key, expires, &mut fill) {
                Attempt::Committed(id) => {
                    self.look_ahead();
                    return Ok(ChunkId::new(id));
                }
                failed => self.recover(failed, &spot, key)?,
            }
        }
    }

    /// Fills and commits at `spot`. No system call, and nothing that a rollover could move.
    #[inline(always)]
    fn try_commit<E>(
        &mut self,
        spot: &Spot,
        key: &[u8],
        expires: u64,
        fill: &mut impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Attempt<E> {
        let key_len = key.len() as u64;
        let log = &mut self.parts.log;
        // Room for the key is kept behind the payload, so both fit or neither does.
        let Some(body) = log.body(key_len) else { return Attempt::NoRoom(0) };
        let room = body.len() as u64;
        let payload = match fill(body) {
            Ok(needed) => needed as u64,
            Err(error) => return Attempt::Refused(error),
        };
        // Not a child that `fill` has forked: its parent goes on from here as well.
        if !self.parts.process.is_current() {
            return Attempt::Forked;
        }
        let fits = payload <= room.min(MAX_PAYLOAD)
            && log.keeps_to(self.parts.max_size, spot, chunk::total(payload, key_len));
        if !fits {
            return Attempt::NoRoom(payload);
        }
        let entry = Entry { payload, key: key_len, expires, tombstone: false };
        match log.commit(spot, key, &entry, os::now) {
            Some(id) => {
                self.ring();
                Attempt::Committed(id)
            }
            None => Attempt::Damaged,
        }
    }

    /// Makes room where that was missing, after which places have changed; turns all else into an error.
    #[inline(never)]
    fn recover<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &mut self,
        attempt: Attempt<E>,
        spot: &Spot,
        key: &[u8],
    ) -> Result<(), PublishError> {
        match attempt {
            Attempt::NoRoom(payload) => self.make_room(payload, key.len() as u64, spot),
            Attempt::Refused(error) => Err(encode_error(&self.parts, error.into())),
            Attempt::Committed(_) => Ok(()),
            Attempt::Forked => Err(forked(&self.parts)),
            Attempt::Damaged => Err(damaged(&self.parts, self.parts.log.damage())),
        }
    }

    /// Checks that this process may write, and that the target fits the area; gives its key.
    #[inline]
    fn check_target<'k>(&self, to: To<'k>) -> Result<&'k [u8], PublishError> {
        self.check_process()?;
        match (to, self.kind()) {
            (To::Next, Kind::Stream | Kind::Singleton) | (To::Id(_), Kind::Stream) => Ok(&[]),
            (To::Key(key), Kind::Keyed) if key.len() <= MAX_KEY => Ok(key),
            (to, _) => Err(wrong_target(&self.parts, to)),
        }
    }

    #[inline]
    fn check_process(&self) -> Result<(), PublishError> {
        if self.parts.process.is_current() { Ok(()) } else { Err(forked(&self.parts)) }
    }

    /// Where a value for `to` will stand, if nothing is out of the ordinary; `None` says nothing.
    #[inline(always)]
    fn plain_spot(&self, to: To<'_>, key: &[u8]) -> Option<Spot> {
        match (to, self.kind()) {
            (To::Next, Kind::Stream) => self.parts.log.resolve_new(),
            (To::Id(_), _) => None,
            _ => self.parts.log.resolve_plain(&Wanted::key(key), self.parts.manifest.identity().seed),
        }
    }

    /// Where a value for `to` will stand; makes the index larger if it must.
    #[inline(never)]
    fn spot(&mut self, to: To<'_>, key: &[u8]) -> Result<Spot, PublishError> {
        loop {
            let log = &self.parts.log;
            let spot = match (to, self.kind()) {
                (To::Next, Kind::Stream) => log.resolve_new(),
                (To::Id(id), _) => {
                    let spot = self.resolve(&Wanted::Id(id.get()))?.filter(|spot| spot.is_live(os::now));
                    Some(spot.ok_or_else(|| no_such_chunk(&self.parts, id))?.of_id())
                }
                (To::Next | To::Key(_), _) => self.resolve(&Wanted::key(key))?,
            };
            match spot {
                Some(spot) => return Ok(spot),
                None => self.enlarge_index()?,
            }
        }
    }

    #[inline]
    fn resolve(&self, wanted: &Wanted<'_>) -> Result<Option<Spot>, PublishError> {
        let seed = self.parts.manifest.identity().seed;
        self.parts.log.resolve(wanted, seed).map_err(|damage| damaged(&self.parts, damage))
    }

    #[inline]
    fn expiry(&self, ttl: Option<Duration>) -> u64 {
        match ttl.or(self.parts.ttl) {
            None => 0,
            Some(ttl) => os::now().saturating_add(u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX)).max(1),
        }
    }

    /// Removes the value with this key; `false` if there is none.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn remove(&mut self, key: &[u8]) -> Result<bool, PublishError> {
        let to = if self.kind() == Kind::Singleton { To::Next } else { To::Key(key) };
        self.check_target(to)?;
        let key = if self.kind() == Kind::Singleton { &[] } else { key };
        self.bury(&Wanted::key(key), key)
    }

    /// Removes the message with this id; `false` if there is none.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn remove_id(&mut self, id: ChunkId) -> Result<bool, PublishError> {
        self.check_target(To::Id(id))?;
        self.bury(&Wanted::Id(id.get()), &[])
    }

    /// Commits a tombstone.
    fn bury(&mut self, wanted: &Wanted<'_>, key: &[u8]) -> Result<bool, PublishError> {
        let total = chunk::total(0, key.len() as u64);
        loop {
            let Some(spot) = self.resolve(wanted)?.filter(|spot| spot.is_live(os::now)) else {
                return Ok(false);
            };
            let spot = spot.of_id();
            if !self.parts.log.has_room_for_removal(key.len() as u64) {
                self.make_log_room(total, 0)?;
                continue;
            }
            let entry = Entry { payload: 0, key: key.len() as u64, expires: 0, tombstone: true };
            if self.parts.log.commit(&spot, key, &entry, os::now).is_none() {
                return Err(damaged(&self.parts, self.parts.log.damage()));
            }
            self.ring();
            self.look_ahead();
            return Ok(true);
        }
    }

    /// Removes everything, by one store: followers that mirror the area are told to look afresh.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn clear(&mut self) -> Result<(), PublishError> {
        self.check_process()?;
        let mut census = self.census()?;
        census.forget_all();
        Ok(self.rollover(&census, 0, false)?)
    }

    /// Rolls over to the smallest segment that holds what is live, and gives back the memory of those that nobody
    /// reads any more.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn compact(&mut self) -> Result<(), PublishError> {
        self.check_process()?;
        // A segment that was used before may be as large as the one to be left.
        if let Some(dir) = self.dir()? {
            self.retired.free(&dir, &self.parts.place);
        }
        let census = self.census()?;
        self.rollover(&census, 0, true)?;
        if let Some(dir) = self.dir()? {
            self.retired.free(&dir, &self.parts.place);
        }
        Ok(())
    }

    /// The newest value with this key, as readers see it.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get(&self, key: &[u8]) -> Result<Option<crate::Chunk<'_>>, ReadError> {
        let segment = self.reading()?;
        crate::view::get_with(self.parts.manifest.identity().seed, segment, &Wanted::key(key), Ok)
    }

    /// The last value that was published and is live, as readers see it: of a singleton *the* value.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn latest(&self) -> Result<Option<crate::Chunk<'_>>, ReadError> {
        let segment = self.reading()?;
        crate::view::latest(self.kind(), self.parts.manifest.identity().seed, segment)
    }

    /// The message with this id, as readers see it.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get_id(&self, id: ChunkId) -> Result<Option<crate::Chunk<'_>>, ReadError> {
        let segment = self.reading()?;
        crate::view::get_with(self.parts.manifest.identity().seed, segment, &Wanted::Id(id.get()), Ok)
    }

    /// The area as it is now: a snapshot that stays.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn view(&self) -> Result<View, ReadError> {
        let segment = Arc::clone(self.reading()?);
        View::new(self.parts.manifest.identity().seed, segment)
    }

    /// The current segment through a reader's mapping and lease: what is handed out of it stays valid by the same
    /// means as with any reader, in children of `fork` too.
    fn reading(&self) -> Result<&Arc<Segment>, ReadError> {
        if let Some(segment) = self.reading.get() {
            return Ok(segment);
        }
        let segment = attach(&self.parts.place, &self.parts.manifest, Trust::Own, &[])?;
        Ok(self.reading.get_or_init(|| segment))
    }
}

/// What came of trying to publish: one word beside the variant, so that it stays in registers.
enum Attempt<E> {
    /// With this id.
    Committed(u64),
    /// The payload needs this many bytes, which are not there or not allowed.
    NoRoom(u64),
    /// The value could not be written down.
    Refused(E),
    /// `fill` has forked, and this is the child.
    Forked,
    /// The segment's numbers do not fit its file.
    Damaged,
}

fn copy_of(payload: &[u8]) -> impl FnMut(&mut [u8]) -> Result<usize, std::convert::Infallible> {
    move |room| {
        if let Some(place) = room.get_mut(..payload.len()) {
            place.copy_from_slice(payload);
        }
        Ok(payload.len())
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("path", &self.path())
            .field("kind", &self.kind())
            .field("generation", &self.parts.log.segment().geometry().generation)
            .finish_non_exhaustive()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.parts.process.is_current() {
            return;
        }
        let Ok(Some(dir)) = self.dir() else { return };
        if dir.identity(LOCK) != Some(self.parts.lock) {
            return;
        }
        failpoint::hit("drop.begun");
        self.drop_ahead();
        self.retired.clear(&dir);
        failpoint::hit("drop.cleared");
        if self.parts.flags.contains(Flags::REMOVE_ON_DROP)
            && dir.identity(MANIFEST) == Some(self.parts.manifest.file())
        {
            let manifest =
                crate::area::manifest::open_file(&dir, &self.parts.place, OFlags::RDWR).ok().flatten();
            // Dropping cannot report; what could not be deleted is removed by the next who creates or removes.
            let _ = crate::area::delete(&self.parts.place, &dir, manifest.map(|(fd, _)| fd).as_ref());
        }
    }
}
