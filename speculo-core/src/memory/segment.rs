//! A segment that is leased, or owned by the writer: its words and its committed chunks.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::{Chunk, Damage, Lease, Region};
use crate::error::Corrupt;
use crate::layout::segment::{AT_INDEX, AT_TAIL, Geometry, segment_name};
use crate::layout::{chunk, to_usize};
use crate::sync::{AtomicU64, Ordering};

/// One generation of an area's memory, as long as somebody needs it.
#[derive(Debug)]
pub(crate) struct Segment {
    region: Arc<Region>,
    geometry: Geometry,
    checked: Marks,
    /// The area's directory, for error messages.
    area: Arc<Path>,
    /// Keeps the memory from being reused (invariant 2). Dropped last.
    _lease: Lease,
}

impl Segment {
    /// `region` is mapped from the file that `lease` locks, and `geometry` was read from it under that lock.
    pub(crate) fn new(region: Arc<Region>, geometry: Geometry, lease: Lease, area: Arc<Path>) -> Self {
        Self { checked: Marks::new(geometry.log_limit), area, region, geometry, _lease: lease }
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
        let slot = at & (self.geometry.index_slots - 1);
        // The index lies inside the file, checked with the geometry.
        self.region.load(AT_INDEX + slot * 8, Ordering::Acquire).unwrap_or(0)
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

    /// Whether the payload of the chunk at `at` has passed the reader's check before.
    #[inline]
    pub(crate) fn is_checked(&self, at: u64) -> bool {
        self.checked.get(at)
    }

    pub(crate) fn set_checked(&self, at: u64) {
        self.checked.set(at);
    }
}

/// One bit for each place where a chunk can start, allocated as the log is used.
#[derive(Debug)]
struct Marks(Box<[OnceLock<Box<[AtomicU64; BLOCK]>>]>);

/// Words of a block: it covers 2 MiB of the log.
const BLOCK: usize = 512;
const SPAN: u64 = BLOCK as u64 * 64 * chunk::ALIGN;
/// Blocks at most: a damaged limit must not cost memory. Chunks beyond the 64 GiB that they cover are checked each
/// time they are read.
const MOST_BLOCKS: u64 = 1 << 15;

impl Marks {
    fn new(log_limit: u64) -> Self {
        Self((0..log_limit.div_ceil(SPAN).min(MOST_BLOCKS)).map(|_| OnceLock::new()).collect())
    }

    #[inline]
    fn place(at: u64) -> (usize, usize, u64) {
        let bit = at / chunk::ALIGN;
        (to_usize(at / SPAN), to_usize(bit / 64) % BLOCK, 1 << (bit % 64))
    }

    #[inline]
    fn get(&self, at: u64) -> bool {
        let (block, word, bit) = Self::place(at);
        // Relaxed: a mark speaks of immutable bytes that its reader has acquired by itself.
        self.0
            .get(block)
            .and_then(OnceLock::get)
            .and_then(|words| words.get(word))
            .is_some_and(|word| word.load(Ordering::Relaxed) & bit != 0)
    }

    fn set(&self, at: u64) {
        let (block, word, bit) = Self::place(at);
        let words =
            self.0.get(block).map(|b| b.get_or_init(|| Box::new(std::array::from_fn(|_| AtomicU64::new(0)))));
        if let Some(word) = words.and_then(|words| words.get(word)) {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_independent_and_bounded() {
        let marks = Marks::new(3 * SPAN);
        for at in [0, 64, 64 * 64, SPAN - 64, SPAN, 3 * SPAN - 64] {
            assert!(!marks.get(at));
            marks.set(at);
            assert!(marks.get(at));
        }
        assert!(!marks.get(128) && !marks.get(2 * SPAN));
        marks.set(3 * SPAN);
        assert!(!marks.get(3 * SPAN) && !marks.get(u64::MAX));
    }
}
