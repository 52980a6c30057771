//! The segment: header, index, log of chunks.

use super::{LINE, PAGE, chunk, index, put, u32_at, u64_at, u128_at};

/// First eight bytes of a segment.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"speculoS");

pub(crate) const AT_MAGIC: u64 = 0;
pub(crate) const AT_FORMAT: u64 = 8;
pub(crate) const AT_UUID: u64 = 16;
pub(crate) const AT_GENERATION: u64 = 32;
pub(crate) const AT_INDEX_SLOTS: u64 = 40;
pub(crate) const AT_LOG_START: u64 = 48;
pub(crate) const AT_LOG_LIMIT: u64 = 56;
pub(crate) const AT_CARRIED_END: u64 = 64;
pub(crate) const AT_CARRIED_LAST_SEQ: u64 = 72;
pub(crate) const AT_DROPPED_THROUGH: u64 = 80;
pub(crate) const AT_FORGOTTEN_THROUGH: u64 = 88;
pub(crate) const AT_FIRST_SEQ: u64 = 96;
/// Hint, stored with release after each commit: offset of a committed chunk at or before the last; 0 = none.
pub(crate) const AT_TAIL: u64 = 128;
/// [`READY`] or [`OBSOL`].
pub(crate) const AT_STATE: u64 = 192;
/// The index stands behind the header.
pub(crate) const AT_INDEX: u64 = 512;

/// The header's length in bytes.
pub(crate) const HEADER_LEN: usize = 512;

/// This segment is, or is about to become, the current one.
pub(crate) const READY: u64 = 1;
/// A newer segment has taken over.
pub(crate) const OBSOL: u64 = 2;

/// Offsets beyond this do not fit into an index slot.
pub(crate) const MAX_LEN: u64 = 1 << 46;

const _: () = {
    assert!(AT_TAIL.is_multiple_of(LINE) && AT_STATE.is_multiple_of(LINE), "written at different times");
    assert!(AT_TAIL >= AT_FIRST_SEQ + 8 && AT_INDEX >= AT_STATE + LINE);
    assert!(AT_INDEX.is_multiple_of(chunk::ALIGN) && super::to_usize(AT_INDEX) == HEADER_LEN);
    assert!(MAX_LEN == (1 << index::OFFSET_BITS) * chunk::ALIGN);
};

/// Name of a generation's file.
pub(crate) fn segment_name(generation: u64) -> String {
    format!(".{generation}.segment")
}

/// The part of a segment's header that does not change while the segment is current, checked against itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) uuid: u128,
    pub(crate) generation: u64,
    /// Number of index slots, a power of two.
    pub(crate) index_slots: u64,
    pub(crate) log_start: u64,
    /// The file grows up to here, never beyond.
    pub(crate) log_limit: u64,
    /// Chunks before this offset were carried over from the segment before.
    pub(crate) carried_end: u64,
    /// Highest seq among the carried chunks; 0 = none.
    pub(crate) carried_last_seq: u64,
    /// Highest seq that retention took away.
    pub(crate) dropped_through: u64,
    /// Highest seq of a tombstone that was not carried.
    pub(crate) forgotten_through: u64,
    /// Seq of the first chunk committed in this segment itself.
    pub(crate) first_seq: u64,
}

impl Geometry {
    /// Offset of the log behind an index of `slots`.
    pub(crate) const fn log_start(slots: u64) -> u64 {
        super::align_up(AT_INDEX + slots * 8, chunk::ALIGN)
    }

    /// Of a segment with nothing in it yet.
    pub(crate) const fn blank(uuid: u128, generation: u64, index_slots: u64, log_limit: u64) -> Self {
        let log_start = Self::log_start(index_slots);
        Self {
            uuid,
            generation,
            index_slots,
            log_start,
            log_limit,
            carried_end: log_start,
            carried_last_seq: 0,
            dropped_through: 0,
            forgotten_through: 0,
            first_seq: 0,
        }
    }

