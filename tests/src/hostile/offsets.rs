//! Where the numbers stand: the tables of `docs/design.md` once more, for those who damage them.

pub(super) const MANIFEST_UUID: usize = 16;
pub(super) const MANIFEST_BOOT: usize = 32;
pub(super) const MANIFEST_SEED: usize = 64;
pub(super) const MANIFEST_CURRENT: usize = 128;
pub(super) const MANIFEST_DESCRIPTOR: usize = 512;

pub(super) const SEGMENT_UUID: usize = 16;
pub(super) const SEGMENT_GENERATION: usize = 32;
pub(super) const SEGMENT_SLOTS: usize = 40;
pub(super) const SEGMENT_LOG_START: usize = 48;
pub(super) const SEGMENT_LIMIT: usize = 56;
pub(super) const SEGMENT_CARRIED_END: usize = 64;
pub(super) const SEGMENT_TAIL: usize = 128;
pub(super) const SEGMENT_INDEX: usize = 512;

pub(super) const CHUNK_PREV: usize = 40;
pub(super) const CHUNK_NEXT: usize = 48;

pub(super) const PAGE: usize = 4096;
/// Chunks begin at multiples of this.
pub(super) const LINE: usize = 64;

/// The word at `at`; 0 where there is none.
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let found = at.checked_add(8).and_then(|end| bytes.get(at..end));
    found.map_or(0, |word| u64::from_le_bytes(word.try_into().unwrap()))
}

/// Puts `new` at `at`, as far as there is room.
pub(super) fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    if let Some(place) = at.checked_add(new.len()).and_then(|end| bytes.get_mut(at..end)) {
        place.copy_from_slice(new);
    }
}

/// Puts a word at `at`, if there is room.
pub(super) fn put_word(bytes: &mut [u8], at: usize, new: u64) {
    put(bytes, at, &new.to_le_bytes());
}

/// A number as an offset in files that are small.
pub(super) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
