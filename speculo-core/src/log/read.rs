//! Looking things up in a segment, at its end or at a pin.

use std::sync::Arc;

use crate::layout::chunk::{ALIGN, AT_PREV, HEADER, SHORT_KEY, short_key};
use crate::layout::index::{self, EMPTY, slot_offset, slot_tag, tag};
use crate::memory::{Chunk, Damage, Segment};
use crate::schema::Kind;
use crate::sync::Ordering;

/// The pin of somebody who wants the newest.
pub(crate) const NO_PIN: u64 = u64::MAX;

/// What to look for: what decides, short keys and ids as one word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'k> {
    /// The value with this short key, of this length.
    Short(u64, u16),
    /// The value with this key, which is not short.
    Long(&'k [u8]),
    /// The value with this id.
    Id(u64),
}

impl<'k> Wanted<'k> {
    /// The value with this key.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a short key is short")]
    pub(crate) fn key(key: &'k [u8]) -> Self {
        match short_key(key) {
            Some(word) => Self::Short(word, key.len() as u16),
            None => Self::Long(key),
        }
    }

    /// What `chunk` is looked up by.
    pub(crate) fn of(kind: Kind, chunk: &Chunk<'k>) -> Self {
        match kind {
            Kind::Stream => Self::Id(chunk.id()),
            Kind::Keyed | Kind::Singleton => match chunk.lengths().key {
                len if u64::from(len) <= SHORT_KEY => Self::Short(chunk.key_word(), len),
                _ => Self::Long(chunk.key()),
            },
        }
    }

    #[inline(always)]
    pub(crate) fn hash(&self, seed: u64) -> u64 {
        match *self {
            Self::Short(word, len) => index::hash_short(word, len.into(), seed),
            Self::Long(key) => index::hash_key(key, seed),
            Self::Id(id) => index::hash_id(id),
        }
    }

    #[inline(always)]
    pub(crate) fn fits(&self, chunk: &Chunk<'_>) -> bool {
        match *self {
            Self::Short(word, len) => chunk.key_word() == word && chunk.lengths().key == len,
            Self::Long(key) => chunk.key() == key,
            Self::Id(id) => chunk.id() == id,
        }
    }
}

/// The newest chunk committed before `pin` of the key or id whose index slot names `at`.
///
/// At the end of the log at most one chunk of the chain is uncommitted; a pin far behind the end walks down
/// through the versions that were written since.
#[inline(always)]
fn newest<'a>(
    segment: &'a Arc<Segment>,
    at: u64,
    pin: u64,
    steps: &mut u64,
) -> Result<Option<Chunk<'a>>, Damage> {
    if at < pin
        && let Some(chunk) = segment.chunk(at)?
    {
        return Ok(Some(chunk));
    }
    older(segment, at, pin, steps)
}

/// Goes down from the chunk at `at`, which is not committed, or not before `pin`. `steps` counts those of one look-up:
/// no two keys have a chunk in common, so there are not more of them than chunks, unless the index is forged.
#[cold]
fn older<'a>(
    segment: &'a Arc<Segment>,
    mut at: u64,
    pin: u64,
    steps: &mut u64,
) -> Result<Option<Chunk<'a>>, Damage> {
    loop {
        let damage = |what| Damage { at, what };
        if !at.is_multiple_of(ALIGN) || !segment.region().reaches(at.saturating_add(HEADER)) {
            return Err(damage("the index names a place outside the log"));
        }
        // Relaxed: written before the slot that led here was stored with release. [O3]
        let prev = segment.region().load(at + AT_PREV, Ordering::Relaxed).unwrap_or(0);
        if prev == 0 {
            return Ok(None);
        }
        if prev >= at {
            return Err(damage("a chunk replaces one that comes after it"));
        }
        *steps += 1;
        if *steps > segment.region().known() / HEADER {
            return Err(damage("the index leads to it again and again"));
        }
        at = prev;
        if at < pin
            && let Some(chunk) = segment.chunk(at)?
        {
            return Ok(Some(chunk));
        }
    }
}

