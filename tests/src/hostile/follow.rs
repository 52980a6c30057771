//! A segment of any bytes, beside a good manifest: of a stream to be followed, of a keyed area to be looked up in.

use speculo_core::Kind;

use super::base::{Base, Shape, UUID};
use super::exercise::{self, Tally};
use super::input::Input;
use super::offsets::{
    LINE, PAGE, SEGMENT_CARRIED_END, SEGMENT_GENERATION, SEGMENT_INDEX, SEGMENT_LIMIT, SEGMENT_LOG_START,
    SEGMENT_SLOTS, SEGMENT_UUID, put, put_word, size, word,
};
use super::stage;

/// Bits of the first byte: what is put right, for chance takes long to do so.
const IDENTITY: u8 = 1;
const GEOMETRY: u8 = 2;
/// What is done with the area.
const TAKE_OVER: u8 = 4;
/// The file ends where the input ends.
const EXACT: u8 = 8;

/// A stream: a byte of flags, the segment.
pub(super) fn stream(bytes: &[u8]) -> Tally {
    drive(bytes, Kind::Stream)
}

/// The same of a keyed area.
pub(super) fn keyed(bytes: &[u8]) -> Tally {
    drive(bytes, Kind::Keyed)
}

fn drive(bytes: &[u8], kind: Kind) -> Tally {
    let base = Base::of(Shape::Tiny(kind));
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let mut segment = input.rest().to_vec();
    if flags & IDENTITY != 0 {
        put(&mut segment, 0, b"speculoS\x01\0\0\0");
        put(&mut segment, SEGMENT_UUID, &UUID);
        put_word(&mut segment, SEGMENT_GENERATION, base.generation());
    }
    if flags & EXACT == 0 {
        segment.resize(segment.len().next_multiple_of(PAGE), 0);
    }
    if flags & GEOMETRY != 0 {
        geometry(&mut segment);
    }
    let most = segment.len() / LINE;
    let name = stage::segment_name(base.generation());
    let files: [(&str, &[u8]); 2] = [(".manifest", &base.manifest), (&name, &segment)];
    let dir = stage::set("segment", &files);
    let mut tally = Tally::default();
    let area = stage::area("segment", kind);
    exercise::open(&area, most, &mut tally);
    assert!(std::fs::read(dir.join(&name)).unwrap() == segment, "reading changed something");
    if flags & TAKE_OVER != 0 {
        exercise::take_over(&area, most, &mut tally);
    }
    tally
}

/// Makes the numbers of the header fit each other and the file.
fn geometry(segment: &mut [u8]) {
    let slots = word(segment, SEGMENT_SLOTS).clamp(1, 64).next_power_of_two();
    let start = (SEGMENT_INDEX + size(slots) * 8).next_multiple_of(LINE) as u64;
    let limit = segment.len().next_multiple_of(PAGE) as u64;
    put_word(segment, SEGMENT_SLOTS, slots);
    put_word(segment, SEGMENT_LOG_START, start);
    put_word(segment, SEGMENT_LIMIT, limit);
    let carried = word(segment, SEGMENT_CARRIED_END) % limit.max(1) / 64 * 64;
    put_word(segment, SEGMENT_CARRIED_END, carried.max(start));
}

pub(super) fn seeds(kind: Kind) -> Vec<Vec<u8>> {
    let segment = &Base::of(Shape::Tiny(kind)).segment;
    let flags = [IDENTITY, IDENTITY | TAKE_OVER, IDENTITY | GEOMETRY | TAKE_OVER, IDENTITY | EXACT];
    flags.map(|flags| [&[flags][..], segment].concat()).into()
}
