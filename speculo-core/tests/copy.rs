//! `Trust::Copy` shows what a mapping shows: everything is looked at through both, beside a busy writer.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

use speculo_core::*;

mod common;

use common::area;

fn from_the_oldest(root: &Root, kind: Kind) -> AreaBuilder<'static> {
    area(root, kind).start(Start::Oldest)
}

type Seen = (u64, u64, u64, Vec<u8>, Vec<u8>);

fn seen(chunk: &Chunk<'_>) -> Seen {
    (chunk.id(), chunk.version(), chunk.seq(), chunk.key().to_vec(), chunk.payload().to_vec())
}

fn view(reader: &mut Reader) -> Vec<Seen> {
    let view = reader.view().unwrap();
    let all: Vec<_> = view.iter().map(|chunk| seen(&chunk.unwrap())).collect();
    assert_eq!(view.len().unwrap(), all.len());
    for (id, _, _, key, payload) in &all {
        let chunk = if key.is_empty() { view.get_id(ChunkId::new(*id)) } else { view.get(key) };
        assert_eq!(chunk.unwrap().unwrap().payload(), payload);
    }
    all
}

/// Applies to a mirror of the area what happened.
fn mirror(reader: &mut Reader, mirror: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    while let Some(event) = reader.try_event().unwrap() {
        match event {
            Event::Put(chunk) => drop(mirror.insert(chunk.key().to_vec(), chunk.payload().to_vec())),
            Event::Removed(chunk) => drop(mirror.remove(chunk.key())),
            _ => {
                let view = reader.view().unwrap();
                mirror.retain(|key, _| view.get(key).unwrap().is_some());
            }
        }
    }
}

#[test]
fn p10_a_copy_shows_what_a_mapping_shows() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let (mut mapped, mut copied) = (area.open().unwrap(), area.clone().trust(Trust::Copy).open().unwrap());
    let mut follower = copied.fork();
    let mut followed = BTreeMap::new();
    let mut held = Vec::new();
    for n in 0..1500_u32 {
        let number = n.wrapping_mul(2_654_435_761) >> 20;
        let key = if number.is_multiple_of(3) {
            format!("a longer key {}", number % 40)
        } else {
            (number % 40).to_string()
        };
        match number % 23 {
            0 => drop(writer.remove(key.as_bytes()).unwrap()),
            1 => writer.compact().unwrap(),
            2 => writer.clear().unwrap(),
            _ => drop(
                writer
                    .put(key.as_bytes(), &n.to_le_bytes().repeat(usize::try_from(number % 150).unwrap()))
                    .unwrap(),
            ),
        }
        let look = |reader: &mut Reader| reader.get(key.as_bytes()).unwrap().as_ref().map(seen);
        assert_eq!(look(&mut copied), look(&mut mapped), "after {n}");
        assert_eq!(copied.latest().unwrap().as_ref().map(seen), mapped.latest().unwrap().as_ref().map(seen));
        if n.is_multiple_of(7) {
            assert_eq!(view(&mut copied), view(&mut mapped), "after {n}");
            mirror(&mut follower, &mut followed);
            let all: BTreeMap<_, _> =
                view(&mut mapped).into_iter().map(|(.., key, payload)| (key, payload)).collect();
            assert_eq!(followed, all, "after {n}");
        }
        if n.is_multiple_of(50)
            && let Some(chunk) = copied.latest().unwrap()
        {
            held.push((chunk.payload().to_vec(), chunk.share()));
        }
    }
    // Copies pin nothing, and what is held of them stays.
    assert!(writer.stats().rollovers > 100);
    mapped.idle();
    assert_eq!(writer.stats().pinned_bytes, 0);
    assert!(held.iter().all(|(payload, kept)| kept.chunk().payload() == payload));
}

#[test]
fn a_copy_of_a_stream_is_followed_message_by_message() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Stream).max_size(64 << 10);
    let mut writer = area.create().unwrap();
    let mut copied = area.clone().trust(Trust::Copy).open().unwrap();
    let mut slow = copied.fork();
    let mut next = 0_u64;
    for n in 0..3000_u64 {
        let id = writer.publish(&n.to_le_bytes()).unwrap();
        if n.is_multiple_of(5) {
            let news =
                std::iter::from_fn(|| copied.try_next().unwrap().map(|chunk| chunk.payload().to_vec()));
            for message in news.collect::<Vec<_>>() {
                assert_eq!(message, next.to_le_bytes());
                next += 1;
            }
            assert_eq!((next, copied.lost()), (n + 1, 0));
            assert_eq!(copied.get_id(id).unwrap().unwrap().payload(), n.to_le_bytes());
        }
    }
    let (mut got, mut last) = (0, None);
    while let Some(chunk) = slow.try_next().unwrap() {
        let number = u64::from_le_bytes(chunk.payload().try_into().unwrap());
        assert!(last < Some(number));
        (got, last) = (got + 1, Some(number));
    }
    assert_eq!((last, got + slow.lost()), (Some(2999), 3000));
    drop(writer);
    area.remove().unwrap();
    assert!(matches!(copied.latest().map(|_| ()).unwrap_err().kind(), ReadErrorKind::Removed(_)));
}

