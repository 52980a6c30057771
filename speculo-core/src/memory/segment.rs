//! A segment that is leased, or owned by the writer: its words and its committed chunks.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::region::Window;
use super::{Chunk, Damage, Lease, Region};
use crate::error::Corrupt;
use crate::layout::segment::{AT_INDEX, AT_TAIL, Geometry, segment_name};
use crate::layout::{chunk, chunk::State, to_usize};
use crate::sync::{AtomicU64, Ordering};

/// One generation of an area's memory, as long as somebody needs it.
#[derive(Debug)]
pub(crate) struct Segment {
    region: Arc<Region>,
    geometry: Geometry,
    checked: Marks,
    /// The area's directory, for error messages.
    area: Arc<Path>,
    /// Keeps the memory from being reused (invariant 2), unless it is the writer's own, or private (invariant 5).
    /// Dropped last.
    _lease: Option<Lease>,
}

impl Segment {
    /// `region` is mapped from the file that `lease` locks, and `geometry` was read from it under that lock. The writer
    /// needs none for what it writes itself: nobody else reuses the area's files, nor does it before it retires them.
    /// Nor is there one of a copy in private memory.
    pub(crate) fn new(
        region: Arc<Region>,
        geometry: Geometry,
        lease: Option<Lease>,
        area: Arc<Path>,
    ) -> Self {
        Self { checked: Marks::new(geometry.log_limit), area, region, geometry, _lease: lease }
    }

    /// The same memory of the writer's, as `geometry` describes it now.
    pub(crate) fn with_geometry(&self, geometry: Geometry) -> Self {
        Self::new(Arc::clone(&self.region), geometry, None, Arc::clone(&self.area))
    }

    /// The area's directory.
    pub(crate) fn area(&self) -> &Path {
        &self.area
    }

    /// Damage in this segment, as an error that names its file.
    #[cold]
    pub(crate) fn corrupt(&self, damage: Damage) -> Corrupt {
        let name = segment_name(self.geometry.generation);
        Corrupt { path: self.area.join(name), what: damage.to_string() }
    }

    #[inline]
    pub(crate) fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    #[inline]
    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// Slot `at` of the index, taken round its end. \[O3\]
    #[inline]
    pub(crate) fn slot(&self, at: u64) -> u64 {
        self.slot_in(self.region.window(), at)
    }

    /// Says that the probe of `hash` is about to start.
    #[inline]
    pub(crate) fn prefetch_slot(&self, hash: u64) {
        self.region.prefetch(AT_INDEX + (hash & (self.geometry.index_slots - 1)) * 8);
    }

    /// [`slot`](Self::slot) with the segment's window at hand.
    #[inline(always)]
    pub(crate) fn slot_in(&self, window: Window<'_>, at: u64) -> u64 {
        Self::word_in(window, self.slot_at(at))
    }

    /// Where slot `at` stands in the file.
    #[inline(always)]
    pub(crate) fn slot_at(&self, at: u64) -> u64 {
        AT_INDEX + (at & (self.geometry.index_slots - 1)) * 8
    }

    /// The slot at `slot_at` of a segment that has this window. \[O3\]
    #[inline(always)]
    pub(crate) fn word_in(window: Window<'_>, slot_at: u64) -> u64 {
        // The index lies inside the file, checked with the geometry.
        window.word(slot_at).map_or(0, |word| word.load(Ordering::Acquire))
    }

    /// Offset of a committed chunk at or before the last, 0 if there is none. \[O4\]
    #[inline]
    pub(crate) fn tail(&self) -> u64 {
        self.region.load(AT_TAIL, Ordering::Acquire).unwrap_or(0)
    }

    /// The committed chunk at `at`; `None` if none is committed there yet.
    #[inline(always)]
    pub(crate) fn chunk(self: &Arc<Self>, at: u64) -> Result<Option<Chunk<'_>>, Damage> {
        Chunk::at(self, at)
    }

    /// Whether the log ends at `at`, a place within it: a control word is known to be there, and says that nothing is
    /// committed. `false` says nothing.
    #[inline(always)]
    pub(crate) fn is_plain_end(&self, at: u64) -> bool {
        // Acquire: what is looked at next is not older. [O7]
        let control = self.region.load(at, Ordering::Acquire);
        control.is_some_and(|control| matches!(chunk::state(control), Some(State::Unall | State::Alloc)))
    }

    /// The mark that says whether the payload of the chunk at `at` has passed the reader's check before.
    #[inline(always)]
    pub(super) fn mark(&self, at: u64) -> Option<Mark<'_>> {
        self.checked.find(at)
    }

    /// Sets a mark that [`mark`](Self::mark) did not find.
    #[cold]
    #[inline(never)]
    pub(super) fn set_first_mark(&self, at: u64) {
        if let Some(mark) = self.checked.make(at) {
            mark.set();
        }
    }
}

