//! Stands in for a mapped file under `cfg(loom)`: the same methods, over memory that loom watches.
//!
//! Words are loom's atomics, so that an ordering that is too weak shows stale words. Payload and key bytes stand
//! apart from them, and each line of them has a cell that loom watches for data races: bytes that are read without
//! the commit that published them having been acquired end the model, whatever stands in them.

#![expect(unsafe_code, reason = "hands out the bytes as `region` does; loom runs one thread at a time")]

use std::sync::Arc;

use loom::cell::UnsafeCell;

use crate::layout::manifest::AT_PULSE;
use crate::layout::{LINE, PAGE, align_up, to_usize};
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// A file.
pub(crate) struct Region {
    words: Box<[AtomicU64]>,
    /// The manifest's only 32-bit word.
    pulse: AtomicU32,
    /// Bytes of payloads and keys.
    bytes: Box<[std::cell::UnsafeCell<u64>]>,
    /// Watches each line of `bytes`.
    lines: Box<[UnsafeCell<()>]>,
}

// SAFETY: the cells are watched by loom, which ends the model before a race can happen.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// Bytes that are known to be there.
    pub(crate) fn known(&self) -> u64 {
        8 * self.words.len() as u64
    }

    /// Bytes of address space.
    pub(crate) fn span(&self) -> u64 {
        align_up(self.known(), PAGE)
    }

    /// Whether the file has `end` bytes.
    pub(crate) fn reaches(&self, end: u64) -> bool {
        end <= self.known()
    }

    /// The bytes that are known to be there now.
    pub(crate) fn window(&self) -> Window<'_> {
        Window(self)
    }

    fn word(&self, at: u64) -> Option<&AtomicU64> {
        self.words.get(to_usize(at / 8)).filter(|_| at.is_multiple_of(8))
    }

    /// A chunk's header, to be read.
    pub(crate) fn header(&self, at: u64) -> Option<HeaderWords<'_>> {
        self.words::<8>(at).map(|words| HeaderWords { words, region: self, at })
    }

    fn words<const N: usize>(&self, at: u64) -> Option<&[AtomicU64; N]> {
        self.words.get(to_usize(at / 8)..)?.first_chunk().filter(|_| at.is_multiple_of(8))
    }

    /// The word at `at`; `None` if it is not aligned or not inside the file.
    pub(crate) fn load(&self, at: u64, ordering: Ordering) -> Option<u64> {
        self.word(at).map(|word| word.load(ordering))
    }

    /// The 32-bit word at `at`, for sleeping on.
    pub(crate) fn word32(&self, at: u64) -> Option<&AtomicU32> {
        (at == AT_PULSE).then_some(&self.pulse)
    }

    fn pointer(&self, at: u64, len: u64, watch: impl Fn(&UnsafeCell<()>)) -> Option<*mut u8> {
        let end = at.checked_add(len)?;
        if end > self.known() {
            return None;
        }
        let lines = to_usize(at / LINE)..to_usize(end.div_ceil(LINE));
        self.lines.get(lines)?.iter().for_each(watch);
        Some(self.bytes.as_ptr().cast::<u8>().wrapping_add(to_usize(at)).cast_mut())
    }

    /// Bytes `at..at + len`; `None` if they are not inside the file.
    ///
    /// # Safety
    ///
    /// Nobody writes to them while the reference lives: they belong to a committed chunk of a leased segment.
    pub(crate) unsafe fn bytes(&self, at: u64, len: u64) -> Option<&[u8]> {
        let pointer = self.pointer(at, len, |line| line.with(|_| ()))?;
        // SAFETY: in bounds; the caller promises that nobody writes there, and loom watches.
        Some(unsafe { std::slice::from_raw_parts(pointer, to_usize(len)) })
    }
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Region").finish_non_exhaustive()
    }
}

/// The bytes of a file.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a>(&'a Region);

impl<'a> Window<'a> {
    /// Bytes that are known to be there.
    pub(crate) fn known(self) -> u64 {
        self.0.known()
    }

    /// `N` words from `at` on.
    pub(crate) fn words<const N: usize>(self, at: u64) -> Option<&'a [AtomicU64; N]> {
        self.0.words(at)
    }

    /// The word at `at`.
    pub(crate) fn word(self, at: u64) -> Option<&'a AtomicU64> {
        self.0.word(at)
    }

    /// A chunk's header, to be read.
    pub(crate) fn header(self, at: u64) -> Option<HeaderWords<'a>> {
        self.0.header(at)
    }
}

/// A word of a file.
#[derive(Clone, Debug)]
pub(crate) struct Word(Arc<Region>, u64);

impl Word {
    /// The word at `at`.
    pub(crate) fn of(region: &Arc<Region>, at: u64) -> Option<Self> {
        region.word(at).map(|_| Self(Arc::clone(region), at))
    }

    /// The word.
    pub(crate) fn get(&self) -> &AtomicU64 {
        self.0.word(self.1).expect("found once")
    }
}

