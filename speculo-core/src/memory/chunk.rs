//! A committed chunk, and references into it.

#![expect(unsafe_code, reason = "makes slices of committed bytes; see the numbered invariants in `memory`")]

mod seen;

use std::sync::Arc;
use std::time::Duration;

use super::region::{HeaderWords, Window};
use super::segment::Mark;
use super::{Damage, Segment};
use crate::error::{ReadError, ReadErrorKind};
use crate::layout::chunk::{
    self, ALIGN, AT_CONTROL, AT_EXPIRES, AT_ID, AT_KEY, AT_NEXT, AT_PREV, AT_SEQ, AT_VERSION, HEADER,
    Lengths, SHORT_KEY, State,
};
use crate::os;
use crate::schema::Kind;
use crate::sync::Ordering;

pub(crate) use seen::{Glance, Seen};

/// Identity of a published value: kept by its updates and by rollovers, never used again in its area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkId(u64);

impl ChunkId {
    /// The id as a number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The id that [`get`](Self::get) gave.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for ChunkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A committed chunk in a leased segment: checked, immutable, borrowed.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    segment: &'a Arc<Segment>,
    words: HeaderWords<'a>,
    place: Place,
    /// Whether the payload is known to have passed its reader's check; if not, its mark may still say so. No `bool`, in
    /// which the `None` of an `Option` would be kept, at the cost of some instructions.
    checked: u64,
}

/// Where a chunk lies: loaded from shared memory once, checked, then used.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    /// The control word, which holds the [`Lengths`]: a plain word, so that a chunk travels in registers.
    control: u64,
}

impl Place {
    /// A place that lies in no file.
    const NOWHERE: Self = Self { at: u64::MAX, control: 0 };
}

impl<'a> Chunk<'a> {
    /// The committed chunk at `at`; `None` if the control word does not say `WRITN`. \[O1\] \[O2\]
    #[inline(always)]
    pub(crate) fn at(segment: &'a Arc<Segment>, at: u64) -> Result<Option<Self>, Damage> {
        let damage = |what| Damage { at, what };
        let region = segment.region();
        if at < segment.geometry().log_start || !at.is_multiple_of(ALIGN) {
            return Err(damage("a chunk lies outside the log"));
        }
        if !region.reaches(at.saturating_add(HEADER)) {
            return Err(damage("a chunk lies beyond the end of the file"));
        }
        let words = region.header(at).ok_or(damage("a chunk lies beyond the end of the file"))?;
        let control = words.load::<AT_CONTROL>(Ordering::Acquire);
        match chunk::state(control) {
            Some(State::Writn) => {}
            Some(State::Unall | State::Alloc) => return Ok(None),
            None => return Err(damage("a chunk has an unknown state")),
        }
        if !region.reaches(at.saturating_add(Lengths::of(control).total())) {
            return Err(damage("a chunk ends beyond the end of the file"));
        }
        Ok(Some(Self { segment, words, place: Place { at, control }, checked: 0 }))
    }

    /// [`at`](Self::at) where nothing is out of the ordinary: the chunk is committed, in bytes that are known to be
    /// there. `None` says nothing; ask again there. With one kind of result it stays in registers.
    #[inline(always)]
    pub(crate) fn plain(segment: &'a Arc<Segment>, at: u64) -> Option<Self> {
        Self::plain_in(segment, segment.region().window(), at)
    }

    /// [`plain`](Self::plain) with the segment's window at hand.
    #[inline(always)]
    pub(crate) fn plain_in(segment: &'a Arc<Segment>, window: Window<'a>, at: u64) -> Option<Self> {
        if !at.is_multiple_of(ALIGN) || at < segment.geometry().log_start {
            return None;
        }
        let words = window.header(at)?;
        let control = words.load::<AT_CONTROL>(Ordering::Acquire);
        // `at` lies inside the file, so the sum cannot overflow. A short key is counted twice: behind a chunk there
        // is room for that.
        let Lengths { payload, key, .. } = Lengths::of(control);
        let end = at + HEADER + u64::from(payload) + u64::from(key);
        let fits = chunk::is_written(control) && end <= window.known();
        fits.then_some(Self { segment, words, place: Place { at, control }, checked: 0 })
    }