#[test]
fn too_much_is_not_copied() {
    let root = Root::temporary().unwrap();
    let area = from_the_oldest(&root, Kind::Stream).max_size(8 << 30);
    let writer = area.create().unwrap();
    let path = root.path().unwrap().join("test/area").join(format!(".{}.segment", writer.stats().generation));
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    let copy = area.clone().trust(Trust::Copy);
    file.set_len(256 << 20).unwrap();
    let fits = copy.open().map(drop);
    file.set_len((256 << 20) + 4096).unwrap();
    let error = copy.open().map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Untrusted(_)) && error.to_string().contains("268435456"), "{error}");
    // What is longer than its log's limit is damaged, however it is read.
    assert!(!matches!(fits, Err(OpenError::Untrusted(_))), "{fits:?}");
}

/// Words of a segment, and of a chunk (`docs/design.md`).
const SLOTS: u64 = 40;
const LOG_LIMIT: u64 = 56;
const TAIL: u64 = 128;
const UNUSED: u64 = 256;
const INDEX: u64 = 512;
const PREV: u64 = 40;
const PAYLOAD: u64 = 64;
/// A control word: committed, with nothing behind the header.
const WRITN: u64 = 2;

/// The segment of an area whose owner does with it what he likes.
struct Forged {
    area: AreaBuilder<'static>,
    file: File,
    /// Where its chunks stand.
    chunks: Vec<u64>,
}

impl Forged {
    /// Of an area to which values of some length were published, by key.
    fn of(values: &[(&str, usize)]) -> Self {
        let root = Root::temporary().unwrap();
        let area = area(&root, Kind::Keyed).initial_size(64 << 10);
        let mut writer = area.create().unwrap();
        let path = root.path().unwrap().join("test/area/.1.segment");
        let file = File::options().read(true).write(true).open(path).unwrap();
        let mut forged = Self { area: area.trust(Trust::Copy), file, chunks: Vec::new() };
        for (number, (key, len)) in (1_u8..).zip(values) {
            writer.put(key.as_bytes(), &vec![number; *len]).unwrap();
            forged.chunks.push(forged.word(TAIL));
        }
        assert_eq!(writer.stats().rollovers, 0);
        forged
    }

    fn word(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, at).unwrap();
        u64::from_le_bytes(bytes)
    }

    fn set(&self, at: u64, word: u64) {
        self.file.write_all_at(&word.to_le_bytes(), at).unwrap();
    }

    /// Has the slot that names one place name another.
    fn rename(&self, from: u64, to: u64) {
        let slots = (0..self.word(SLOTS)).map(|slot| INDEX + slot * 8);
        let lines = |word: u64| word & ((1 << 40) - 1);
        let slot = slots.into_iter().find(|slot| lines(self.word(*slot)) == from / 64).unwrap();
        self.set(slot, self.word(slot) - from / 64 + to / 64);
    }

    fn copy(&self) -> Reader {
        self.area.open().unwrap()
    }

    /// What is said of it.
    fn refusal(&self) -> String {
        match self.area.open().map(drop) {
            Err(OpenError::Corrupt(damage)) => damage.what,
            other => panic!("{other:?}"),
        }
    }
}

fn lengths(reader: &mut Reader) -> BTreeMap<Vec<u8>, usize> {
    view(reader).into_iter().map(|(.., key, payload)| (key, payload.len())).collect()
}

#[test]
fn p10_an_index_that_ran_ahead_shows_what_was_there_at_the_end() {
    let forged = Forged::of(&[("a", 1), ("b", 2), ("a", 3), ("a", 4), ("c", 5), ("a", 6), ("b", 200)]);
    let [_, b, a3, ..] = forged.chunks[..] else { unreachable!() };
    // `tail` lags by one commit at most, so the log ends behind the third of these.
    forged.set(TAIL, b);
    let mut copied = forged.copy();
    assert_eq!(lengths(&mut copied), [(b"a".to_vec(), 3), (b"b".to_vec(), 2)].into());
    assert!(copied.get(b"c").unwrap().is_none());
    forged.set(TAIL, a3);
    assert_eq!(lengths(&mut copied), [(b"a".to_vec(), 4), (b"b".to_vec(), 2)].into());
    forged.set(TAIL, *forged.chunks.last().unwrap());
    assert_eq!(lengths(&mut copied), [(b"a".to_vec(), 6), (b"b".to_vec(), 200), (b"c".to_vec(), 5)].into());
}

