//! One change of an area's files: where numbers stand that somebody relies on.

use super::base::Base;
use super::input::Input;
use super::offsets::{
    CHUNK_NEXT, CHUNK_PREV, LINE, MANIFEST_CURRENT, SEGMENT_INDEX, SEGMENT_TAIL, put, put_word, size, word,
};

/// The files that are changed.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) manifest: Vec<u8>,
    pub(super) segment: Vec<u8>,
}

impl Files {
    pub(super) fn of(base: &Base) -> Self {
        let mut segment = base.segment.clone();
        segment.resize(base.len, 0);
        Self { manifest: base.manifest.clone(), segment }
    }
}

/// Words of the segment's header, from its generation to its state.
const HEADER: [usize; 11] = [32, 40, 48, 56, 64, 72, 80, 88, 96, SEGMENT_TAIL, 192];
/// Words of the manifest.
const MANIFEST: [usize; 8] = [0, 8, 16, 32, 48, 64, 72, MANIFEST_CURRENT];
const KINDS: u8 = 16;

/// Makes one change. What it is, where, and to what, the input says.
pub(super) fn one(files: &mut Files, base: &Base, input: &mut Input<'_>) {
    let kind = input.byte() % KINDS;
    let (at, other) = (chunk(base, input), chunk(base, input));
    let segment = &mut files.segment;
    match kind {
        // Any word of a chunk's header.
        0 => {
            let at = at + usize::from(input.byte() % 8) * 8;
            let new = number(word(segment, at), base, input);
            put_word(segment, at, new);
        }
        // The parts of a control word.
        1 => {
            let control = word(segment, at);
            let (field, new) = (input.byte(), input.word());
            put_word(
                segment,
                at,
                match field % 5 {
                    0 => control & !3 | new & 3,
                    1 => control ^ (new & 0xfc),
                    2 => control & !0xff_ff00 | (new & 0xffff) << 8,
                    3 => control & 0xffff_ffff | new << 32,
                    _ => control & 0xffff_ffff | u64::from(u32::MAX) << 32,
                },
            );
        }
        2 => put_word(segment, at + CHUNK_PREV, offset(other, input)),
        3 => put_word(segment, at + CHUNK_NEXT, offset(other, input)),
        // As if the one had replaced the other, as carried chunks do.
        4 => {
            put_word(segment, at + CHUNK_NEXT, other as u64);
            put_word(segment, other + CHUNK_PREV, at as u64);
        }
        // A circle.
        5 => {
            put_word(segment, at + CHUNK_PREV, other as u64);
            put_word(segment, other + CHUNK_PREV, at as u64);
            for uncommitted in [at, other] {
                let control = word(segment, uncommitted);
                put_word(segment, uncommitted, control & !3 | 1);
            }
        }
        // A slot leads to any place, with the tag that it has or another.
        6 => {
            let place = slot(base, input);
            let tag = if input.byte() & 1 == 0 { word(segment, place) } else { input.word() };
            let to = offset(other, input) / 64;
            put_word(segment, place, tag & !0xff_ffff_ffff | to & 0xff_ffff_ffff);
        }
        // A slot says what another one says.
        7 => {
            let (from, to) = (slot(base, input), slot(base, input));
            let said = word(segment, from);
            put_word(segment, to, said);
        }
        // No slot is free any more.
        8 => {
            let said = word(segment, slot(base, input));
            let end = base.chunks.first().map_or(SEGMENT_INDEX, |first| *first);
            for place in (SEGMENT_INDEX..end).step_by(8) {
                if word(segment, place) == 0 {
                    put_word(segment, place, said);
                }
            }
        }
        9 => put_word(segment, SEGMENT_TAIL, offset(other, input)),
        10 => {
            let at = HEADER[usize::from(input.byte()) % HEADER.len()];
            let new = number(word(segment, at), base, input);
            put_word(segment, at, new);
        }
        11 => {
            let at = MANIFEST[usize::from(input.byte()) % MANIFEST.len()];
            let new = number(word(&files.manifest, at), base, input);
            put_word(&mut files.manifest, at, new);
        }
        12 => segment.truncate(usize::from(input.short()) * 16),
        13 => segment.resize(segment.len() + usize::from(input.short()), 2),
        // A chunk stands somewhere else as well, over others or behind the last.
        14 => {
            let copy = segment.get(at..at + LINE).unwrap_or_default().to_vec();
            let to = size(offset(other, input));
            put(segment, to, &copy);
        }
        // Any bytes anywhere.
        _ => {
            let at = other + usize::from(input.short());
            let len = usize::from(input.byte() % 32);
            let new = input.take(len).to_vec();
            put(segment, at, &new);
        }
    }
}

/// Where a chunk stands, or the next one will.
fn chunk(base: &Base, input: &mut Input<'_>) -> usize {
    let number = usize::from(input.byte());
    let count = base.chunks.len();
    let end = base.segment.len().next_multiple_of(LINE);
    // The last ones, and the end, are few among many.
    let number = if number >= 240 { (count + 248).saturating_sub(number) } else { number % count.max(1) };
    base.chunks.get(number).copied().unwrap_or(end)
}

/// Where an index slot stands: one in use, or any.
fn slot(base: &Base, input: &mut Input<'_>) -> usize {
    let number = usize::from(input.short());
    let used = base.slots.get(number / 2 % base.slots.len().max(1)).copied();
    SEGMENT_INDEX + 8 * used.filter(|_| number.is_multiple_of(2)).unwrap_or(number / 2)
}

/// A place: a chunk's, one near it, or any.
fn offset(chunk: usize, input: &mut Input<'_>) -> u64 {
    let (kind, chunk) = (input.byte(), chunk as u64);
    match kind % 6 {
        0 | 1 => chunk,
        2 => chunk.wrapping_add(64),
        3 => chunk.wrapping_sub(64),
        4 => chunk.wrapping_add(u64::from(kind) / 6),
        _ => input.word(),
    }
}

/// A number that was `old`: another one near it, near the sizes of things, or any.
fn number(old: u64, base: &Base, input: &mut Input<'_>) -> u64 {
    let (kind, by) = (input.byte(), input.byte());
    let len = base.len as u64;
    match kind % 12 {
        0 => old.wrapping_add(by.into()),
        1 => old.wrapping_sub(by.into()),
        2 => old ^ 1 << (by % 64),
        3 => 1 << (by % 64),
        4 => (1u64 << (by % 64)).wrapping_sub(1),
        5 => u64::MAX - u64::from(by),
        6 => len.wrapping_add(by.into()).wrapping_sub(128),
        7 => u64::from(by) * 64,
        8 => old.wrapping_mul(2),
        9 => by.into(),
        _ => input.word(),
    }
}

/// One change of each kind.
pub(super) fn samples() -> impl Iterator<Item = Vec<u8>> {
    (0..KINDS).map(|kind| vec![kind, 3, 5, 2, 1, 0, 0, 0, 0, 0, 0, 1])
}