    /// The header's bytes, state [`READY`].
    pub(crate) fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        put(&mut bytes, AT_MAGIC, &MAGIC.to_le_bytes());
        put(&mut bytes, AT_FORMAT, &super::FORMAT_VERSION.to_le_bytes());
        put(&mut bytes, AT_UUID, &self.uuid.to_le_bytes());
        for (at, word) in [
            (AT_GENERATION, self.generation),
            (AT_INDEX_SLOTS, self.index_slots),
            (AT_LOG_START, self.log_start),
            (AT_LOG_LIMIT, self.log_limit),
            (AT_CARRIED_END, self.carried_end),
            (AT_CARRIED_LAST_SEQ, self.carried_last_seq),
            (AT_DROPPED_THROUGH, self.dropped_through),
            (AT_FORGOTTEN_THROUGH, self.forgotten_through),
            (AT_FIRST_SEQ, self.first_seq),
            (AT_STATE, READY),
        ] {
            put(&mut bytes, at, &word.to_le_bytes());
        }
        bytes
    }

    /// Reads and checks a header of a file of `file_len` bytes.
    pub(crate) fn decode(bytes: &[u8], file_len: u64) -> Result<Self, &'static str> {
        let word = |at| u64_at(bytes, at);
        let found = Self {
            uuid: u128_at(bytes, AT_UUID),
            generation: word(AT_GENERATION),
            index_slots: word(AT_INDEX_SLOTS),
            log_start: word(AT_LOG_START),
            log_limit: word(AT_LOG_LIMIT),
            carried_end: word(AT_CARRIED_END),
            carried_last_seq: word(AT_CARRIED_LAST_SEQ),
            dropped_through: word(AT_DROPPED_THROUGH),
            forgotten_through: word(AT_FORGOTTEN_THROUGH),
            first_seq: word(AT_FIRST_SEQ),
        };
        let check = |ok: bool, what| if ok { Ok(()) } else { Err(what) };
        check(word(AT_MAGIC) == MAGIC, "it does not begin with the segment's magic number")?;
        check(u32_at(bytes, AT_FORMAT) == super::FORMAT_VERSION, "it has another format version")?;
        check(
            found.index_slots.is_power_of_two() && found.index_slots < MAX_LEN / 16,
            "its index is malformed",
        )?;
        check(found.log_start == Self::log_start(found.index_slots), "its log does not follow its index")?;
        check(
            found.log_limit <= MAX_LEN && found.log_limit.is_multiple_of(PAGE),
            "its log's limit is malformed",
        )?;
        check(file_len <= found.log_limit, "it is longer than its log's limit")?;
        check(file_len >= found.log_start + chunk::HEADER, "it is shorter than its index")?;
        check(
            found.carried_end.is_multiple_of(chunk::ALIGN)
                && (found.log_start..file_len).contains(&found.carried_end),
            "its carried chunks do not end inside it",
        )?;
        let last = found.carried_last_seq.max(found.dropped_through).max(found.forgotten_through);
        check(last < found.first_seq, "what came before it has a seq that is still to come")?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Geometry {
        Geometry {
            uuid: 1,
            generation: 2,
            index_slots: 8,
            log_start: Geometry::log_start(8),
            log_limit: 8 * PAGE,
            carried_end: Geometry::log_start(8) + 64,
            carried_last_seq: 3,
            dropped_through: 4,
            forgotten_through: 5,
            first_seq: 6,
        }
    }

    #[test]
    fn round_trip() {
        assert_eq!(Geometry::decode(&sample().encode(), 2 * PAGE), Ok(sample()));
    }

    #[test]
    fn every_number_is_checked() {
        let bad = |change: fn(&mut Geometry), len| {
            let mut geometry = sample();
            change(&mut geometry);
            assert!(Geometry::decode(&geometry.encode(), len).is_err(), "{geometry:?} in {len}");
        };
        bad(|g| g.index_slots = 7, 2 * PAGE);
        bad(|g| g.index_slots = 1 << 60, 2 * PAGE);
        bad(|g| g.log_start += 64, 2 * PAGE);
        bad(|g| g.log_limit = u64::MAX, 2 * PAGE);
        bad(|g| g.log_limit += 1, 2 * PAGE);
        bad(|g| g.carried_end = 0, 2 * PAGE);
        bad(|g| g.carried_end += 1, 2 * PAGE);
        bad(|g| g.carried_end = 2 * PAGE, 2 * PAGE);
        bad(|g| g.carried_end = g.log_start, Geometry::log_start(8) + 32);
        bad(|g| g.carried_last_seq = 6, 2 * PAGE);
        bad(|g| g.dropped_through = u64::MAX, 2 * PAGE);
        bad(|g| g.forgotten_through = 6, 2 * PAGE);
        bad(|_| (), 64);
        bad(|_| (), 9 * PAGE);
        let index_of = |slots: u64| {
            let geometry = Geometry { first_seq: 1, ..Geometry::blank(1, 2, slots, MAX_LEN) };
            Geometry::decode(&geometry.encode(), geometry.log_start + chunk::HEADER)
        };
        assert!(index_of(MAX_LEN / 32).is_ok());
        assert!(index_of(MAX_LEN / 16).is_err(), "it is half of all that there can be");
        assert!(Geometry::decode(&[0; HEADER_LEN], PAGE).is_err());
        assert!(Geometry::decode(&[], PAGE).is_err());
    }
}