/// Whether one payload has passed its reader's check.
#[derive(Clone, Copy)]
pub(super) struct Mark<'a> {
    word: &'a AtomicU64,
    bit: u64,
}

impl Mark<'_> {
    #[inline]
    pub(super) fn is_set(self) -> bool {
        // Relaxed: a mark speaks of immutable bytes that its reader has acquired by itself.
        self.word.load(Ordering::Relaxed) & self.bit != 0
    }

    #[inline]
    pub(super) fn set(self) {
        // No exchange: it would wait for every store before it, at each message that a follower comes to. Of two
        // threads that mark at once one may undo the other's mark, and the chunk is checked again; none marks more.
        self.word.store(self.word.load(Ordering::Relaxed) | self.bit, Ordering::Relaxed);
    }
}

/// One bit for each place where a chunk can start. The first block is at hand, the others are allocated as the log is
/// used.
#[derive(Debug)]
struct Marks {
    first: Box<Block>,
    others: Box<[OnceLock<Box<Block>>]>,
}

type Block = [AtomicU64; BLOCK];

/// Words of a block: it covers 2 MiB of the log.
const BLOCK: usize = 512;
const SPAN: u64 = BLOCK as u64 * 64 * chunk::ALIGN;
/// Blocks at most: a damaged limit must not cost memory. Chunks beyond the 64 GiB that they cover are checked each
/// time they are read.
const MOST_BLOCKS: u64 = 1 << 15;

impl Marks {
    fn new(log_limit: u64) -> Self {
        let others = (1..log_limit.div_ceil(SPAN).min(MOST_BLOCKS)).map(|_| OnceLock::new()).collect();
        Self { first: Self::block(), others }
    }

    fn block() -> Box<Block> {
        Box::new(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// The word and the bit within its block.
    #[inline]
    fn place(at: u64) -> (usize, u64) {
        let bit = at / chunk::ALIGN;
        (to_usize(bit / 64) % BLOCK, 1 << (bit % 64))
    }

    /// Number of the block among the others.
    fn other(at: u64) -> usize {
        to_usize(at / SPAN - 1)
    }

    /// The mark of the chunk at `at`, if its block is there.
    #[inline]
    fn find(&self, at: u64) -> Option<Mark<'_>> {
        let block = if at < SPAN { &self.first } else { self.others.get(Self::other(at))?.get()? };
        Self::mark(block, at)
    }

    /// The mark of the chunk at `at`; `None` beyond the last block.
    fn make(&self, at: u64) -> Option<Mark<'_>> {
        let other = |at| self.others.get(Self::other(at));
        let block = if at < SPAN { &self.first } else { other(at)?.get_or_init(Self::block) };
        Self::mark(block, at)
    }

    #[inline]
    fn mark(block: &Block, at: u64) -> Option<Mark<'_>> {
        let (word, bit) = Self::place(at);
        block.get(word).map(|word| Mark { word, bit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_independent_and_bounded() {
        let marks = Marks::new(3 * SPAN);
        let is_set = |at| marks.find(at).is_some_and(Mark::is_set);
        for at in [0, 64, 64 * 64, SPAN - 64, SPAN, 3 * SPAN - 64] {
            assert!(!is_set(at));
            marks.make(at).unwrap().set();
            assert!(is_set(at));
        }
        assert!(!is_set(128) && !is_set(2 * SPAN));
        for at in [3 * SPAN, u64::MAX] {
            assert!(marks.find(at).is_none() && marks.make(at).is_none());
        }
        // A block for each 2 MiB, 64 GiB at most.
        assert_eq!(
            [1, 2, 3, 64 << 9, u64::MAX >> 21].map(|mibs| Marks::new(mibs << 21).others.len()),
            [0, 1, 2, 32767, 32767]
        );
    }
}
