//! The reader's handle: look up, follow, view, wait.

mod follow;
mod wait;

use std::fmt;
use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::fs::OFlags;

use crate::area::attach::attach;
use crate::area::copy::Source;
use crate::area::dir::{BELL, Dir, MANIFEST, Place};
use crate::area::manifest;
use crate::area::{AreaBuilder, Start, Trust};
use crate::error::{OpenError, ReadError};
use crate::layout::PAGE;
use crate::layout::manifest::REMOVED;
use crate::log::follow::Cursor;
use crate::log::read::{NO_PIN, Wanted, at_slot, last};
use crate::log::wait::Mark;
use crate::memory::lease::{Grip, is_locked};
use crate::memory::{Chunk, ChunkId, FileId, Glance, Manifest, Region, Segment, Writable};
use crate::os;
use crate::schema::{Kind, Schema};
use crate::view::View;
use crate::writer::Slot;

pub use follow::Event;

/// Whether an area has a writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// A process owns the area.
    Alive,
    /// Nobody does; what was published last can still be read.
    Dead,
}

/// A reader of an area. It maps everything read-only and takes no slot: what it does makes no writer wait (P2). With
/// [`Trust::Copy`] it maps nothing.
///
/// Methods take `&mut self`, for they may move on to a newer segment, which must not happen while a chunk of this
/// one is borrowed. [`share`](Chunk::share) and [`view`](Self::view) give what outlives that.
pub struct Reader {
    place: Arc<Place>,
    manifest: Arc<Manifest>,
    trust: Trust,
    /// The segment that is leased; `None` while idle.
    segment: Option<Arc<Segment>>,
    /// Mappings kept without a lease: in the steady state two files alternate.
    former: Vec<Arc<Region>>,
    cursor: Cursor,
    /// Generation and place of the log's end when `wait` returned last.
    mark: Mark,
    /// Generation that `cursor` is in.
    cursor_in: u64,
    bell: Option<Writable>,
    /// Of an area that is copied, not mapped ([`Trust::Copy`]).
    source: Option<Source>,
}

/// How many mappings are kept.
const KEPT: usize = 2;

impl Reader {
    /// With `schema`, areas of that only.
    pub(crate) fn open(builder: &AreaBuilder<'_>, schema: Option<&Schema<'_>>) -> Result<Self, OpenError> {
        let place = builder.place()?;
        let not_found = || OpenError::NotFound { path: place.path().to_owned(), uid: os::uid() };
        let dir = Dir::open(&place)?.ok_or_else(not_found)?;
        let (fd, stat) = manifest::open_file(&dir, &place, OFlags::RDONLY)?.ok_or_else(not_found)?;
        dir.check(&place, builder.trust)?;
        builder.trust.check(&stat, &place.path().join(MANIFEST))?;
        let identity = manifest::identify(&place, &fd, &stat)?;
        if let Some(schema) = schema {
            manifest::check_schema(&place, &identity, schema)?;
        }
        let (manifest, segment, source) = if builder.trust == Trust::Copy {
            let (mut source, manifest) = Source::new(&place, fd, FileId::of(&stat), identity)?;
            let copied = source.refresh(&place, manifest.identity(), None);
            (manifest, copied?.ok_or_else(not_found)?, Some(source))
        } else {
            let manifest = Manifest::map(&place, &fd, &stat, identity)?;
            if manifest.current() == REMOVED {
                return Err(not_found());
            }
            let segment = attach(&place, &manifest, builder.trust, &[])?;
            (manifest, segment, None)
        };
        let damaged = |damage| OpenError::from(segment.corrupt(damage));
        let end = last(&segment).map_err(damaged)?.1;
        let cursor = match builder.start {
            Start::Oldest => Cursor::oldest(&segment),
            Start::Newest => Cursor::newest(&segment).map_err(damaged)?,
        };
        let generation = segment.geometry().generation;
        let bell = if source.is_some() { None } else { open_bell(&dir, &place) };
        let mark = mark(source.as_ref(), &manifest, &segment, end);
        Ok(Self {
            place: Arc::new(place),
            manifest: Arc::new(manifest),
            trust: builder.trust,
            mark,
            segment: Some(segment),
            former: Vec::with_capacity(KEPT),
            cursor,
            cursor_in: generation,
            bell,
            source,
        })
    }

