//! The index: open addressing with linear probing, one word per slot.

use super::chunk::ALIGN;

/// Bits of a slot that hold the chunk's offset, in units of [`ALIGN`]; the others hold the hash tag.
pub(crate) const OFFSET_BITS: u32 = 40;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;

/// A free slot.
pub(crate) const EMPTY: u64 = 0;

/// Packs a slot for the chunk at `offset`.
#[inline]
pub(crate) const fn slot(hash: u64, offset: u64) -> u64 {
    tag(hash) | (offset / ALIGN)
}

/// The hash's bits that a slot keeps. The probe starts from its low bits, so these are the high ones.
#[inline]
pub(crate) const fn tag(hash: u64) -> u64 {
    hash & !OFFSET_MASK
}

/// The tag in a slot.
#[inline]
pub(crate) const fn slot_tag(slot: u64) -> u64 {
    slot & !OFFSET_MASK
}

/// The chunk's offset in a slot.
#[inline]
pub(crate) const fn slot_offset(slot: u64) -> u64 {
    (slot & OFFSET_MASK) * ALIGN
}

/// Hash of a key's canonical bytes: XXH3 with the area's seed.
#[inline]
pub(crate) fn hash_key(key: &[u8], seed: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(key, seed)
}

/// Hash of an id. Ids of a stream count up, so the id itself fills the index from one slot to the next without
/// a collision; its tag is always 0.
#[inline]
pub(crate) const fn hash_id(id: u64) -> u64 {
    id & OFFSET_MASK
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slot_round_trips(hash: u64, lines in 1u64..1 << OFFSET_BITS) {
            let packed = slot(hash, lines * ALIGN);
            prop_assert_eq!(slot_offset(packed), lines * ALIGN);
            prop_assert_eq!(slot_tag(packed), tag(hash));
            prop_assert_ne!(packed, EMPTY);
        }
    }
}
