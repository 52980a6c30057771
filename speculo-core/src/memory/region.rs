//! A mapped file, and its control words.

#![expect(unsafe_code, reason = "turns offsets into pointers; see the numbered invariants in `memory`")]

use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::Arc;

use memmap2::{MmapMut, MmapOptions, MmapRaw};
use rustix::mm::Advice;

use crate::layout::chunk::HEADER;
use crate::layout::{PAGE, align_up, to_usize};
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Identity of a file while it is open or mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl FileId {
    pub(crate) fn of(stat: &rustix::fs::Stat) -> Self {
        Self { device: stat.st_dev, inode: stat.st_ino }
    }
}

/// A shared mapping of a file. It may be longer than the file, which grows into it; only the bytes that the file
/// is known to have are ever touched. Or private memory with a copy of a file, all of which is there (invariant 5).
#[derive(Debug)]
pub(crate) struct Region {
    map: MmapRaw,
    /// Bytes of the file that are known to be there.
    known: AtomicUsize,
    id: FileId,
}

/// How far a reader looks ahead when a file has grown: one call then serves many chunks.
const STRIDE: u64 = 256 * 1024;

impl Region {
    /// Maps `len` bytes of a file read-only, `known` of which exist.
    pub(crate) fn read_only(fd: BorrowedFd<'_>, id: FileId, len: u64, known: u64) -> io::Result<Self> {
        let map = MmapOptions::new().len(to_usize(align_up(len, PAGE))).map_raw_read_only(fd.as_raw_fd())?;
        Ok(Self { map, known: AtomicUsize::new(to_usize(known.min(len))), id })
    }

    /// A copy of the file `id` in memory of this process.
    pub(super) fn private(map: MmapMut, id: FileId) -> Self {
        let known = AtomicUsize::new(map.len());
        Self { map: map.into(), known, id }
    }

    /// The file.
    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    /// Bytes that are known to be there.
    #[inline]
    pub(crate) fn known(&self) -> u64 {
        // Relaxed: the number speaks of the file, which only grows, not of what is in it.
        self.known.load(Ordering::Relaxed) as u64
    }

    /// Bytes of address space.
    pub(crate) fn span(&self) -> u64 {
        self.map.len() as u64
    }

    /// The file was found, by `fstat` or by growing it, to have `len` bytes.
    pub(crate) fn learn(&self, len: u64) {
        let len = to_usize(len.min(self.span()));
        self.known.fetch_max(len, Ordering::Relaxed);
    }

    /// Whether the file has `end` bytes; asks the kernel if that is not known yet.
    #[inline]
    pub(crate) fn reaches(&self, end: u64) -> bool {
        end <= self.known() || self.probe(end)
    }

    /// Asks the kernel whether the file reaches `end`, without a descriptor: it maps the pages in, or says that
    /// touching them would be a SIGBUS.
    #[cold]
    fn probe(&self, end: u64) -> bool {
        [align_up(end, STRIDE), align_up(end, PAGE)]
            .into_iter()
            .any(|to| self.span() >= to && self.populate(to))
    }

    fn populate(&self, to: u64) -> bool {
        let from = self.known() & !(PAGE - 1);
        // Another thread may have found more meanwhile.
        let Some(len) = to.checked_sub(from) else { return true };
        let (start, len) = (to_usize(from), to_usize(len));
        // SAFETY: `from` ≤ `to`, and `to` ≤ the mapping's length, which the caller has checked: in bounds of the mapping.
        let address = unsafe { self.map.as_mut_ptr().add(start) };
        // SAFETY: the range lies in our own mapping; populating for reading changes no content.
        let populated = unsafe { rustix::mm::madvise(address.cast(), len, Advice::LinuxPopulateRead) };
        let there = match populated {
            Ok(()) => true,
            // Touching it would be a SIGBUS.
            Err(rustix::io::Errno::FAULT) => false,
            // An older kernel, or one that may not or cannot: that says nothing of the file.
            Err(_) => ends_in_memory(address, len),
        };
        if there {
            self.learn(to);
        }
        there
    }

