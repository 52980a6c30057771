//! A key, resolved once.

use std::sync::Arc;
use std::time::Duration;

use super::{Attempt, ChunkId, PublishError, To, Writer};
use crate::log::read::{Found, NO_PIN, Wanted, find};
use crate::memory::{Damage, Seen, Segment};

/// A key with its place in the index: the look-up is done once, and again after a rollover. It may be stored, and
/// belongs to no handle; used with another area it is resolved there.
#[derive(Clone, Debug)]
pub struct Slot {
    key: Box<[u8]>,
    /// The segment in which `place` was found.
    area: u128,
    generation: u64,
    place: u64,
    hash: u64,
    /// What a reader came to there.
    seen: Seen,
}

impl Slot {
    /// A slot for `key`, to be resolved when it is used.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self { key: key.into(), area: 0, generation: 0, place: 0, hash: 0, seen: Seen::nothing() }
    }

    /// The key's canonical bytes.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    #[inline]
    fn is_for(&self, segment: &Segment) -> bool {
        let geometry = segment.geometry();
        self.generation == geometry.generation && self.area == geometry.uuid
    }

    /// The place that was found before, if it was in this segment.
    #[inline]
    pub(crate) fn place_in(&self, segment: &Segment) -> Option<u64> {
        self.is_for(segment).then_some(self.place)
    }

    fn settle(&mut self, segment: &Segment, slot: u64, hash: u64) {
        (self.area, self.generation) = (segment.geometry().uuid, segment.geometry().generation);
        (self.place, self.hash) = (slot, hash);
    }

    /// What a reader came to there.
    #[inline(always)]
    pub(crate) fn seen(&mut self) -> &mut Seen {
        &mut self.seen
    }

    /// Where the key stands for a reader of `segment`; `None` if it is not there.
    #[inline]
    pub(crate) fn find(&mut self, segment: &Arc<Segment>, seed: u64) -> Result<Option<u64>, Damage> {
        if self.is_for(segment) {
            if self.seen.is_free_for(segment) {
                self.seen.enter(segment, self.place);
            }
            return Ok(Some(self.place));
        }
        let wanted = Wanted::key(&self.key);
        let hash = wanted.hash(seed);
        match find(segment, &wanted, hash, NO_PIN)? {
            Found { slot: Some(slot), chunk: Some(_) } => {
                self.settle(segment, slot, hash);
                self.seen.enter(segment, slot);
                Ok(Some(slot))
            }
            _ => Ok(None),
        }
    }
}

impl Writer {
    /// Replaces the value of a slot's key: as [`publish_with`](Self::publish_with) by key, without hashing it.
    ///
    /// # Errors
    ///
    /// As [`publish_with`](Self::publish_with).
    #[inline]
    pub fn publish_at<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &mut self,
        at: &mut Slot,
        ttl: Option<Duration>,
        mut fill: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<ChunkId, PublishError> {
        self.check_target(To::Key(&at.key))?;
        let expires = self.expiry(ttl);
        loop {
            let known = at.place_in(self.parts.log.segment());
            let spot = match known.and_then(|place| self.parts.log.revisit(place, at.hash)) {
                Some(spot) => spot,
                None => self.spot(To::Key(&at.key), &at.key)?,
            };
            match self.try_commit(&spot, &at.key, expires, &mut fill) {
                Attempt::Committed(id) => {
                    if known.is_none() {
                        at.settle(self.parts.log.segment(), spot.slot(), spot.hash());
                    }
                    self.look_ahead();
                    return Ok(ChunkId::new(id));
                }
                failed => self.recover(failed, &spot, &at.key)?,
            }
        }
    }
}
