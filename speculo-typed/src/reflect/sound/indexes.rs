//! Maps and sets that keep an order. Entries stand one behind the other, and the hash table holds their numbers. Of
//! these rkyv 0.8.18 does not ask whether such an entry is there, but look-ups panic where it is not.

use rkyv::collections::swiss_table::{ArchivedIndexMap, ArchivedIndexSet};

use super::{Soundness, TABLE, is_empty, repeat};

/// A map in memory: the table, and a relative pointer to the entries.
const MAP: usize = TABLE + 4;

impl Soundness<'_> {
    /// Whether the table of a map is sound, and leads to entries only.
    pub(in super::super) fn indexes<K, V, H>(&self, map: &ArchivedIndexMap<K, V, H>) -> bool {
        const { assert!(size_of::<ArchivedIndexMap<K, V, H>>() == MAP, "rkyv has maps of another form") }
        map.is_empty() || self.leads_below((&raw const *map).addr(), map.len()).is_some()
    }

    /// The same of a set.
    pub(in super::super) fn indexes_set<K, H>(&self, set: &ArchivedIndexSet<K, H>) -> bool {
        const { assert!(size_of::<ArchivedIndexSet<K, H>>() == MAP, "rkyv has sets of another form") }
        set.is_empty() || self.leads_below((&raw const *set).addr(), set.len()).is_some()
    }

    /// Looks at the table at an address; `None` if a number in it is not below `len`, or if it is not sound.
    fn leads_below(&self, address: usize, len: usize) -> Option<()> {
        let (controls, buckets) = self.controls(address)?;
        let before = self.bytes.get(..self.target(self.offset(address)?)?)?;
        let (_, numbers) = before.as_rchunks::<4>();
        // The first bucket is the last before the control bytes.
        let numbers = numbers.get(numbers.len().checked_sub(buckets)?..)?.iter().rev();
        let is_below = |number| usize::try_from(u32::from_le_bytes(number)).is_ok_and(|number| number < len);
        let all_below =
            controls.iter().zip(numbers).all(|(control, number)| is_empty(*control) || is_below(*number));
        (all_below && repeat((controls, buckets))).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use indexmap::{IndexMap, IndexSet};

    use rkyv::primitive::ArchivedU32;
    use rkyv::rancor::Failure;
    use rkyv::string::ArchivedString;
    use rkyv::util::AlignedVec;

    use super::super::is_sound;
    use super::super::tests::of;
    use super::*;

    type Map = ArchivedIndexMap<ArchivedString, ArchivedU32>;

    fn name(number: u32) -> String {
        format!("name {number}")
    }

    fn archived(len: u32) -> AlignedVec {
        let map: IndexMap<String, u32> = (0..len).map(|number| (name(number), number)).collect();
        rkyv::to_bytes::<Failure>(&map).unwrap()
    }

    /// The map in bytes that are accepted.
    fn accepted(bytes: &[u8]) -> Option<&Map> {
        rkyv::access::<Map, Failure>(bytes).ok().filter(|map| is_sound(*map, bytes))
    }

    /// Where the control bytes begin, and how many buckets there are.
    fn table(bytes: &[u8]) -> (usize, usize) {
        let archive = of(bytes);
        let at = bytes.len() - MAP;
        (archive.target(at).unwrap(), u32::from_le_bytes(archive.word(at + 8).unwrap()).try_into().unwrap())
    }

    #[test]
    fn p8_what_rkyv_makes_is_sound() {
        for len in (0..50).chain([215, 500]) {
            let bytes = archived(len);
            let map = accepted(&bytes).unwrap_or_else(|| panic!("{len} entries"));
            assert!(
                (0..len).all(|number| map.get(name(number).as_str()).is_some_and(|found| *found == number))
            );
            let set: IndexSet<u32> = (0..len).collect();
            let bytes = rkyv::to_bytes::<Failure>(&set).unwrap();
            let set = rkyv::access::<ArchivedIndexSet<ArchivedU32>, Failure>(&bytes).unwrap();
            assert!(is_sound(set, &bytes), "{len} entries");
        }
    }

    #[test]
    fn p8_a_number_of_no_entry_is_refused() {
        let good = archived(20);
        let (controls, buckets) = table(&good);
        for bucket in 0..buckets {
            for number in [20, 21, u32::MAX] {
                let mut bytes = good.clone();
                let at = controls - 4 * (bucket + 1);
                bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
                // In empty buckets stands what nobody looks at.
                assert_eq!(accepted(&bytes).is_some(), is_empty(good[controls + bucket]), "{bucket}");
            }
        }
        let set: IndexSet<u32> = (0..20).collect();
        let mut bytes = rkyv::to_bytes::<Failure>(&set).unwrap();
        let (controls, buckets) = table(&bytes);
        let full = (0..buckets).find(|bucket| !is_empty(bytes[controls + bucket])).unwrap();
        bytes[controls - 4 * (full + 1)] = 20;
        let set = rkyv::access::<ArchivedIndexSet<ArchivedU32>, Failure>(&bytes).unwrap();
        assert!(!is_sound(set, &bytes));
    }

    #[test]
    fn p8_a_control_byte_that_repeats_none_is_refused() {
        for len in [1, 9, 20] {
            let good = archived(len);
            let (controls, buckets) = table(&good);
            for behind in buckets..buckets.next_multiple_of(16) + 15 {
                let mut bytes = good.clone();
                bytes[controls + behind] = (good[controls + behind % buckets] & 0x7f) ^ 1;
                assert!(accepted(&bytes).is_none(), "{behind} of {len}");
            }
        }
    }

    /// Whatever one byte of a map says, look-ups and iteration of what is accepted come to an end.
    #[test]
    fn p8_a_map_with_any_byte_forged_is_refused_or_can_be_used() {
        let mut bytes = archived(9);
        let mut refused = 0;
        for at in 0..bytes.len() {
            for forged in [0, 1, 0x7f, 0x80, 0xfe, 0xff, !bytes[at], bytes[at] ^ 1] {
                let before = core::mem::replace(&mut bytes[at], forged);
                match accepted(&bytes) {
                    Some(map) => {
                        assert_eq!(map.iter().count(), map.len());
                        let _ = (0..12).filter(|number| map.get(name(*number).as_str()).is_some()).count();
                    }
                    None => refused += 1,
                }
                bytes[at] = before;
            }
        }
        assert!(refused > 300, "{refused}");
    }
}