    /// The bytes that are known to be there now.
    #[inline(always)]
    pub(crate) fn window(&self) -> Window<'_> {
        Window { base: self.map.as_mut_ptr(), known: self.known(), of: PhantomData }
    }

    #[inline]
    fn pointer(&self, at: u64, len: u64) -> Option<*mut u8> {
        self.window().pointer(at, len)
    }

    /// A chunk's header, to be read.
    #[inline(always)]
    pub(crate) fn header(&self, at: u64) -> Option<HeaderWords<'_>> {
        self.window().header(at)
    }

    /// The word at `at`; `None` if it is not aligned or not inside the file.
    #[inline(always)]
    pub(crate) fn load(&self, at: u64, ordering: Ordering) -> Option<u64> {
        self.window().word(at).map(|word| word.load(ordering))
    }

    /// The 32-bit word at `at`, for sleeping on. Never stored to through this mapping.
    pub(crate) fn word32(&self, at: u64) -> Option<&AtomicU32> {
        let pointer = self.pointer(at, 4)?;
        if !at.is_multiple_of(4) {
            return None;
        }
        // SAFETY: in bounds and aligned, and only accessed atomically, as in `Window::words`.
        Some(unsafe { AtomicU32::from_ptr(pointer.cast()) })
    }

    /// Bytes `at..at + len`; `None` if they are not inside the file.
    ///
    /// # Safety
    ///
    /// Nobody writes to them while the reference lives: they belong to a committed chunk of a leased segment.
    #[inline]
    pub(crate) unsafe fn bytes(&self, at: u64, len: u64) -> Option<&[u8]> {
        let pointer = self.pointer(at, len)?;
        // SAFETY: in bounds; the caller promises that nobody writes there; any byte is a valid `u8`.
        Some(unsafe { std::slice::from_raw_parts(pointer, to_usize(len)) })
    }
}

/// The bytes of a mapped file that were known to be there at one time: address and length as plain numbers, so that
/// several looks cost one load of each. The file only grows, so it stays true.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    base: *mut u8,
    known: u64,
    of: PhantomData<&'a Region>,
}

impl<'a> Window<'a> {
    /// Bytes that are known to be there.
    #[inline(always)]
    pub(crate) fn known(self) -> u64 {
        self.known
    }

    #[inline(always)]
    fn pointer(self, at: u64, len: u64) -> Option<*mut u8> {
        if at.checked_add(len)? > self.known {
            return None;
        }
        // SAFETY: `at + len` ≤ `known` ≤ the mapping's length (invariant 1).
        Some(unsafe { self.base.add(to_usize(at)) })
    }

    /// `N` words from `at` on; `None` if they are not aligned or not inside the file. One check for all of them.
    #[inline(always)]
    pub(crate) fn words<const N: usize>(self, at: u64) -> Option<&'a [AtomicU64; N]> {
        let pointer = self.pointer(at, 8 * N as u64)?;
        if !at.is_multiple_of(8) {
            return None;
        }
        // SAFETY: in bounds (checked above) and aligned, for mappings begin on a page. Where somebody may look, words are
        // only accessed atomically, from any process (the writer fills headers through words as well). Files that nobody
        // holds are filled otherwise; a waiter's `Mark` may look there nevertheless, and whatever it finds says no more to
        // it than to look again. The mapping lives as long as the region that `'a` borrows.
        Some(unsafe { &*pointer.cast::<[AtomicU64; N]>() })
    }

    /// The word at `at`.
    #[inline(always)]
    pub(crate) fn word(self, at: u64) -> Option<&'a AtomicU64> {
        self.words::<1>(at).map(|[word]| word)
    }

    /// A chunk's header, to be read.
    #[inline(always)]
    pub(crate) fn header(self, at: u64) -> Option<HeaderWords<'a>> {
        let pointer = self.pointer(at, HEADER)?;
        at.is_multiple_of(8).then_some(HeaderWords { pointer: pointer.cast(), of: PhantomData })
    }
}

/// A word of a mapped file, found once.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pointer: NonNull<AtomicU64>,
    /// Keeps it mapped.
    _region: Arc<Region>,
}

