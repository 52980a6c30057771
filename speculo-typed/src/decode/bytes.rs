//! Numbers and relative pointers in bytes that nobody vouches for.

/// A payload. Nothing in it is aligned, valid, or where it claims to be; `None` is the answer to whatever reaches
/// outside.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    pub(super) fn slice(self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(len)?)
    }

    pub(super) fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..)?.first_chunk().copied()
    }

    pub(super) fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn u64(self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// An archived `usize`.
    pub(super) fn length(self, at: usize) -> Option<usize> {
        usize::try_from(self.u32(at)?).ok()
    }

    /// Where the relative pointer at `at` leads to; from `base`, as pointers in texts do.
    pub(super) fn follow(self, at: usize, base: usize) -> Option<usize> {
        let offset = isize::try_from(i32::from_le_bytes(self.array(at)?)).ok()?;
        base.checked_add_signed(offset).filter(|target| *target <= self.len())
    }
}
