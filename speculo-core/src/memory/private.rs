//! Memory of this process alone, filled from a file that is never mapped.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use memmap2::MmapMut;

use super::Region;
use super::region::FileId;
use crate::layout::{PAGE, align_up, put, to_usize, u64_at};

/// A copy of a file's bytes while it is made. Address space is cheap: only what is filled takes memory, the rest
/// reads as zeros.
#[derive(Debug)]
pub(crate) struct Private {
    map: MmapMut,
    /// Offset in the file of its first byte.
    base: u64,
}

impl Private {
    /// Room for `len` bytes of a file, from `base` on.
    pub(crate) fn new(base: u64, len: u64) -> io::Result<Self> {
        let map = MmapMut::map_anon(to_usize(align_up(len, PAGE)))?;
        Ok(Self { map, base })
    }

    /// Bytes that there is room for.
    pub(crate) fn len(&self) -> u64 {
        self.map.len() as u64
    }

    /// Reads bytes `from..to` of `file`: all of them, or it is an error.
    pub(crate) fn fill(&mut self, file: &File, from: u64, to: u64) -> io::Result<()> {
        let place = |at: u64| at.checked_sub(self.base).map(to_usize).ok_or(io::ErrorKind::InvalidInput);
        let place = place(from)?..place(to)?;
        let room = self.map.get_mut(place).ok_or(io::ErrorKind::InvalidInput)?;
        file.read_exact_at(room, from)
    }

    /// The word at `at` of the file, 0 where there is none.
    pub(crate) fn word(&self, at: u64) -> u64 {
        at.checked_sub(self.base).map_or(0, |at| u64_at(&self.map, at))
    }

    /// Sets the word at `at` of the file, where there is one.
    pub(crate) fn set(&mut self, at: u64, word: u64) {
        if let Some(at) = at.checked_sub(self.base) {
            put(&mut self.map, at, &word.to_le_bytes());
        }
    }

    /// A copy that begins where the file does. From here on nobody writes to it (invariant 5). `id` names the file.
    pub(crate) fn finish(self, id: FileId) -> Region {
        Region::private(self.map, id)
    }
}
