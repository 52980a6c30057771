//! Valid areas that a writer made, to begin damage with. The same in each process, but for times.

use std::sync::OnceLock;
use std::time::Duration;

use speculo_core::{AreaBuilder, ChunkId, Kind, To, Writer};

use super::offsets::{
    LINE, MANIFEST_CURRENT, MANIFEST_SEED, MANIFEST_UUID, SEGMENT_INDEX, SEGMENT_LOG_START, SEGMENT_SLOTS,
    SEGMENT_UUID, put, size, word,
};
use super::stage;

/// Who the areas are, instead of random numbers.
pub(super) const UUID: [u8; 16] = *b"speculo's hostil";
/// What their keys are hashed with.
pub(super) const SEED: u64 = 0x0123_4567_89ab_cdef;

/// The files of an area whose writer has been dropped.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) kind: Kind,
    pub(super) manifest: Vec<u8>,
    /// The current segment, without the zeros at its end.
    pub(super) segment: Vec<u8>,
    /// Length of the segment's file.
    pub(super) len: usize,
    /// Where the chunks of the log begin.
    pub(super) chunks: Vec<usize>,
    /// Numbers of the index slots in use.
    pub(super) slots: Vec<usize>,
}

/// What an area is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Few chunks, no rollover but the one of a takeover.
    Tiny(Kind),
    /// A bit of everything, several rollovers.
    Small(Kind),
    /// A rollover in steps, which copied chunks and what replaced them.
    Steps,
}

pub(super) const SHAPES: [Shape; 7] = [
    Shape::Small(Kind::Keyed),
    Shape::Small(Kind::Stream),
    Shape::Small(Kind::Singleton),
    Shape::Tiny(Kind::Keyed),
    Shape::Tiny(Kind::Stream),
    Shape::Tiny(Kind::Singleton),
    Shape::Steps,
];

impl Base {
    /// An area of this shape, made when it is first asked for.
    pub(super) fn of(shape: Shape) -> &'static Self {
        static MADE: [OnceLock<Base>; SHAPES.len()] = [const { OnceLock::new() }; SHAPES.len()];
        let number = SHAPES.iter().position(|known| *known == shape).unwrap();
        MADE.get(number).unwrap().get_or_init(|| Self::make(shape))
    }

    /// Generation of the current segment.
    pub(super) fn generation(&self) -> u64 {
        word(&self.manifest, MANIFEST_CURRENT)
    }

    fn make(shape: Shape) -> Self {
        let (kind, size) = match shape {
            Shape::Tiny(kind) | Shape::Small(kind) => (kind, 4096),
            Shape::Steps => (Kind::Keyed, 1 << 19),
        };
        let area = stage::area("base", kind).initial_size(size);
        let mut writer = known_to_be(&area);
        match shape {
            Shape::Tiny(_) => fill(&mut writer, 8),
            Shape::Small(_) => fill(&mut writer, 120),
            Shape::Steps => step(&mut writer),
        }
        drop(writer);
        let base = Self::read(kind);
        stage::set("base", &[]);
        base
    }

    fn read(kind: Kind) -> Self {
        let dir = stage::dir("base");
        let manifest = std::fs::read(dir.join(".manifest")).unwrap();
        let name = stage::segment_name(word(&manifest, MANIFEST_CURRENT));
        let mut segment = std::fs::read(dir.join(name)).unwrap();
        let len = segment.len();
        let used = segment.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        segment.truncate(used);
        let (chunks, slots) = (chunks(&segment), slots(&segment));
        Self { kind, manifest, segment, len, chunks, slots }
    }
}

/// A new area with an identity that is no random one: its files are changed while it is empty.
fn known_to_be(area: &AreaBuilder<'_>) -> Writer {
    stage::set("base", &[]);
    drop(area.create().unwrap());
    let dir = stage::dir("base");
    let change = |name: &str, changes: &[(usize, &[u8])]| {
        let mut bytes = std::fs::read(dir.join(name)).unwrap();
        for (at, new) in changes {
            put(&mut bytes, *at, new);
        }
        std::fs::write(dir.join(name), &bytes).unwrap();
        bytes
    };
    let seed = SEED.to_le_bytes();
    let manifest = change(".manifest", &[(MANIFEST_UUID, &UUID), (MANIFEST_SEED, &seed)]);
    change(&stage::segment_name(word(&manifest, MANIFEST_CURRENT)), &[(SEGMENT_UUID, &UUID)]);
    area.create().unwrap()
}

/// Keys that keyed areas are full of: short ones, and long ones, which stand behind the payload.
pub(super) fn key(number: u64) -> Vec<u8> {
    let number = number % 12;
    match number {
        0..6 => vec![number.to_le_bytes()[0]],
        6..9 => number.to_le_bytes().to_vec(),
        _ => format!("a key that is longer than {number} bytes").into_bytes(),
    }
}

/// Publishes, replaces and removes, so that there is some of each.
fn fill(writer: &mut Writer, count: u64) {
    let kind = writer.kind();
    for n in 0..count {
        let key = key(n * 5 % 7 + n / 40);
        let to = if kind == Kind::Keyed { To::Key(&key) } else { To::Next };
        let ttl = n.is_multiple_of(5).then_some(Duration::from_hours(1000));
        let len = size(n * 37 % 90);
        let id = write(writer, to, ttl, len, n);
        match (n % 8, kind) {
            (7, Kind::Keyed | Kind::Singleton) => drop(writer.remove(&key).unwrap()),
            (7, _) => drop(writer.remove_id(id).unwrap()),
            (3, Kind::Stream) => drop(writer.chunk_update(id, b"update").unwrap()),
            _ => {}
        }
    }
}

/// Replaces many values until a rollover has gone on in steps.
fn step(writer: &mut Writer) {
    for n in 0..1100u64 {
        let key = (n % 160).to_le_bytes();
        let ttl = n.is_multiple_of(50).then_some(Duration::from_hours(1000));
        write(writer, To::Key(&key), ttl, 960, n);
        if n.is_multiple_of(70) {
            writer.remove(&key).unwrap();
        }
    }
}

/// Publishes a value of `len` bytes, which no one takes for another's.
fn write(writer: &mut Writer, to: To<'_>, ttl: Option<Duration>, len: usize, n: u64) -> ChunkId {
    let fill = |room: &mut [u8]| {
        if let Some(place) = room.get_mut(..len) {
            place.fill(n.to_le_bytes()[0] | 1);
        }
        Ok::<_, std::convert::Infallible>(len)
    };
    writer.publish_with(to, ttl, fill).unwrap()
}

/// Where the committed chunks of a segment begin.
pub(super) fn chunks(segment: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = size(word(segment, SEGMENT_LOG_START));
    while word(segment, at) & 3 == 2 {
        found.push(at);
        at += total(word(segment, at));
    }
    found
}

/// Bytes that the chunk with this control word takes.
pub(super) fn total(control: u64) -> usize {
    let key = size(control >> 8 & 0xffff);
    let behind = if key > 8 { key } else { 0 };
    (LINE + size(control >> 32) + behind).next_multiple_of(LINE)
}

fn slots(segment: &[u8]) -> Vec<usize> {
    let count = size(word(segment, SEGMENT_SLOTS));
    (0..count).filter(|slot| word(segment, SEGMENT_INDEX + slot * 8) != 0).collect()
}