    /// How chunks replace each other.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.manifest.identity().kind
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        self.place.path()
    }

    /// The schema descriptor that the publisher stored.
    #[must_use]
    pub fn descriptor(&self) -> &[u8] {
        &self.manifest.identity().descriptor
    }

    /// A second reader of the same area that goes on from where this one is.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            place: Arc::clone(&self.place),
            manifest: Arc::clone(&self.manifest),
            trust: self.trust,
            segment: self.segment.clone(),
            former: self.former.clone(),
            cursor: self.cursor,
            mark: self.mark.clone(),
            cursor_in: self.cursor_in,
            bell: self.bell.clone(),
            source: self.source.clone(),
        }
    }

    /// The newest value with this key; one load, a hash and a look into the index. \[O7\]
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get(&mut self, key: &[u8]) -> Result<Option<Chunk<'_>>, ReadError> {
        self.get_with(key, Ok)
    }

    /// What `read` makes of the newest value with this key.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]; those of `read`.
    #[inline(always)]
    pub fn get_with<'r, R>(
        &'r mut self,
        key: &[u8],
        read: impl FnOnce(Chunk<'r>) -> Result<R, ReadError>,
    ) -> Result<Option<R>, ReadError> {
        let seed = self.manifest.identity().seed;
        // Before anything that orders memory, so that a key that was just encoded is still in a register.
        let wanted = Wanted::key(key);
        crate::view::get_with(seed, self.current()?, &wanted, read)
    }

    /// The message with this id, in its newest version.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get_id(&mut self, id: ChunkId) -> Result<Option<Chunk<'_>>, ReadError> {
        let seed = self.manifest.identity().seed;
        crate::view::get_with(seed, self.current()?, &Wanted::Id(id.get()), Ok)
    }

    /// The newest value of a slot's key: [`get`](Self::get) without the hash and the comparison.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn get_at(&mut self, slot: &mut Slot) -> Result<Option<Chunk<'_>>, ReadError> {
        self.get_at_with(slot, Ok)
    }

    /// What `read` makes of the newest value of a slot's key.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]; those of `read`.
    #[inline(always)]
    pub fn get_at_with<'r, R>(
        &'r mut self,
        slot: &mut Slot,
        read: impl FnOnce(Chunk<'r>) -> Result<R, ReadError>,
    ) -> Result<Option<R>, ReadError> {
        let seed = self.manifest.identity().seed;
        let segment = self.current()?;
        // Read in each case apart: put together the three would travel through memory.
        match slot.seen().glance(segment) {
            Glance::Same(chunk) => return read(chunk).map(Some),
            Glance::Other(window, word) => {
                if let Some(chunk) = slot.seen().look(segment, window, word) {
                    return read(chunk).map(Some);
                }
            }
            Glance::Unknown => {}
        }
        get_at_any(segment, slot, seed)?.map(read).transpose()
    }

    /// The last value that was published and is live: of a singleton *the* value, of the others the newest of all.
    ///
    /// One step, unless the last chunk is a tombstone, has expired or was updated: then all are walked over.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn latest(&mut self) -> Result<Option<Chunk<'_>>, ReadError> {
        let identity = self.manifest.identity();
        let (kind, seed) = (identity.kind, identity.seed);
        crate::view::latest(kind, seed, self.current()?)
    }

    /// The area as it is now: a snapshot that stays.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn view(&mut self) -> Result<View, ReadError> {
        let seed = self.manifest.identity().seed;
        let segment = self.current()?;
        View::new(seed, Arc::clone(segment))
    }

    /// Whether the area has a writer now. Some system calls.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn publisher(&self) -> Result<Liveness, ReadError> {
        let opened = match Dir::open(&self.place)? {
            Some(dir) => manifest::open_file(&dir, &self.place, OFlags::RDONLY)?,
            None => None,
        };
        let Some((fd, _)) = opened.filter(|(_, stat)| FileId::of(stat) == self.manifest.file()) else {
            return Ok(Liveness::Dead);
        };
        // A writer holds the manifest's exclusive lock, which would keep a shared one out.
        let held = is_locked(fd.as_fd(), Grip::Shared);
        let held = held.map_err(|error| self.place.os_error("look at the lock of", MANIFEST, error))?;
        Ok(if held { Liveness::Alive } else { Liveness::Dead })
    }

    /// Lets go of the memory that this reader holds, until it is used again. A reader that sleeps for long should:
    /// the segment that it read last can then be reused. Only if that one is deleted does its memory stay meanwhile.
    pub fn idle(&mut self) {
        if let Some(segment) = self.segment.take()
            && self.source.is_none()
        {
            // While a file is mapped its memory is not given back, although it was deleted.
            self.former.clear();
            self.keep(Arc::clone(segment.region()));
        }
    }

    /// The current segment, leased.
    #[inline]
    fn current(&mut self) -> Result<&Arc<Segment>, ReadError> {
        let current = self.manifest.current();
        let is_current = |segment: &Arc<Segment>| segment.geometry().generation == current;
        if !self.segment.as_ref().is_some_and(is_current) {
            self.attach()?;
        }
        match &self.segment {
            Some(segment) => Ok(segment),
            None => Err(self.place.removed().into()),
        }
    }

    /// Moves to the current segment. Of an area that is copied: to a copy that has everything.
    #[cold]
    fn attach(&mut self) -> Result<(), ReadError> {
        if let Some(source) = &mut self.source {
            let held = self.segment.as_deref();
            if let Some(segment) = source.refresh(&self.place, self.manifest.identity(), held)? {
                self.segment = Some(segment);
            }
            return Ok(());
        }
        let segment = attach(&self.place, &self.manifest, self.trust, &self.former)?;
        self.former.retain(|region| region.id() != segment.region().id());
        self.mark.leave_for(&segment);
        if let Some(old) = self.segment.replace(segment) {
            self.keep(Arc::clone(old.region()));
        }
        Ok(())
    }

    fn mark_at(&self, segment: &Segment, at: u64) -> Mark {
        mark(self.source.as_ref(), &self.manifest, segment, at)
    }

    /// Keeps the mapping of a segment that was current until now, so that none is kept twice.
    fn keep(&mut self, region: Arc<Region>) {
        self.former.truncate(KEPT - 1);
        self.former.insert(0, region);
    }
}

