//! The bytes on disk: offsets, sizes and packed words. Pure data, no access.
//!
//! All integers are little-endian. `docs/design.md` shows the same as tables.

pub(crate) mod chunk;
pub(crate) mod index;
pub(crate) mod manifest;
pub(crate) mod segment;

/// Version of the format of manifest and segments. It is independent of crate versions: a file of another
/// version is refused, whatever wrote it.
pub const FORMAT_VERSION: u32 = 1;

/// A cache line: words that different parties write stand on different ones.
pub(crate) const LINE: u64 = 64;

/// Unit of mapping and reservation.
pub(crate) const PAGE: u64 = 4096;

/// Rounds `n` up to a multiple of `unit`, a power of two; saturates near the top.
pub(crate) const fn align_up(n: u64, unit: u64) -> u64 {
    n.saturating_add(unit - 1) & !(unit - 1)
}

/// An offset or length as an index. Lossless: the crate builds on 64-bit machines only.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "usize has 64 bits, asserted in lib.rs")]
pub(crate) const fn to_usize(n: u64) -> usize {
    n as usize
}

/// The `u64` at `at` of a header read into memory, 0 beyond its end.
pub(crate) fn u64_at(bytes: &[u8], at: u64) -> u64 {
    bytes.get(to_usize(at)..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_le_bytes(*word))
}

/// The `u32` at `at` of a header read into memory, 0 beyond its end.
pub(crate) fn u32_at(bytes: &[u8], at: u64) -> u32 {
    bytes.get(to_usize(at)..).and_then(<[u8]>::first_chunk).map_or(0, |word| u32::from_le_bytes(*word))
}

/// The 16 bytes at `at` of a header read into memory, zeros beyond its end.
pub(crate) fn u128_at(bytes: &[u8], at: u64) -> u128 {
    bytes.get(to_usize(at)..).and_then(<[u8]>::first_chunk).map_or(0, |word| u128::from_le_bytes(*word))
}

/// Writes `value` at `at` of a header being built in memory; out of range is ignored (offsets are constants).
pub(crate) fn put(bytes: &mut [u8], at: u64, value: &[u8]) {
    if let Some(place) = bytes.get_mut(to_usize(at)..).and_then(|rest| rest.get_mut(..value.len())) {
        place.copy_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn align_up_rounds_and_saturates() {
        assert_eq!(align_up(0, 64), 0);
        assert_eq!(align_up(1, 64), 64);
        assert_eq!(align_up(64, 64), 64);
        assert_eq!(align_up(u64::MAX, 64), u64::MAX - 63);
    }

    #[test]
    fn header_helpers_do_not_panic_out_of_range() {
        let mut bytes = [0; 16];
        put(&mut bytes, 8, &7u64.to_le_bytes());
        put(&mut bytes, 12, &[1; 8]);
        assert_eq!(u64_at(&bytes, 8), 7);
        assert_eq!(u64_at(&bytes, 9), 0);
        assert_eq!(u32_at(&bytes, 8), 7);
        assert_eq!(u128_at(&bytes, 1), 0);
        for at in [16, u64::MAX - 3, u64::MAX] {
            put(&mut bytes, at, &[1; 8]);
            assert_eq!((u64_at(&bytes, at), u32_at(&bytes, at), u128_at(&bytes, at)), (0, 0, 0));
        }
        assert_eq!(bytes[8..], 7u64.to_le_bytes());
    }
}
