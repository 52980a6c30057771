//! The chunk: eight header words, then payload, key bytes, padding.

/// Chunks start at multiples of this, so a header is one cache line.
pub(crate) const ALIGN: u64 = 64;
/// Length of the header; the payload follows it.
pub(crate) const HEADER: u64 = 64;

/// Control word: state and total length. The only word that publishes.
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
pub(crate) const AT_LENGTHS: u64 = 56;

/// Largest payload in bytes. Headers could name 4 GiB; rkyv's relative pointers end at 2 GiB.
pub(crate) const MAX_PAYLOAD: u64 = (1 << 30) - 1;
/// Largest key in bytes.
pub(crate) const MAX_KEY: usize = u16::MAX as usize;

const _: () = assert!(HEADER == AT_LENGTHS + 8 && HEADER.is_multiple_of(16) && ALIGN.is_power_of_two());

const STATE_MASK: u64 = ALIGN - 1;

/// State of a chunk, in the low bits of its control word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is here yet: the log ends.
    Unall,
    /// Space is set aside and being filled; readers see the log end here.
    Alloc,
    /// Committed: immutable from here on.
    Writn,
}

/// The control word of an empty place.
pub(crate) const UNALL: u64 = 0;

/// Packs a control word. `total` is a multiple of [`ALIGN`].
pub(crate) const fn control(state: State, total: u64) -> u64 {
    total
        | match state {
            State::Unall => 0,
            State::Alloc => 1,
            State::Writn => 2,
        }
}

/// Unpacks a control word into its state and total length; an unknown state is `None`.
#[inline]
pub(crate) const fn parse_control(word: u64) -> Option<(State, u64)> {
    let total = word & !STATE_MASK;
    match word & STATE_MASK {
        0 => Some((State::Unall, total)),
        1 => Some((State::Alloc, total)),
        2 => Some((State::Writn, total)),
        _ => None,
    }
}

/// Bytes that a chunk takes in the log.
#[inline]
pub(crate) const fn total(payload: u64, key: u64) -> u64 {
    super::align_up(HEADER + payload + key, ALIGN)
}

/// Lengths and flags of a chunk, one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) payload: u32,
    pub(crate) key: u16,
    /// The chunk says that its key, or id, is gone.
    pub(crate) tombstone: bool,
}

const TOMBSTONE: u64 = 1 << 48;

impl Lengths {
    #[inline]
    pub(crate) fn pack(self) -> u64 {
        u64::from(self.payload) | u64::from(self.key) << 32 | if self.tombstone { TOMBSTONE } else { 0 }
    }

    /// The bits above the tombstone are kept for batches; what they say is ignored here.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
    pub(crate) const fn unpack(word: u64) -> Self {
        Self { payload: word as u32, key: (word >> 32) as u16, tombstone: word & TOMBSTONE != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn control_round_trips(lines in 0u64..1 << 40) {
            for state in [State::Unall, State::Alloc, State::Writn] {
                prop_assert_eq!(parse_control(control(state, lines * ALIGN)), Some((state, lines * ALIGN)));
            }
        }

        #[test]
        fn lengths_round_trip(payload: u32, key: u16, tombstone: bool) {
            let lengths = Lengths { payload, key, tombstone };
            prop_assert_eq!(Lengths::unpack(lengths.pack()), lengths);
        }

        #[test]
        fn unpacking_anything_does_not_panic(word: u64) {
            let _ = parse_control(word);
            let _ = Lengths::unpack(word);
        }
    }
}