/// [`Reader::get_at`] for whatever is unresolved, absent, uncommitted, removed, expiring or damaged.
#[inline(never)]
fn get_at_any<'a>(
    segment: &'a Arc<Segment>,
    slot: &mut Slot,
    seed: u64,
) -> Result<Option<Chunk<'a>>, ReadError> {
    let chunk = match slot.find(segment, seed) {
        Ok(Some(slot)) => at_slot(segment, slot, NO_PIN),
        Ok(None) => Ok(None),
        Err(damage) => Err(damage),
    };
    let chunk = chunk.map_err(|damage| segment.corrupt(damage))?;
    Ok(chunk.filter(|chunk| chunk.is_live(os::now)))
}

/// A place in the log to wait at.
fn mark(source: Option<&Source>, manifest: &Manifest, segment: &Segment, at: u64) -> Mark {
    match source {
        Some(_) => Mark::in_copies(manifest.region(), segment, at),
        None => Mark::new(segment, at),
    }
}

/// The word that waiters set, if this user may; without it a waiter looks by itself now and then.
fn open_bell(dir: &Dir, place: &Place) -> Option<Writable> {
    let (fd, stat) = dir.file(place, BELL, OFlags::RDWR).ok()??;
    let len = u64::try_from(stat.st_size).ok()?;
    if len < PAGE {
        return None;
    }
    Writable::map(fd.as_fd(), FileId::of(&stat), PAGE, PAGE).ok()
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path())
            .field("kind", &self.kind())
            .field("generation", &self.segment.as_ref().map(|segment| segment.geometry().generation))
            .finish_non_exhaustive()
    }
}
