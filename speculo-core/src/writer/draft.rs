//! A chunk of a size, written in place, then committed.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use super::{ChunkId, PublishError, To, Writer, damaged};
use crate::failpoint;
use crate::layout::chunk::{self, MAX_PAYLOAD};
use crate::log::publish::{Entry, Spot};
use crate::os;

/// A chunk that is being written: its bytes, in the log already, seen by nobody. [`commit`](Self::commit) publishes
/// it; dropping it leaves nothing behind. In a child of `fork` it is empty, and does nothing.
///
/// ```
/// # use speculo_core::{Area, Kind, Root, Schema, To};
/// # let area = Area::builder("a").root(Root::temporary()?);
/// # let mut writer = area.create()?;
/// let mut chunk = writer.chunk(To::Next, 4)?;
/// chunk.copy_from_slice(b"1234");
/// let id = chunk.commit()?;
/// assert_eq!(writer.get_id(id)?.unwrap().payload(), b"1234");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Draft<'w> {
    writer: &'w mut Writer,
    spot: Spot,
    payload: usize,
    key: &'w [u8],
    expires: u64,
}

impl Writer {
    /// Sets a chunk of `len` payload bytes aside, zeroed, to be written in place.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn chunk<'w>(&'w mut self, to: To<'w>, len: usize) -> Result<Draft<'w>, PublishError> {
        let key = self.check_target(to)?;
        let payload = len as u64;
        let total = chunk::total(payload.min(MAX_PAYLOAD), key.len() as u64);
        let spot = loop {
            let spot = self.spot(to, key)?;
            let log = &self.parts.log;
            if log.room(key.len() as u64).is_some_and(|room| payload <= room)
                && payload <= MAX_PAYLOAD
                && log.keeps_to(self.parts.max_size, &spot, total)
            {
                break spot;
            }
            self.make_room(payload, key.len() as u64, &spot)?;
        };
        let scratch = self.parts.log.scratch();
        let set_aside = scratch.alloc().and_then(|()| scratch.body(payload));
        match set_aside {
            Some(body) => body.fill(0),
            None => return Err(damaged(&self.parts, self.parts.log.damage())),
        }
        failpoint::hit("draft.begun");
        let expires = self.expiry(None);
        Ok(Draft { writer: self, spot, payload: len, key, expires })
    }
}

impl Draft<'_> {
    /// Lets the value live for `ttl` from now, instead of the area's own time.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.expires = self.writer.expiry(Some(ttl));
        self
    }

    /// Whether it came through `fork`: the parent may have published it by now, so its bytes are nobody's to touch.
    fn is_inherited(&self) -> bool {
        !self.writer.parts.process.is_current()
    }

    /// Publishes the chunk.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn commit(self) -> Result<ChunkId, PublishError> {
        self.writer.check_process()?;
        let entry = Entry {
            payload: self.payload as u64,
            key: self.key.len() as u64,
            expires: self.expires,
            tombstone: false,
        };
        let parts = &mut self.writer.parts;
        let committed = parts.log.commit(&self.spot, self.key, &entry, os::now);
        let id = committed.ok_or_else(|| damaged(parts, parts.log.damage()))?;
        self.writer.ring();
        self.writer.look_ahead();
        Ok(ChunkId::new(id))
    }
}

impl Deref for Draft<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        if self.is_inherited() {
            return &[];
        }
        self.writer.parts.log.draft(self.payload as u64)
    }
}

impl DerefMut for Draft<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        if self.is_inherited() {
            return &mut [];
        }
        // The room was there when the draft was made, and nothing has been committed since.
        self.writer.parts.log.scratch().body(self.payload as u64).unwrap_or_default()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.is_inherited() {
            return;
        }
        // After a commit this place is the next chunk's, which is empty anyway.
        let _ = self.writer.parts.log.scratch().unalloc();
        failpoint::hit("draft.ended");
    }
}
