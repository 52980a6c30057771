//! The writer's log: resolve, fill, commit. No system call, no loop but the index's probe.

use std::sync::Arc;

use super::carry::slot_limit;
use super::read::{self, NO_PIN, Wanted};
use crate::failpoint;
use crate::layout::chunk::{self, HEADER, Lengths, short_key};
use crate::layout::{index, to_usize};
use crate::memory::scratch::{Header, Scratch};
use crate::memory::{Chunk, Damage, Segment};

/// The current segment, as its writer knows it.
#[derive(Debug)]
pub(crate) struct Log {
    segment: Arc<Segment>,
    scratch: Scratch,
    next_seq: u64,
    used_slots: u64,
    /// Bytes of chunks that were live when they were last looked at; what has expired since is still counted.
    live_bytes: u64,
    /// Whether a chunk was committed that can expire.
    expiring: bool,
    /// Bytes that values leave free at the log's end.
    for_removals: u64,
}

/// What is known of a log when it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) next_seq: u64,
    pub(crate) used_slots: u64,
    pub(crate) live_bytes: u64,
    pub(crate) expiring: bool,
}

/// Where a chunk will stand in the index, and what it replaces. Plain words, so that it travels in registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    slot: u64,
    hash: u64,
    old: Old,
}

/// The newest chunk of a key or id.
#[derive(Clone, Copy, Debug, Default)]
struct Old {
    /// Its place; 0 = there is none.
    at: u64,
    id: u64,
    version: u64,
    /// Bytes that it takes; 0 for a tombstone.
    bytes: u64,
    expires: u64,
}

impl Old {
    #[inline]
    fn of(chunk: &Chunk<'_>) -> Self {
        Self {
            at: chunk.offset(),
            id: chunk.id(),
            version: chunk.version(),
            bytes: if chunk.is_tombstone() { 0 } else { chunk.total_len() },
            expires: chunk.expires_at(),
        }
    }

    /// Whether readers still see it.
    #[inline]
    fn is_live(&self, now: impl FnOnce() -> u64) -> bool {
        self.bytes != 0 && (self.expires == 0 || self.expires > now())
    }
}

impl Spot {
    pub(crate) fn slot(&self) -> u64 {
        self.slot
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// Whether the key or id is there for readers.
    pub(crate) fn is_live(&self, now: impl FnOnce() -> u64) -> bool {
        self.old.is_live(now)
    }
}

/// What is to be committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) payload: u64,
    pub(crate) key: u64,
    pub(crate) expires: u64,
    pub(crate) tombstone: bool,
}

impl Log {
    pub(crate) fn new(segment: Arc<Segment>, scratch: Scratch, start: Start) -> Self {
        let Start { next_seq, used_slots, live_bytes, expiring } = start;
        let for_removals = super::carry::for_removals(segment.region().known());
        Self { segment, scratch, next_seq, used_slots, live_bytes, expiring, for_removals }
    }

    pub(crate) fn segment(&self) -> &Arc<Segment> {
        &self.segment
    }