impl Word {
    /// The word at `at`; `None` if it is not aligned or not inside the file.
    pub(crate) fn of(region: &Arc<Region>, at: u64) -> Option<Self> {
        let pointer = region.window().word(at)?.into();
        Some(Self { pointer, _region: Arc::clone(region) })
    }

    /// The word.
    #[inline(always)]
    pub(crate) fn get(&self) -> &AtomicU64 {
        // SAFETY: `of` found it in bounds and aligned, and `_region` keeps it mapped.
        unsafe { self.pointer.as_ref() }
    }
}

// SAFETY: what it points at is an atomic in a shared mapping that it keeps: an `Arc<Region>` in a narrower form.
unsafe impl Send for Word {}
// SAFETY: as above.
unsafe impl Sync for Word {}

/// The eight words of a chunk's header, in bounds, and what stands behind them: read-only, for the mapping may be.
#[derive(Clone, Copy)]
pub(crate) struct HeaderWords<'a> {
    /// Made from the whole mapping's pointer, so it reaches behind the header.
    pointer: *const [AtomicU64; 8],
    of: PhantomData<&'a Region>,
}

impl<'a> HeaderWords<'a> {
    /// The word at `AT`, an offset within the header.
    #[inline(always)]
    pub(crate) fn load<const AT: u64>(self, ordering: Ordering) -> u64 {
        const { assert!(AT < HEADER && AT.is_multiple_of(8)) };
        // SAFETY: the header was found in bounds and aligned when `self` was made, and the mapping lives as long as
        // `'a`; all access to header words is atomic.
        let words = unsafe { &*self.pointer };
        words.get(to_usize(AT / 8)).map_or(0, |word| word.load(ordering))
    }

    /// Bytes `from..from + len`, counted from the header's begin.
    ///
    /// # Safety
    ///
    /// They lie inside the file, and nobody writes to them while `'a` lasts: they belong to this committed chunk, of
    /// a leased segment.
    #[inline(always)]
    pub(crate) unsafe fn bytes(self, from: u64, len: u64) -> &'a [u8] {
        // SAFETY: the caller's promise: inside the file, so inside the mapping that the pointer was made from.
        let first = unsafe { self.pointer.cast::<u8>().add(to_usize(from)) };
        // SAFETY: the caller's promise; any byte is a valid `u8`.
        unsafe { std::slice::from_raw_parts(first, to_usize(len)) }
    }
}

// SAFETY: what it points at is a shared mapping, which lives as long as `'a`, and is only read through it, by atomics
// or where nobody writes: a `&Region` in a narrower form.
unsafe impl Send for HeaderWords<'_> {}
// SAFETY: as above.
unsafe impl Sync for HeaderWords<'_> {}

/// Whether the last of `len` bytes at `address` can be read, found out by reading it through the kernel (before Linux
/// 5.14).
fn ends_in_memory(address: *const u8, len: usize) -> bool {
    use std::os::unix::fs::FileExt;
    let last = address as u64 + len as u64 - 1;
    std::fs::File::open("/proc/self/mem").is_ok_and(|memory| memory.read_exact_at(&mut [0], last).is_ok())
}

/// The writer's side of a mapping: it may store.
#[derive(Clone, Debug)]
pub(crate) struct Writable(Arc<Region>);

impl Writable {
    /// Maps `len` bytes of a file for reading and writing, `known` of which exist.
    pub(crate) fn map(fd: BorrowedFd<'_>, id: FileId, len: u64, known: u64) -> io::Result<Self> {
        let map = MmapOptions::new().len(to_usize(align_up(len, PAGE))).map_raw(fd.as_fd().as_raw_fd())?;
        Ok(Self(Arc::new(Region { map, known: AtomicUsize::new(to_usize(known.min(len))), id })))
    }

