//! What rkyv's validation leaves out, looked at behind it.
//!
//! A hash table's control bytes stand behind its buckets, one for each, and the first of them once more behind the last,
//! so that a look-up reads groups of 16 without a turn at the end. rkyv 0.8.18 validates the buckets whose own byte
//! says that they are full, and compares with these only some of the repeated ones. A forged byte among the others makes a
//! look-up take a bucket for full that nobody validated, or hides the empty one at which it would have come to its end.
//!
//! What it leaves out of trees is in [`trees`], and of maps and sets that keep an order in `indexes`.

#[cfg(feature = "indexmap")]
mod indexes;
mod trees;

use core::any::TypeId;
use std::collections::BTreeSet;

use rkyv::collections::swiss_table::{ArchivedHashMap, ArchivedHashSet};

use super::Reflect;

/// rkyv reads control bytes in groups of this size, on every architecture.
const GROUP: usize = 16;
/// A table in memory: a relative pointer to the control bytes, the number of entries, the number of buckets.
const TABLE: usize = 12;

/// Whether a value of an archive, which rkyv has found valid, is sound.
#[inline]
pub(crate) fn is_sound<T: Reflect>(value: &T, bytes: &[u8]) -> bool {
    // Nothing to drop, so that of types without tables nothing is left at all.
    let mut archive = Soundness { bytes, left: bytes.len(), seen: None };
    let sound = value.is_sound(&mut archive);
    if archive.left == 0 { is_tangle_sound(value, bytes) } else { sound }
}

/// The same where values are shared by so many that each must be gone through once only.
#[cold]
#[inline(never)]
fn is_tangle_sound<T: Reflect>(value: &T, bytes: &[u8]) -> bool {
    value.is_sound(&mut Soundness { bytes, left: 0, seen: Some(&mut BTreeSet::new()) })
}

/// An archive, as it is gone through.
#[derive(Debug)]
pub struct Soundness<'a> {
    bytes: &'a [u8],
    /// How many shared values may be gone through without a look whether they were before.
    left: usize,
    /// Shared values that were come to before.
    seen: Option<&'a mut BTreeSet<(usize, TypeId)>>,
}

impl<'a> Soundness<'a> {
    /// Whether a shared value is come to for the first time, as far as that is known. Those that share more than once
    /// would else be gone through as often as there are ways that lead to them.
    pub(super) fn is_first<T: ?Sized + 'static>(&mut self, value: &T) -> bool {
        if let Some(seen) = &mut self.seen {
            return seen.insert(((&raw const *value).addr(), TypeId::of::<T>()));
        }
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    /// Whether every control byte of a table is that of its bucket. Behind the first repetition they stay empty.
    pub(super) fn repeats<K, V, H>(&self, table: &ArchivedHashMap<K, V, H>) -> bool {
        const { assert!(size_of::<ArchivedHashMap<K, V, H>>() == TABLE, "rkyv has tables of another form") }
        table.is_empty() || self.controls((&raw const *table).addr()).is_some_and(repeat)
    }

    /// The same of a set.
    pub(super) fn repeats_set<K, H>(&self, table: &ArchivedHashSet<K, H>) -> bool {
        const { assert!(size_of::<ArchivedHashSet<K, H>>() == TABLE, "rkyv has tables of another form") }
        table.is_empty() || self.controls((&raw const *table).addr()).is_some_and(repeat)
    }

    /// The control bytes of the table at an address, and how many buckets it has.
    fn controls(&self, address: usize) -> Option<(&'a [u8], usize)> {
        let at = self.offset(address)?;
        let begin = self.target(at)?;
        let buckets = usize::try_from(u32::from_le_bytes(self.word(at + 8)?)).ok()?;
        let count = buckets.checked_next_multiple_of(GROUP)? + GROUP - 1;
        Some((self.bytes.get(begin..)?.get(..count)?, buckets))
    }

    /// Where in the archive an address lies.
    fn offset(&self, address: usize) -> Option<usize> {
        address.checked_sub(self.bytes.as_ptr().addr())
    }

    /// The four bytes at an offset.
    fn word(&self, at: usize) -> Option<[u8; 4]> {
        self.bytes.get(at..)?.first_chunk().copied()
    }

    /// Where the relative pointer at an offset leads.
    fn target(&self, at: usize) -> Option<usize> {
        at.checked_add_signed(isize::try_from(i32::from_le_bytes(self.word(at)?)).ok()?)
    }
}

/// Whether every control byte behind the buckets' own repeats one of them, or is empty.
fn repeat((controls, buckets): (&[u8], usize)) -> bool {
    let Some((own, behind)) = controls.split_at_checked(buckets) else { return false };
    behind.iter().zip(own.iter().cycle()).all(|(control, own)| is_empty(*control) || control == own)
}

/// Whether a control byte says so of its bucket.
fn is_empty(control: u8) -> bool {
    control & 0x80 != 0
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use rkyv::rancor::Failure;
    use rkyv::string::ArchivedString;

    use super::*;

    pub(super) fn of(bytes: &[u8]) -> Soundness<'_> {
        Soundness { bytes, left: 1, seen: None }
    }

    type Table = ArchivedHashMap<ArchivedString, rkyv::primitive::ArchivedU32>;

    #[test]
    fn p8_tables_that_rkyv_makes_are_sound_and_forged_ones_are_not() {
        for len in (0..40u32).chain([57, 100]) {
            let map: HashMap<String, u32> = (0..len).map(|n| (format!("name {n}"), n)).collect();
            let mut bytes = rkyv::to_bytes::<Failure>(&map).unwrap();
            let table = rkyv::access::<Table, Failure>(&bytes).unwrap();
            assert!(of(&bytes).repeats(table), "{len} entries");
            if len == 0 {
                continue;
            }
            let address = (&raw const *table).addr();
            let (controls, buckets) = of(&bytes).controls(address).unwrap();
            let begin = controls.as_ptr().addr() - bytes.as_ptr().addr();
            for at in begin + buckets..begin + controls.len() {
                let before = bytes[at];
                // Full, and not what its bucket's own byte says.
                bytes[at] = (bytes[begin + (at - begin) % buckets] & 0x7f) ^ 1;
                let forged = rkyv::access::<Table, Failure>(&bytes);
                assert!(forged.is_err() || !of(&bytes).repeats(forged.unwrap()), "{at} of {len}");
                bytes[at] = before;
            }
        }
    }

    /// Not one that the derive can recognize and refuse.
    type Names = HashMap<String, u32>;

    #[derive(crate::Speculo)]
    struct Hidden {
        #[speculo(opaque)]
        names: Names,
    }

    #[test]
    fn p8_a_table_behind_an_alias_is_looked_at_though_it_is_opaque() {
        let hidden = Hidden { names: (0..9).map(|n| (format!("name {n}"), n)).collect() };
        let mut bytes = rkyv::to_bytes::<Failure>(&hidden).unwrap();
        assert!(crate::access::validate::<Hidden>(&bytes));
        let at = bytes.len() - TABLE;
        let (controls, buckets) = of(&bytes).controls(bytes.as_ptr().addr() + at).unwrap();
        let begin = controls.as_ptr().addr() - bytes.as_ptr().addr();
        for at in begin + buckets..begin + controls.len() {
            let before = bytes[at];
            bytes[at] = (bytes[begin + (at - begin) % buckets] & 0x7f) ^ 1;
            assert!(!crate::access::validate::<Hidden>(&bytes), "{at}");
            bytes[at] = before;
        }
    }
}
