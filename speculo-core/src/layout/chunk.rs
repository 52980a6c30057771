//! The chunk: eight header words, then payload, the bytes of a long key, padding.

/// Chunks start at multiples of this, so a header is one cache line.
pub(crate) const ALIGN: u64 = 64;
/// Length of the header; the payload follows it.
pub(crate) const HEADER: u64 = 64;

/// Control word: state and lengths. The only word that publishes.
pub(crate) const AT_CONTROL: u64 = 0;
pub(crate) const AT_SEQ: u64 = 8;
pub(crate) const AT_ID: u64 = 16;
pub(crate) const AT_VERSION: u64 = 24;
/// ns of `CLOCK_BOOTTIME`; 0 = never.
pub(crate) const AT_EXPIRES: u64 = 32;
/// The chunk this one replaces, in this segment; 0 = none.
pub(crate) const AT_PREV: u64 = 40;
/// Control word: the chunk that replaces this one, stored before that one's commit; 0 = none.
pub(crate) const AT_NEXT: u64 = 48;
/// A key of up to [`SHORT_KEY`] bytes, padded with zeros. A longer one stands behind the payload.
pub(crate) const AT_KEY: u64 = 56;

/// Largest payload in bytes. Headers could name 4 GiB; rkyv's relative pointers end at 2 GiB.
pub(crate) const MAX_PAYLOAD: u64 = (1 << 30) - 1;
/// Largest key in bytes.
pub(crate) const MAX_KEY: usize = u16::MAX as usize;
/// Longest key in bytes that stands in the header: who looks it up touches one line less.
pub(crate) const SHORT_KEY: u64 = 8;

const _: () = assert!(HEADER == AT_KEY + SHORT_KEY && HEADER.is_multiple_of(16) && ALIGN.is_power_of_two());

/// State of a chunk, in the lowest bits of its control word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is here yet: the log ends.
    Unall,
    /// Space is set aside and being filled; readers see the log end here.
    Alloc,
    /// Committed: immutable from here on.
    Writn,
}

const STATE_MASK: u64 = 3;
/// The control word of an empty place.
pub(crate) const UNALL: u64 = 0;
/// The control word of a place that is being filled.
pub(crate) const ALLOC: u64 = 1;
const WRITN: u64 = 2;
const TOMBSTONE: u64 = 1 << 2;
const MORTAL: u64 = 1 << 3;
const KEY_SHIFT: u32 = 8;
const PAYLOAD_SHIFT: u32 = 32;

/// What the control word of a committed chunk says. The bits that it leaves are kept for batches; what they say is
/// ignored here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) payload: u32,
    pub(crate) key: u16,
    /// The chunk says that its key, or id, is gone.
    pub(crate) tombstone: bool,
    /// It can expire.
    pub(crate) mortal: bool,
}

impl Lengths {
    /// The control word of a committed chunk.
    #[inline]
    pub(crate) const fn written(self) -> u64 {
        (self.payload as u64) << PAYLOAD_SHIFT
            | (self.key as u64) << KEY_SHIFT
            | if self.tombstone { TOMBSTONE } else { 0 }
            | if self.mortal { MORTAL } else { 0 }
            | WRITN
    }

    /// Takes a control word apart.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
    pub(crate) const fn of(control: u64) -> Self {
        Self {
            payload: (control >> PAYLOAD_SHIFT) as u32,
            key: (control >> KEY_SHIFT) as u16,
            tombstone: control & TOMBSTONE != 0,
            mortal: control & MORTAL != 0,
        }
    }

    /// Bytes that the chunk takes in the log.
    #[inline]
    pub(crate) const fn total(self) -> u64 {
        total(self.payload as u64, self.key as u64)
    }
}

/// The state in a control word; `None` if it is none.
#[inline]
pub(crate) const fn state(control: u64) -> Option<State> {
    match control & STATE_MASK {
        UNALL => Some(State::Unall),
        ALLOC => Some(State::Alloc),
        WRITN => Some(State::Writn),
        _ => None,
    }
}

/// Whether a control word says that its chunk is committed.
#[inline]
pub(crate) const fn is_written(control: u64) -> bool {
    control & STATE_MASK == WRITN
}

/// Whether a committed chunk's control word says that it is a value, and never expires.
#[inline]
pub(crate) const fn is_lasting(control: u64) -> bool {
    control & (TOMBSTONE | MORTAL) == 0
}

/// Bytes of a key that stand behind the payload.
#[inline]
pub(crate) const fn key_behind(key: u64) -> u64 {
    if key <= SHORT_KEY { 0 } else { key }
}

/// Bytes that a chunk takes in the log.
#[inline]
pub(crate) const fn total(payload: u64, key: u64) -> u64 {
    super::align_up(HEADER + payload + key_behind(key), ALIGN)
}

/// A short key as the header's word; `None` if it is longer.
#[inline(always)]
pub(crate) fn short_key(key: &[u8]) -> Option<u64> {
    // Numbers, whose length is known where this is inlined.
    if let Ok(word) = key.try_into() {
        return Some(u64::from_le_bytes(word));
    }
    if let Ok(word) = key.try_into() {
        return Some(u32::from_le_bytes(word).into());
    }
    let mut word = [0; 8];
    word.get_mut(..key.len())?.copy_from_slice(key);
    Some(u64::from_le_bytes(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_lengths_are_those_of_the_format() {
        let value = Lengths { payload: 5, key: 3, tombstone: false, mortal: false };
        assert_eq!(value.written(), 5 << 32 | 3 << 8 | 2);
        assert_eq!(Lengths { tombstone: true, ..value }.written(), 5 << 32 | 3 << 8 | 4 | 2);
        assert_eq!(Lengths { mortal: true, ..value }.written(), 5 << 32 | 3 << 8 | MORTAL | 2);
        assert_eq!(
            [0, 1, 2, 3].map(state),
            [Some(State::Unall), Some(State::Alloc), Some(State::Writn), None]
        );
        // A short key stands in the header, a longer one behind the payload.
        assert_eq!([total(0, 8), total(64, 8), total(65, 0), total(60, 4)], [64, 128, 192, 128]);
        assert_eq!([total(0, 9), total(55, 9), total(56, 9)], [128, 128, 192]);
        assert_eq!([key_behind(8), key_behind(9)], [0, 9]);
    }

    proptest! {
        #[test]
        fn control_round_trips(payload: u32, key: u16, tombstone: bool, mortal: bool) {
            let lengths = Lengths { payload, key, tombstone, mortal };
            prop_assert_eq!(is_lasting(lengths.written()), !tombstone && !mortal);
            prop_assert_eq!(Lengths::of(lengths.written()), lengths);
            prop_assert_eq!(state(lengths.written()), Some(State::Writn));
            prop_assert!(is_written(lengths.written()));
        }

        #[test]
        fn taking_anything_apart_does_not_panic(word: u64) {
            prop_assert_eq!(is_written(word), state(word) == Some(State::Writn));
            prop_assert!(Lengths::of(word).total() >= HEADER);
        }

        #[test]
        fn short_keys_of_one_length_differ(a: Vec<u8>, b: Vec<u8>) {
            prop_assert_eq!(short_key(&a).is_some(), a.len() <= 8);
            if let (Some(one), Some(other)) = (short_key(&a), short_key(&b)) && a.len() == b.len() {
                prop_assert_eq!(one == other, a == b);
            }
        }
    }
}