    /// The same mapping, for reading.
    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.0
    }

    /// The word at `at`; `None` if it is not aligned or not inside the file.
    #[inline]
    pub(crate) fn word(&self, at: u64) -> Option<&AtomicU64> {
        self.0.window().word(at)
    }

    /// The bytes that are known to be there now.
    #[inline(always)]
    pub(crate) fn window(&self) -> Window<'_> {
        self.0.window()
    }

    /// The 32-bit word at `at`.
    pub(crate) fn word32(&self, at: u64) -> Option<&AtomicU32> {
        self.0.word32(at)
    }

    /// Maps pages `from..to` in ahead of use, so that publishing does not fault on them. A hint.
    pub(crate) fn prefault(&self, from: u64, to: u64) {
        let (from, to) = (from & !(PAGE - 1), align_up(to, PAGE).min(self.0.span()));
        if let Some(address) = self.0.pointer(from, 0)
            && to > from
        {
            // SAFETY: the range lies in our own mapping, and its pages are reserved; populating changes no content.
            let _ = unsafe {
                rustix::mm::madvise(address.cast(), to_usize(to - from), Advice::LinuxPopulateWrite)
            };
        }
    }

    /// Bytes `at..at + len`, to be filled; `None` if they are not inside the file.
    ///
    /// # Safety
    ///
    /// The caller is the area's only writer, the bytes are scratch (invariant 4), and no other reference to them
    /// is made while this one lives.
    #[inline]
    #[expect(
        clippy::mut_from_ref,
        reason = "interior mutability of shared memory; the caller proves exclusiveness"
    )]
    pub(crate) unsafe fn bytes_mut(&self, at: u64, len: u64) -> Option<&mut [u8]> {
        let pointer = self.0.pointer(at, len)?;
        // SAFETY: in bounds of a writable mapping; the caller promises that it is the only reference.
        Some(unsafe { std::slice::from_raw_parts_mut(pointer, to_usize(len)) })
    }

    /// Sets bytes `at..at + len`, which hold words, to zero; `None` if they are not inside the file.
    ///
    /// # Safety
    ///
    /// As for [`bytes_mut`](Self::bytes_mut); nobody looks at the words either.
    pub(crate) unsafe fn zero(&self, at: u64, len: u64) -> Option<()> {
        // SAFETY: the caller's promise.
        unsafe { self.bytes_mut(at, len) }.map(|place| place.fill(0))
    }

    /// Copies `bytes`, which hold words, to `at`; `None` if they do not fit inside the file.
    ///
    /// # Safety
    ///
    /// As for [`zero`](Self::zero).
    pub(crate) unsafe fn write(&self, at: u64, bytes: &[u8]) -> Option<()> {
        // SAFETY: the caller's promise.
        unsafe { self.bytes_mut(at, bytes.len() as u64) }.map(|place| place.copy_from_slice(bytes))
    }

    /// Copies `len` bytes of `from`, at `from_at`, to `at`: chunks, headers and all. `None` if they do not lie inside
    /// the files.
    ///
    /// # Safety
    ///
    /// As for [`zero`](Self::zero); nobody writes to the bytes of `from` meanwhile, and they are another file's.
    #[inline]
    pub(crate) unsafe fn copy(&self, at: u64, from: &Region, from_at: u64, len: u64) -> Option<()> {
        let (place, source) = (self.0.pointer(at, len)?, from.pointer(from_at, len)?);
        // SAFETY: both are in bounds; what else there is to prove, the caller promises.
        unsafe { place.copy_from_nonoverlapping(source, to_usize(len)) };
        Some(())
    }
}

