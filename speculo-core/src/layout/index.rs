//! The index: open addressing with linear probing, one word per slot.

use super::chunk::{ALIGN, short_key};

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

/// The same slot, naming another chunk of its key.
pub(crate) const fn renamed(slot: u64, offset: u64) -> u64 {
    slot_tag(slot) | (offset / ALIGN)
}

/// Hash of a key's canonical bytes, with the area's seed.
#[inline(always)]
pub(crate) fn hash_key(key: &[u8], seed: u64) -> u64 {
    match short_key(key) {
        Some(word) => hash_short(word, key.len() as u64, seed),
        None => xxhash_rust::xxh3::xxh3_64_with_seed(key, seed),
    }
}

/// Hash of a short key: one folded multiplication, as in wyhash (Wang Yi, 2019), by the golden ratio. It takes a few
/// cycles, and who does not know the seed does not know which keys collide.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "takes the product apart")]
pub(crate) const fn hash_short(word: u64, len: u64, seed: u64) -> u64 {
    let product = (word ^ seed) as u128 * (0x9e37_79b9_7f4a_7c15_u64 ^ len << 40) as u128;
    product as u64 ^ (product >> 64) as u64
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
            prop_assert_eq!(renamed(slot(hash, ALIGN), lines * ALIGN), packed);
        }
    }

    #[test]
    fn numbers_spread_over_the_index_and_the_tags() {
        for seed in [0x9d3a_70c2_11e5_48bf, 0xfedc_ba98_7654_3210, 0x0123_4567_89ab_cdef] {
            for step in [1, 2, 1 << 20, 1 << 32, 1 << 56] {
                let hashes: Vec<u64> =
                    (0..256_u64).map(|n| hash_key(&n.wrapping_mul(step).to_le_bytes(), seed)).collect();
                let distinct = |bits: fn(u64) -> u64| {
                    hashes.iter().map(|hash| bits(*hash)).collect::<std::collections::HashSet<_>>().len()
                };
                // 256 balls fall into 1024 boxes: some 227 are not empty.
                let (slots, tags) = (distinct(|hash| hash % 1024), distinct(tag));
                assert!(
                    slots > 190 && tags > 250,
                    "seed {seed:x}, step {step:x}: {slots} slots, {tags} tags"
                );
            }
        }
        assert_ne!(hash_key(b"", 1), hash_key(b"\0", 1), "the length counts");
    }

    #[test]
    fn an_id_is_its_hash() {
        assert_eq!([hash_id(1), hash_id(1 << 39 | 5), hash_id(1 << 40 | 5)], [1, 1 << 39 | 5, 5]);
    }

    proptest! {
        #[test]
        fn the_hash_is_that_of_the_bytes(key: [u8; 8], seed: u64) {
            prop_assert_eq!(hash_key(&key, seed), hash_short(u64::from_le_bytes(key), 8, seed));
        }
    }
}