    pub(crate) fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }

    /// The first bytes of the draft in the scratch.
    pub(crate) fn draft(&self, len: u64) -> &[u8] {
        self.scratch.peek(len).unwrap_or_default()
    }

    pub(crate) fn memory(&self) -> &crate::memory::Writable {
        self.scratch.memory()
    }

    pub(crate) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    pub(crate) fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    pub(crate) fn is_expiring(&self) -> bool {
        self.expiring
    }

    /// Index slots that are taken.
    pub(crate) fn used_slots(&self) -> u64 {
        self.used_slots
    }

    /// Number of chunks that were committed in this segment itself.
    pub(crate) fn commits(&self) -> u64 {
        self.next_seq.saturating_sub(self.segment.geometry().first_seq)
    }

    /// End of the committed chunks.
    pub(crate) fn end(&self) -> u64 {
        self.scratch.end()
    }

    /// Largest payload that fits what is reserved, beside a key of `key` bytes; `None` if not even the key does.
    /// Values leave some room for tombstones, so that removing is possible where publishing is not any more.
    #[inline]
    pub(crate) fn room(&self, key: u64) -> Option<u64> {
        self.scratch.room().checked_sub(HEADER + chunk::key_behind(key) + self.for_removals)
    }

    /// Where the next payload is to be written, beside room for a key of `key` bytes; `None` if not even that is there.
    #[inline(always)]
    pub(crate) fn body(&mut self, key: u64) -> Option<&mut [u8]> {
        self.scratch.body_beside(chunk::key_behind(key) + self.for_removals)
    }

    /// Whether a tombstone fits for a key of `key` bytes.
    pub(crate) fn has_room_for_removal(&self, key: u64) -> bool {
        self.scratch.room() >= chunk::total(0, key)
    }

    /// Bytes that values leave free at the log's end.
    pub(crate) fn for_removals(&self) -> u64 {
        self.for_removals
    }

    /// Whether an index slot is left for one more key or id.
    #[inline]
    pub(crate) fn has_slot(&self) -> bool {
        self.used_slots < slot_limit(self.segment.geometry().index_slots)
    }

    /// Where `wanted` stands, or would stand; `None` if the index is full.
    #[inline(never)]
    pub(crate) fn resolve(&self, wanted: &Wanted<'_>, seed: u64) -> Result<Option<Spot>, Damage> {
        let hash = wanted.hash(seed);
        let found = read::find(&self.segment, wanted, hash, NO_PIN)?;
        let old = found.chunk.as_ref().map(Old::of).unwrap_or_default();
        Ok(found.slot.filter(|_| old.at != 0 || self.has_slot()).map(|slot| Spot { slot, hash, old }))
    }

    /// [`resolve`](Self::resolve) for what is there; `None` says nothing.
    #[inline]
    pub(crate) fn resolve_plain(&self, wanted: &Wanted<'_>, seed: u64) -> Option<Spot> {
        let hash = wanted.hash(seed);
        let (slot, chunk) = read::plain_find(&self.segment, wanted, hash)?;
        Some(Spot { slot, hash, old: Old::of(&chunk) })
    }

    /// A place for a message that is new; `None` if the index is full.
    #[inline]
    pub(crate) fn resolve_new(&self) -> Option<Spot> {
        let hash = index::hash_id(self.next_seq);
        let slot = if self.has_slot() { self.scratch.free_slot(hash) } else { None };
        slot.map(|slot| Spot { slot, hash, old: Old::default() })
    }

    /// A place that was resolved before, in this segment; `None` if it has to be looked at more closely.
    #[inline]
    pub(crate) fn revisit(&self, slot: u64, hash: u64) -> Option<Spot> {
        let old = Old::of(&read::plain_at_slot(&self.segment, slot)?);
        Some(Spot { slot, hash, old })
    }

    /// Bytes that would be live after committing `total` more at `spot`.
    #[inline]
    pub(crate) fn live_after(&self, spot: &Spot, total: u64) -> u64 {
        (self.live_bytes + total).saturating_sub(spot.old.bytes)
    }

    /// Whether `total` more bytes at `spot` keep to the limit, or at least do not add to what is live.
    #[inline]
    pub(crate) fn keeps_to(&self, max_size: u64, spot: &Spot, total: u64) -> bool {
        self.live_after(spot, total) <= max_size.max(self.live_bytes)
    }

    /// Commits the payload that stands in the scratch, with `key` in the header or behind it, in the order of
    /// `docs/design.md`, "Publish". Returns the id; `None` if the segment is damaged ([`damage`](Self::damage)).
    #[inline(always)]
    pub(crate) fn commit(
        &mut self,
        spot: &Spot,
        key: &[u8],
        entry: &Entry,
        now: impl FnOnce() -> u64,
    ) -> Option<u64> {
        let seq = self.next_seq;
        // A value that readers saw end begins a new life: another id, version 1.
        let goes_on = spot.old.is_live(now);
        let id = if goes_on { spot.old.id } else { seq };
        let version = if goes_on { spot.old.version.saturating_add(1) } else { 1 };
        let lengths = Lengths {
            payload: u32::try_from(entry.payload).unwrap_or(u32::MAX),
            key: u16::try_from(entry.key).unwrap_or(u16::MAX),
            tombstone: entry.tombstone,
            mortal: entry.expires != 0,
        };
        let total = lengths.total();
        let short = short_key(key);
        if short.is_none() {
            let (_, place) =
                self.scratch.body(entry.payload + entry.key)?.split_at_mut(to_usize(entry.payload));
            place.copy_from_slice(key);
        }
        let at = self.scratch.end();
        let prev = spot.old.at;
        let pen = self.scratch.pen();
        pen.seal(total, &Header { seq, id, version, expires: entry.expires, prev, key: short.unwrap_or(0) })?;
        failpoint::hit("publish.sealed");
        if prev != 0 {
            pen.link(prev)?;
        }
        failpoint::hit("publish.linked");
        pen.index(spot.slot, index::slot(spot.hash, at))?;
        failpoint::hit("publish.indexed");
        pen.commit(lengths)?;
        self.scratch.advance(total);
        self.next_seq += 1;
        self.used_slots += u64::from(prev == 0);
        self.live_bytes = self.live_after(spot, if entry.tombstone { 0 } else { total });
        self.expiring |= entry.expires != 0;
        Some(id)
    }

    /// Why the scratch could not be written to.
    pub(crate) fn damage(&self) -> Damage {
        self.scratch.outside()
    }
}