    /// Whether this is a value that has not expired at `now`, which is asked for only if it can expire.
    #[inline]
    pub(crate) fn is_live(&self, now: impl FnOnce() -> u64) -> bool {
        !self.is_tombstone() && !self.is_expired(now)
    }

    /// Whether this is a value that never expires.
    #[inline]
    pub(crate) fn is_lasting(&self) -> bool {
        chunk::is_lasting(self.place.control)
    }

    #[inline]
    pub(crate) fn lengths(&self) -> Lengths {
        Lengths::of(self.place.control)
    }

    /// Number of this commit, area-wide.
    #[must_use]
    #[inline]
    pub fn seq(&self) -> u64 {
        self.words.load::<AT_SEQ>(Ordering::Relaxed)
    }

    /// Identity of the value: the seq of its first version.
    #[must_use]
    #[inline]
    pub fn id(&self) -> u64 {
        self.words.load::<AT_ID>(Ordering::Relaxed)
    }

    /// 1 for the first version of this id, 2 for the next, and so on.
    #[must_use]
    #[inline]
    pub fn version(&self) -> u64 {
        self.words.load::<AT_VERSION>(Ordering::Relaxed)
    }

    /// When it expires, in ns of `CLOCK_BOOTTIME`; 0 = never.
    #[must_use]
    #[inline]
    pub fn expires_at(&self) -> u64 {
        if self.lengths().mortal { self.words.load::<AT_EXPIRES>(Ordering::Relaxed) } else { 0 }
    }

    /// Whether it says that its key, or id, is gone.
    #[must_use]
    #[inline]
    pub fn is_tombstone(&self) -> bool {
        self.lengths().tombstone
    }