#[test]
fn p8_a_tail_that_names_no_chunk_is_refused() {
    let forged = Forged::of(&[("a", 1), ("b", 200)]);
    let b = forged.chunks[1];
    let file_len = forged.file.metadata().unwrap().len();
    // What looks like a committed chunk, outside the log and inside of a payload.
    forged.set(UNUSED, WRITN);
    forged.set(b + PAYLOAD + 8, WRITN);
    let no_chunk = "the tail names no committed chunk";
    for (tail, why) in [
        (UNUSED, "the tail lies outside the log"),
        (b + PAYLOAD + 8, "the tail lies outside the log"),
        (b + 256 + PAYLOAD, no_chunk),
        (file_len - 64, no_chunk),
        (file_len, no_chunk),
        (!63, no_chunk),
    ] {
        forged.set(TAIL, tail);
        assert_eq!(forged.refusal(), why, "{tail}");
    }
    forged.set(TAIL, b);
    assert_eq!(lengths(&mut forged.copy()).len(), 2);
}

#[test]
fn p8_an_index_that_names_what_is_no_chunk_is_refused() {
    let outside = "the index names a place outside the log";
    let (nowhere, nothing) = ("the index leads nowhere", "the index names what is no chunk, or one twice");
    let refusal = |change: fn(&Forged, &[u64])| {
        let forged = Forged::of(&[("a", 1000), ("b", 2), ("c", 3), ("d", 4), ("e", 5)]);
        // Two chunks stand behind the end.
        forged.set(TAIL, forged.chunks[1]);
        assert_eq!(lengths(&mut forged.copy()).len(), 3);
        change(&forged, &forged.chunks);
        forged.refusal()
    };
    assert_eq!(refusal(|forged, at| forged.rename(at[0], ((1 << 40) - 1) * 64)), outside);
    assert_eq!(refusal(|forged, at| forged.rename(at[0], forged.word(LOG_LIMIT))), outside);
    let outermost = Forged::of(&[("a", 1)]);
    outermost.file.set_len(outermost.word(LOG_LIMIT)).unwrap();
    outermost.rename(outermost.chunks[0], outermost.word(LOG_LIMIT) - 64);
    assert!(outermost.copy().get(b"a").unwrap().is_none(), "nothing stood there at the end");
    // Round and round, and upwards.
    assert_eq!(refusal(|forged, at| forged.set(at[4] + PREV, at[4])), nowhere);
    assert_eq!(refusal(|forged, at| forged.set(at[3] + PREV, at[4])), nowhere);
    // The same way down from two slots, or three.
    assert_eq!(
        refusal(|forged, at| {
            forged.set(at[4] + PREV, at[3]);
            (0..3).for_each(|slot| forged.rename(at[slot], at[4]));
        }),
        nowhere
    );
    assert_eq!(refusal(|forged, at| forged.rename(at[1], at[0])), nothing, "the large one, twice");
    assert_eq!(refusal(|forged, at| forged.rename(at[1], at[0] + 640)), nothing, "the inside of a payload");
    let before = |forged: &Forged, at: &[u64]| {
        forged.set(UNUSED, WRITN);
        forged.rename(at[1], UNUSED);
    };
    assert_eq!(refusal(before), nothing, "a word before the log");
    let between = |forged: &Forged, at: &[u64]| {
        forged.set(at[0] + PAYLOAD + 8, WRITN);
        forged.set(at[4] + PREV, at[0] + PAYLOAD + 8);
    };
    assert_eq!(refusal(between), nothing, "a word that is no chunk's begin");
}

#[test]
fn as_long_as_nothing_is_new_there_is_one_copy() {
    let forged = Forged::of(&[("a", 1), ("b", 2)]);
    let mut copied = forged.copy();
    let kept = copied.get(b"b").unwrap().unwrap().share();
    let address = |reader: &mut Reader| reader.get(b"b").unwrap().unwrap().payload().as_ptr();
    assert_eq!(address(&mut copied), kept.chunk().payload().as_ptr());
    let mut writer = forged.area.create().unwrap();
    assert_ne!(address(&mut copied), kept.chunk().payload().as_ptr());
    let kept = copied.get(b"b").unwrap().unwrap().share();
    assert_eq!(address(&mut copied), kept.chunk().payload().as_ptr());
    writer.put(b"a", b"").unwrap();
    assert_ne!(address(&mut copied), kept.chunk().payload().as_ptr());
}

#[test]
fn p8_a_file_that_is_cut_off_after_it_was_copied_is_damaged() {
    let forged = Forged::of(&[("a", 1), ("b", 0)]);
    // Right behind its last chunk; there a reader looks for news.
    forged.file.set_len(forged.chunks[1] + 64).unwrap();
    let mut copied = forged.area.open_any().unwrap();
    let error = copied.latest().map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Corrupt(_)), "{error}");
    forged.file.set_len(forged.chunks[1] + 128).unwrap();
    assert_eq!(lengths(&mut copied).len(), 2);
    forged.file.set_len(forged.chunks[1]).unwrap();
    assert_eq!(forged.refusal(), "the tail names no committed chunk");
}