/// What index slot `slot` leads to, before `pin`.
#[inline(always)]
pub(crate) fn at_slot(segment: &Arc<Segment>, slot: u64, pin: u64) -> Result<Option<Chunk<'_>>, Damage> {
    match segment.slot(slot) {
        EMPTY => Ok(None),
        word => newest(segment, slot_offset(word), pin, &mut 0),
    }
}

/// Where a key or id stands in the index.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// Its slot, or the free one where it would stand; `None` if the index is full.
    pub(crate) slot: Option<u64>,
    /// Its newest chunk before the pin, tombstones included.
    pub(crate) chunk: Option<Chunk<'a>>,
}

/// Looks `wanted` up. Bounded by the numbers of slots and chunks; with the load limits of [`carry`](super::carry) a few steps.
#[inline]
pub(crate) fn find<'a>(
    segment: &'a Arc<Segment>,
    wanted: &Wanted<'_>,
    hash: u64,
    pin: u64,
) -> Result<Found<'a>, Damage> {
    let mut steps = 0;
    for step in 0..segment.geometry().index_slots {
        let slot = hash.wrapping_add(step);
        let word = segment.slot(slot);
        if word == EMPTY {
            return Ok(Found { slot: Some(slot), chunk: None });
        }
        if slot_tag(word) == tag(hash)
            && let Some(chunk) = newest(segment, slot_offset(word), pin, &mut steps)?
            && wanted.fits(&chunk)
        {
            return Ok(Found { slot: Some(slot), chunk: Some(chunk) });
        }
    }
    Ok(Found { slot: None, chunk: None })
}

/// The last committed chunk, and the end of the log behind it: everything that was committed before the call, and
/// at most one chunk more. \[O4\]
///
/// `tail` may lag behind by the one commit whose writer has not stored it yet, so one step is looked ahead.
pub(crate) fn last(segment: &Arc<Segment>) -> Result<(Option<Chunk<'_>>, u64), Damage> {
    let (chunk, end) = match segment.tail() {
        0 => (None, segment.geometry().log_start),
        at => {
            let chunk = segment.chunk(at)?.ok_or(Damage { at, what: "the tail names no committed chunk" })?;
            (Some(chunk), chunk.end())
        }
    };
    Ok(match segment.chunk(end)? {
        Some(next) => (Some(next), next.end()),
        None => (chunk, end),
    })
}

/// [`at_slot`] for the newest, where nothing is out of the ordinary; `None` says nothing.
#[inline(always)]
pub(crate) fn plain_at_slot(segment: &Arc<Segment>, slot: u64) -> Option<Chunk<'_>> {
    let window = segment.region().window();
    Chunk::plain_in(segment, window, slot_offset(segment.slot_in(window, slot)))
}

/// [`find`] for the newest, where nothing is out of the ordinary; `None` says nothing.
#[inline(always)]
pub(crate) fn plain_find<'a>(
    segment: &'a Arc<Segment>,
    wanted: &Wanted<'_>,
    hash: u64,
) -> Option<(u64, Chunk<'a>)> {
    let window = segment.region().window();
    for step in 0..segment.geometry().index_slots {
        let slot = hash.wrapping_add(step);
        let word = segment.slot_in(window, slot);
        if word == EMPTY {
            return None;
        }
        if slot_tag(word) == tag(hash) {
            let chunk = Chunk::plain_in(segment, window, slot_offset(word))?;
            if wanted.fits(&chunk) {
                return Some((slot, chunk));
            }
        }
    }
    None
}

/// Chunks of the log in order, from `at` to the first place that is not committed, or to `pin`.
#[derive(Debug)]
pub(crate) struct Chunks<'a> {
    segment: &'a Arc<Segment>,
    at: u64,
    pin: u64,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(segment: &'a Arc<Segment>, pin: u64) -> Self {
        Self { segment, at: segment.geometry().log_start, pin }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, Damage>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.pin {
            return None;
        }
        match self.segment.chunk(self.at).transpose()? {
            Ok(chunk) => {
                self.at = chunk.end();
                Some(Ok(chunk))
            }
            Err(damage) => {
                self.pin = 0;
                Some(Err(damage))
            }
        }
    }
}