    /// The value's bytes, in place. They begin at a multiple of 16.
    #[must_use]
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.bytes(HEADER, self.lengths().payload.into())
    }

    /// The key's canonical bytes, in place; empty for streams and singletons.
    #[must_use]
    #[inline]
    pub fn key(&self) -> &'a [u8] {
        let Lengths { payload, key, .. } = self.lengths();
        let at = if u64::from(key) <= SHORT_KEY { AT_KEY } else { HEADER + u64::from(payload) };
        self.bytes(at, key.into())
    }

    /// The word of the header that holds the key if it is short.
    #[inline]
    pub(crate) fn key_word(&self) -> u64 {
        // Relaxed here and below: acquired with the control word.
        self.words.load::<AT_KEY>(Ordering::Relaxed)
    }

    #[inline]
    fn bytes(&self, from: u64, len: u64) -> &'a [u8] {
        // SAFETY: the chunk is committed (invariant 3: it was `WRITN` when `self` was made) in a segment that `'a`
        // keeps leased (invariant 2), so nobody writes to payload and key while `'a` lasts. The range lies inside
        // the chunk, which was found to lie inside the file when `self` was made, in `at` or `plain`.
        unsafe { self.words.bytes(from, len) }
    }

    /// Runs `check` on the payload unless it has passed before, in this handle or one that shares its memory.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::Invalid`] if `check` says no, with what `explain` says.
    #[inline(always)]
    pub fn check_once(
        &self,
        check: impl FnOnce(&[u8]) -> bool,
        explain: fn(&[u8]) -> String,
    ) -> Result<(), ReadError> {
        if self.checked != 0 {
            return Ok(());
        }
        let mark = self.segment.mark(self.place.at);
        if mark.is_some_and(Mark::is_set) {
            return Ok(());
        }
        if !check(self.payload()) {
            return Err(Self::refuse(self.segment, self.words, self.place, explain));
        }
        match mark {
            Some(mark) => mark.set(),
            None => self.segment.set_first_mark(self.place.at),
        }
        Ok(())
    }

    /// Whether [`check_once`](Self::check_once) has passed before.
    #[must_use]
    #[inline]
    pub fn is_checked(&self) -> bool {
        self.checked != 0 || self.segment.mark(self.place.at).is_some_and(Mark::is_set)
    }

    /// Takes the chunk apart, which otherwise would be put in memory each time, to be pointed at.
    #[cold]
    #[inline(never)]
    fn refuse(
        segment: &Arc<Segment>,
        words: HeaderWords<'_>,
        place: Place,
        explain: fn(&[u8]) -> String,
    ) -> ReadError {
        let chunk = Chunk { segment, words, place, checked: 0 };
        chunk.invalid(explain(chunk.payload()))
    }

    /// The error that says that this chunk is no valid value, for `reason`.
    #[cold]
    #[must_use]
    pub fn invalid(&self, reason: String) -> ReadError {
        ReadErrorKind::Invalid { path: self.segment.area().to_owned(), seq: self.seq(), reason }.into()
    }

    /// How much longer it lives, zero if it has expired; `None` = for ever. Reads the clock if it can expire.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        match self.expires_at() {
            0 => None,
            expires => Some(Duration::from_nanos(expires.saturating_sub(os::now()))),
        }
    }

    /// The same chunk, owned: it keeps its memory for as long as it is held, whatever the area does (P7).
    #[must_use]
    pub fn share(&self) -> OwnedChunk {
        OwnedChunk { segment: Arc::clone(self.segment), place: self.place }
    }

    /// Bytes that it takes in the log.
    #[must_use]
    #[inline]
    pub fn total_len(&self) -> u64 {
        self.lengths().total()
    }

    pub(crate) fn offset(&self) -> u64 {
        self.place.at
    }

    pub(crate) fn end(&self) -> u64 {
        self.place.at + self.total_len()
    }

    /// Whether a newer chunk, committed before `pin`, replaces this one. \[O5\]
    #[inline]
    pub(crate) fn is_superseded(&self, pin: u64) -> bool {
        let next = self.words.load::<AT_NEXT>(Ordering::Acquire);
        next > self.place.at && next < pin && matches!(self.segment.chunk(next), Ok(Some(_)))
    }

    /// Whether a newer chunk replaces this one, or is about to.
    #[inline]
    pub(crate) fn has_next(&self) -> bool {
        // Relaxed: a reason to look closer, no more; nothing is read by way of it.
        self.words.load::<AT_NEXT>(Ordering::Relaxed) != 0
    }

    /// Whether an older value, perhaps of a segment before, or its removal, stood where it stands.
    #[inline]
    pub(crate) fn may_replace(&self, kind: Kind) -> bool {
        kind != Kind::Stream || self.version() > 1
    }

    /// Whether it replaces an older one in its segment.
    #[inline]
    pub(crate) fn has_prev(&self) -> bool {
        self.words.load::<AT_PREV>(Ordering::Relaxed) != 0
    }

    /// Whether it has expired at `now`, which is asked for only if it can expire.
    #[inline]
    pub(crate) fn is_expired(&self, now: impl FnOnce() -> u64) -> bool {
        let expires = self.expires_at();
        expires != 0 && expires <= now()
    }
}

impl std::fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunk")
            .field("seq", &self.seq())
            .field("id", &self.id())
            .field("version", &self.version())
            .field("expires_at", &self.expires_at())
            .field("tombstone", &self.is_tombstone())
            .field("payload_len", &self.lengths().payload)
            .field("key", &self.key())
            .finish()
    }
}

/// A chunk that keeps its memory: valid, unchanged, for as long as it is held (P7).
#[derive(Clone)]
pub struct OwnedChunk {
    segment: Arc<Segment>,
    place: Place,
}

impl OwnedChunk {
    /// The chunk.
    #[must_use]
    #[inline]
    pub fn chunk(&self) -> Chunk<'_> {
        // Invariant 3 was established when the borrowed chunk was made, of this same segment.
        // The header is in bounds as it was then; a file only grows.
        let words = self.segment.region().header(self.place.at);
        let words = words.unwrap_or_else(|| unreachable!("a mapped chunk stays mapped"));
        Chunk { segment: &self.segment, words, place: self.place, checked: 0 }
    }
}

impl std::fmt::Debug for OwnedChunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.chunk().fmt(f)
    }
}