impl Region {
    /// The line at `at` is needed soon. A hint.
    #[inline]
    pub(crate) fn prefetch(&self, at: u64) {
        #[cfg(target_arch = "x86_64")]
        if let Some(pointer) = self.pointer(at, 1) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: every x86-64 has the instruction, which reads nothing and never faults.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer.cast_const().cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::refused::without;

    fn file(len: u64) -> (std::fs::File, FileId) {
        let fd = rustix::fs::memfd_create("region", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
        rustix::fs::ftruncate(&fd, len).unwrap();
        let id = FileId::of(&rustix::fs::fstat(&fd).unwrap());
        (fd.into(), id)
    }

    #[test]
    fn p6_nothing_beyond_the_file_is_touched_and_growth_is_found() {
        let (file, id) = file(PAGE);
        let region = Region::read_only(file.as_fd(), id, 16 * PAGE, PAGE).unwrap();
        assert!(region.reaches(PAGE));
        assert!(!region.reaches(PAGE + 1));
        assert_eq!(region.load(PAGE - 8, Ordering::Relaxed), Some(0));
        assert_eq!(region.load(PAGE, Ordering::Relaxed), None);
        assert_eq!(region.load(1, Ordering::Relaxed), None);
        assert_eq!(region.load(u64::MAX - 7, Ordering::Relaxed), None);
        rustix::fs::ftruncate(&file, 3 * PAGE).unwrap();
        assert!(region.reaches(3 * PAGE));
        assert!(!region.reaches(3 * PAGE + 1));
        assert!(!region.reaches(u64::MAX));
        assert_eq!(region.load(3 * PAGE - 8, Ordering::Relaxed), Some(0));
    }

    #[test]
    fn p6_growth_that_another_thread_has_found_meanwhile_is_no_news() {
        let (file, id) = file(3 * PAGE);
        let region = Region::read_only(file.as_fd(), id, 16 * PAGE, PAGE).unwrap();
        region.learn(3 * PAGE);
        assert!(region.populate(2 * PAGE));
        assert_eq!(region.known(), 3 * PAGE);
    }

    #[test]
    fn p6_growth_is_found_by_the_stride() {
        let (file, id) = file(2 * STRIDE + PAGE);
        let region = Region::read_only(file.as_fd(), id, 4 * STRIDE, PAGE).unwrap();
        for (end, known) in
            [(PAGE + 1, 256 << 10), (STRIDE + 1, 512 << 10), (2 * STRIDE + 1, (512 << 10) + PAGE)]
        {
            assert!(region.reaches(end) && region.known() == known, "{end}: {region:?}");
        }
    }

    #[test]
    fn p6_old_kernels_say_by_proc_where_a_file_ends() {
        let (file, id) = file(PAGE);
        let region = Region::read_only(file.as_fd(), id, 2 * PAGE, PAGE).unwrap();
        let begin = region.pointer(0, 0).unwrap();
        assert!(ends_in_memory(begin, 1) && ends_in_memory(begin, to_usize(PAGE)));
        assert!(!ends_in_memory(begin, to_usize(PAGE) + 1));
        rustix::fs::ftruncate(&file, 2 * PAGE).unwrap();
        let region = Region::read_only(file.as_fd(), id, 4 * PAGE, PAGE).unwrap();
        without(libc::SYS_madvise, || {
            assert!(region.reaches(2 * PAGE) && !region.reaches(2 * PAGE + 1));
        });
    }

    #[test]
    fn what_is_written_is_read() {
        let (file, id) = file(PAGE);
        let writable = Writable::map(file.as_fd(), id, PAGE, PAGE).unwrap();
        let reader = Region::read_only(file.as_fd(), id, PAGE, PAGE).unwrap();
        writable.word(64).unwrap().store(7 << 32, Ordering::Release);
        assert_eq!(reader.load(64, Ordering::Acquire), Some(7 << 32));
        assert_eq!(reader.word32(68).unwrap().load(Ordering::Acquire), 7);
        writable.word32(64).unwrap().store(1, Ordering::Release);
        assert_eq!(reader.load(64, Ordering::Acquire), Some(7 << 32 | 1));
    }

    #[test]
    fn what_is_not_aligned_or_does_not_end_in_the_file_is_not_there() {
        let (file, id) = file(PAGE);
        let region = Region::read_only(file.as_fd(), id, PAGE, PAGE).unwrap();
        assert!(region.word32(PAGE - 4).is_some());
        assert!([2, PAGE - 2, PAGE, u64::MAX].iter().all(|at| region.word32(*at).is_none()));
        let window = region.window();
        assert!(window.words::<8>(PAGE - 64).is_some() && window.header(PAGE - 64).is_some());
        for at in [PAGE - 56, 4, PAGE, u64::MAX - 7] {
            assert!(window.words::<8>(at).is_none() && window.header(at).is_none(), "{at}");
        }
    }
}
