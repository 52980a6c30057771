//! A snapshot: an area at one point of its log.

use std::path::Path;
use std::sync::Arc;

use crate::error::ReadError;
use crate::log::read::{Chunks, NO_PIN, Wanted, find, last, plain_find};
use crate::memory::{Chunk, ChunkId, Segment};
use crate::os;
use crate::schema::Kind;

/// An area at one point of its log, for as long as it is held (P7, P10): across all keys exactly the chunks committed
/// before that point, expiry judged once, when it was made. Made in a few steps, whatever the area's size; cloned by
/// a reference count.
///
/// It keeps the memory of its segment from being reused.
#[derive(Clone, Debug)]
pub struct View {
    segment: Arc<Segment>,
    pin: u64,
    now: u64,
    seed: u64,
}

impl View {
    pub(crate) fn new(seed: u64, segment: Arc<Segment>) -> Result<Self, ReadError> {
        let pin = last(&segment).map_err(|damage| segment.corrupt(damage))?.1;
        Ok(Self { segment, pin, now: os::now(), seed })
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.segment.area()
    }

    /// The value with this key. Its versions since the view was made are walked over, those of this segment only.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get(&self, key: &[u8]) -> Result<Option<Chunk<'_>>, ReadError> {
        self.find(&Wanted::key(key))
    }

    /// The message with this id.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn get_id(&self, id: ChunkId) -> Result<Option<Chunk<'_>>, ReadError> {
        self.find(&Wanted::Id(id.get()))
    }

    fn find(&self, wanted: &Wanted<'_>) -> Result<Option<Chunk<'_>>, ReadError> {
        let found = find(&self.segment, wanted, wanted.hash(self.seed), self.pin);
        let found = found.map_err(|damage| self.segment.corrupt(damage))?;
        Ok(found.chunk.filter(|chunk| chunk.is_live(|| self.now)))
    }

    /// Every value, in the order of publication.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { chunks: Chunks::new(&self.segment, self.pin), view: self }
    }

    /// Number of values. Walks over all of them.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn len(&self) -> Result<usize, ReadError> {
        self.iter().try_fold(0, |count, chunk| chunk.map(|_| count + 1))
    }

    /// Whether there is no value.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn is_empty(&self) -> Result<bool, ReadError> {
        self.iter().next().transpose().map(|chunk| chunk.is_none())
    }

    /// Seq of the last chunk committed before the view's point; 0 = none.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn last_seq(&self) -> Result<u64, ReadError> {
        let mut last = self.segment.geometry().first_seq.saturating_sub(1);
        for chunk in Chunks::new(&self.segment, self.pin) {
            last = last.max(chunk.map_err(|damage| self.segment.corrupt(damage))?.seq());
        }
        Ok(last)
    }
}

impl<'a> IntoIterator for &'a View {
    type Item = Result<Chunk<'a>, ReadError>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The values of a [`View`].
#[derive(Debug)]
pub struct Iter<'a> {
    chunks: Chunks<'a>,
    view: &'a View,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Result<Chunk<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        for chunk in self.chunks.by_ref() {
            match chunk {
                Ok(chunk) => {
                    if !chunk.is_superseded(self.view.pin) && chunk.is_live(|| self.view.now) {
                        return Some(Ok(chunk));
                    }
                }
                Err(damage) => return Some(Err(self.view.segment.corrupt(damage).into())),
            }
        }
        None
    }
}

/// What `read` makes of the newest live value of a key or id in a segment.
///
/// The chunk goes into `read` instead of coming out: passed on in a `Result` of an `Option` it would travel through
/// memory, which costs more than the look-up.
#[inline(always)]
pub(crate) fn get_with<'a, R>(
    seed: u64,
    segment: &'a Arc<Segment>,
    wanted: &Wanted<'_>,
    read: impl FnOnce(Chunk<'a>) -> Result<R, ReadError>,
) -> Result<Option<R>, ReadError> {
    let hash = wanted.hash(seed);
    match plain_find(segment, wanted, hash) {
        Some((_, chunk)) if chunk.is_lasting() => read(chunk).map(Some),
        _ => get_any(segment, wanted, hash)?.map(read).transpose(),
    }
}

/// The last value that was published and is live: of a singleton *the* value, of the others the newest of all.
pub(crate) fn latest(kind: Kind, seed: u64, segment: &Arc<Segment>) -> Result<Option<Chunk<'_>>, ReadError> {
    if kind == Kind::Singleton {
        return get_with(seed, segment, &Wanted::key(&[]), Ok);
    }
    let damaged = |damage| segment.corrupt(damage);
    let (chunk, pin) = last(segment).map_err(damaged)?;
    let is_live = |chunk: &Chunk<'_>| !chunk.is_superseded(pin) && chunk.is_live(os::now);
    let Some(chunk) = chunk else { return Ok(None) };
    if is_live(&chunk) {
        return Ok(Some(chunk));
    }
    let mut newest = None;
    for chunk in Chunks::new(segment, pin) {
        newest = Some(chunk.map_err(damaged)?).filter(is_live).or(newest);
    }
    Ok(newest)
}

/// The value of a key or id, whether it is absent, uncommitted, removed, expiring or damaged.
#[inline(never)]
fn get_any<'a>(
    segment: &'a Arc<Segment>,
    wanted: &Wanted<'_>,
    hash: u64,
) -> Result<Option<Chunk<'a>>, ReadError> {
    let found = find(segment, wanted, hash, NO_PIN);
    let found = found.map_err(|damage| segment.corrupt(damage))?;
    Ok(found.chunk.filter(|chunk| chunk.is_live(os::now)))
}
