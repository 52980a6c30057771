//! The writer's log: resolve, fill, commit. No system call, no loop but the index's probe.

use std::path::Path;
use std::sync::Arc;

use super::plan::{Live, for_removals, slot_limit};
use super::read::{self, NO_PIN, Wanted};
use crate::failpoint;
use crate::layout::chunk::{self, HEADER, Lengths, short_key};
use crate::layout::segment::Geometry;
use crate::layout::{index, to_usize};
use crate::memory::lease::Ownership;
use crate::memory::scratch::{Header, Scratch};
use crate::memory::{Chunk, Damage, Run, Segment, Writable};

/// The current segment, as its writer knows it.
#[derive(Debug)]
pub(crate) struct Log {
    segment: Arc<Segment>,
    scratch: Scratch,
    next_seq: u64,
    used_slots: u64,
    /// Those of them that lead to a tombstone.
    dead_slots: u64,
    /// Bytes of chunks that were live when they were last looked at; what has expired since is still counted.
    live_bytes: u64,
    /// Whether a chunk was committed that can expire.
    expiring: bool,
    /// Bytes that values leave free at the log's end.
    for_removals: u64,
    /// Where its writer wants to look ahead.
    due: u64,
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

    /// The same for an update of this very id, or its removal: whatever expires meanwhile, it goes on.
    pub(crate) fn of_id(mut self) -> Self {
        self.old.expires = 0;
        self
    }

    /// Whether nothing stands there yet.
    pub(crate) fn is_new(&self) -> bool {
        self.old.at == 0
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
    /// A segment with nothing in it, which is to be filled. Its index is to be wiped.
    pub(crate) fn blank(memory: Writable, geometry: Geometry, area: Arc<Path>, owner: &Ownership) -> Self {
        let segment = Arc::new(Segment::new(Arc::clone(memory.region()), geometry, None, area));
        Self {
            segment,
            scratch: Scratch::new(memory, geometry.index_slots, geometry.log_start, owner),
            next_seq: 0,
            used_slots: 0,
            dead_slots: 0,
            live_bytes: 0,
            expiring: false,
            for_removals: 0,
            due: u64::MAX,
        }
    }

    /// What was blank, now that it has been filled and described.
    pub(crate) fn begin(self, geometry: Geometry) -> Self {
        Self {
            next_seq: geometry.first_seq,
            for_removals: for_removals(self.segment.region().known()),
            segment: Arc::new(self.segment.with_geometry(geometry)),
            ..self
        }
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

    /// What is live; what has expired since it was looked at last is still counted.
    pub(crate) fn live(&self) -> Live {
        Live { chunks: self.used_slots.saturating_sub(self.dead_slots), bytes: self.live_bytes }
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

    /// Bytes of chunks for which there is memory.
    pub(crate) fn free(&self) -> u64 {
        self.scratch.room()
    }

    /// Whether a tombstone fits for a key of `key` bytes.
    pub(crate) fn has_room_for_removal(&self, key: u64) -> bool {
        self.free() >= chunk::total(0, key)
    }

    /// Bytes that values leave free at the log's end.
    pub(crate) fn for_removals(&self) -> u64 {
        self.for_removals
    }

    /// How many more keys or ids the index takes.
    #[inline]
    pub(crate) fn slots_left(&self) -> u64 {
        slot_limit(self.segment.geometry().index_slots).saturating_sub(self.used_slots)
    }

    /// Whether its writer wants to look ahead.
    #[inline(always)]
    pub(crate) fn is_due(&self) -> bool {
        self.scratch.end() >= self.due
    }

    /// Lets the writer look ahead when the log ends at `due` or behind.
    pub(crate) fn set_due(&mut self, due: u64) {
        self.due = due;
    }

    /// Where `wanted` stands, or would stand; `None` if the index is full.
    #[inline(never)]
    pub(crate) fn resolve(&self, wanted: &Wanted<'_>, seed: u64) -> Result<Option<Spot>, Damage> {
        let hash = wanted.hash(seed);
        let found = read::find(&self.segment, wanted, hash, NO_PIN)?;
        let old = found.chunk.as_ref().map(Old::of).unwrap_or_default();
        Ok(found.slot.filter(|_| old.at != 0 || self.slots_left() > 0).map(|slot| Spot { slot, hash, old }))
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
        let slot = if self.slots_left() > 0 { self.scratch.free_slot(hash) } else { None };
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
        failpoint::hit("publish.filled");
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
        self.count_at(spot, if entry.tombstone { 0 } else { total }, entry.expires);
        Some(id)
    }

    /// Counts a chunk at `spot` that takes `bytes`, 0 if it is a tombstone.
    #[inline(always)]
    fn count_at(&mut self, spot: &Spot, bytes: u64, expires: u64) {
        self.live_bytes = self.live_after(spot, bytes);
        if spot.old.at == 0 {
            self.used_slots += 1;
        } else if spot.old.bytes == 0 {
            self.dead_slots = self.dead_slots.saturating_sub(1);
        }
        if bytes == 0 {
            self.dead_slots += 1;
        }
        self.expiring |= expires != 0;
    }

    /// Counts a live chunk that is copied here and replaces nothing.
    #[inline]
    pub(super) fn count(&mut self, chunk: &Chunk<'_>) {
        self.live_bytes += chunk.total_len();
        self.used_slots += 1;
        self.expiring |= chunk.expires_at() != 0;
    }

    /// Copies the only chunk of `part` to `spot`, while nobody sees it here.
    pub(super) fn adopt(&mut self, part: &Run<'_>, chunk: &Chunk<'_>, spot: &Spot) -> Option<()> {
        let at = self.scratch.end();
        let pen = self.scratch.pen();
        if spot.old.at != 0 {
            pen.link(spot.old.at)?;
            failpoint::hit("ahead.linked");
        }
        self.scratch.carry(part)?;
        self.scratch.attach(at, spot.old.at)?;
        self.scratch.pen().index(spot.slot, index::slot(spot.hash, at))?;
        self.count_at(spot, if chunk.is_tombstone() { 0 } else { chunk.total_len() }, chunk.expires_at());
        Some(())
    }

    /// Why the scratch could not be written to.
    pub(crate) fn damage(&self) -> Damage {
        self.scratch.outside()
    }
}