/// The eight words of a chunk's header, and what stands behind them.
#[derive(Clone, Copy)]
pub(crate) struct HeaderWords<'a> {
    words: &'a [AtomicU64; 8],
    region: &'a Region,
    at: u64,
}

impl<'a> HeaderWords<'a> {
    /// The word at `AT`, an offset within the header.
    pub(crate) fn load<const AT: u64>(self, ordering: Ordering) -> u64 {
        self.words.get(to_usize(AT / 8)).map_or(0, |word| word.load(ordering))
    }

    /// Bytes `from..from + len`, counted from the header's begin.
    ///
    /// # Safety
    ///
    /// As for [`Region::bytes`].
    pub(crate) unsafe fn bytes(self, from: u64, len: u64) -> &'a [u8] {
        // SAFETY: the caller's promise.
        unsafe { self.region.bytes(self.at + from, len) }.unwrap_or(&[])
    }
}

/// The writer's side of a file: it may store.
#[derive(Clone, Debug)]
pub(crate) struct Writable(Arc<Region>);

impl Writable {
    /// A file of `len` bytes whose words hold `fill` of their offset.
    pub(crate) fn model(len: u64, fill: impl Fn(u64) -> u64) -> Self {
        Self(Arc::new(Region {
            words: (0..len).step_by(8).map(|at| AtomicU64::new(fill(at))).collect(),
            pulse: AtomicU32::new(0),
            // Bytes of an earlier life may look like a key.
            bytes: (0..len)
                .step_by(8)
                .map(|_| std::cell::UnsafeCell::new(u64::from_le_bytes([b'a'; 8])))
                .collect(),
            lines: (0..len).step_by(to_usize(LINE)).map(|_| UnsafeCell::new(())).collect(),
        }))
    }

    /// The same file, for reading.
    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.0
    }

    /// The word at `at`; `None` if it is not aligned or not inside the file.
    pub(crate) fn word(&self, at: u64) -> Option<&AtomicU64> {
        self.0.word(at)
    }

    /// The bytes that are known to be there now.
    pub(crate) fn window(&self) -> Window<'_> {
        self.0.window()
    }

    /// The 32-bit word at `at`.
    pub(crate) fn word32(&self, at: u64) -> Option<&AtomicU32> {
        self.0.word32(at)
    }

    /// Bytes `at..at + len`, to be filled; `None` if they are not inside the file.
    ///
    /// # Safety
    ///
    /// The caller is the area's only writer, the bytes are scratch (invariant 4), and no other reference to them
    /// is made while this one lives.
    #[expect(clippy::mut_from_ref, reason = "as in `region`")]
    pub(crate) unsafe fn bytes_mut(&self, at: u64, len: u64) -> Option<&mut [u8]> {
        let pointer = self.0.pointer(at, len, |line| line.with_mut(|_| ()))?;
        // SAFETY: in bounds; the caller promises that it is the only reference, and loom watches.
        Some(unsafe { std::slice::from_raw_parts_mut(pointer, to_usize(len)) })
    }

    /// Sets bytes `at..at + len`, which hold words, to zero.
    ///
    /// # Safety
    ///
    /// None here.
    pub(crate) unsafe fn zero(&self, at: u64, len: u64) -> Option<()> {
        (at..at + len)
            .step_by(8)
            .try_for_each(|at| self.word(at).map(|word| word.store(0, Ordering::Relaxed)))
    }

    /// Copies `bytes`, which hold words, to `at`.
    ///
    /// # Safety
    ///
    /// None here.
    pub(crate) unsafe fn write(&self, at: u64, bytes: &[u8]) -> Option<()> {
        if at == 0 {
            self.0.pointer(at, LINE, |line| line.with_mut(|_| ()))?;
        }
        let (words, _) = bytes.as_chunks::<8>();
        (at..).step_by(8).zip(words).try_for_each(|(at, bytes)| {
            self.word(at).map(|word| word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed))
        })
    }

    /// Copies `len` bytes of `from`, at `from_at`, to `at`: chunks, headers and all.
    ///
    /// # Safety
    ///
    /// As for [`bytes_mut`](Self::bytes_mut).
    pub(crate) unsafe fn copy(&self, at: u64, from: &Region, from_at: u64, len: u64) -> Option<()> {
        // SAFETY: the caller's promise, and loom watches.
        let (place, source) = unsafe { (self.bytes_mut(at, len)?, from.bytes(from_at, len)?) };
        place.copy_from_slice(source);
        (0..len).step_by(8).try_for_each(|word| {
            let value = from.load(from_at + word, Ordering::Relaxed)?;
            self.word(at + word).map(|word| word.store(value, Ordering::Relaxed))
        })
    }
}

impl Region {
    /// The segment's header is about to be read, which nobody may be writing: its first line stands for all of it.
    pub(crate) fn watch_header(&self) {
        self.pointer(0, LINE, |line| line.with(|_| ()));
    }

    /// The line at `at` is needed soon: not in a model.
    #[expect(clippy::unused_self, reason = "as in `region`")]
    pub(crate) fn prefetch(&self, _at: u64) {}
}
