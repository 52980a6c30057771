//! Everything that can be done with an area, whatever stands in it.

use std::time::Duration;

use speculo_core::{AreaBuilder, Chunk, ChunkId, Kind, Reader, Slot, Start, To, View, Writer};

use super::base::key;

/// What driving came to. Says whether a corpus still leads anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Readers that could be opened.
    pub opened: u64,
    /// Areas that a writer took over.
    pub taken_over: u64,
    /// Values that were seen.
    pub values: u64,
    /// Calls that gave an error.
    pub errors: u64,
}

impl Tally {
    /// Counts the result of a call.
    pub fn note<T, E: std::error::Error>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                // Words are part of what must not fail.
                assert!(error.to_string().len() < 1 << 16, "an error of many words");
                self.errors += 1;
                None
            }
        }
    }

    fn see(&mut self, chunk: &Chunk<'_>) {
        let sum: u64 = chunk.payload().iter().chain(chunk.key()).map(|byte| u64::from(*byte)).sum();
        std::hint::black_box((sum, chunk.id(), chunk.version(), chunk.remaining(), chunk.is_tombstone()));
        self.values += 1;
    }

    fn look(&mut self, result: Result<Option<Chunk<'_>>, speculo_core::ReadError>) {
        if let Some(chunk) = self.note(result).flatten() {
            self.see(&chunk);
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.opened += other.opened;
        self.taken_over += other.taken_over;
        self.values += other.values;
        self.errors += other.errors;
    }
}

const IDS: [u64; 8] = [0, 1, 2, 5, 50, 120, 1 << 40, u64::MAX];

/// Does with a reader everything that can be done. `most` is the number of chunks that its memory has room for.
pub fn reader(reader: &mut Reader, most: usize, tally: &mut Tally) {
    let mut slots: Vec<_> = (0..12).map(|number| Slot::new(&key(number))).collect();
    // A slot that has led to the same value twice looks no further, so look thrice.
    for _ in 0..3 {
        for slot in &mut slots {
            tally.look(reader.get_at(slot));
        }
    }
    for slot in &slots {
        tally.look(reader.get(slot.key()));
    }
    tally.look(reader.get(&[]));
    for id in IDS {
        tally.look(reader.get_id(ChunkId::new(id)));
    }
    tally.look(reader.latest());
    if let Some(seen) = tally.note(reader.view()) {
        view(&seen, most, tally);
    }
    let kept = tally.note(reader.latest()).flatten().map(|chunk| chunk.share());
    let mut other = reader.fork();
    follow(reader, most, tally, |reader, tally| {
        let chunk = tally.note(reader.try_next()).flatten()?;
        std::hint::black_box(chunk.check_once(|payload| payload.len() % 3 != 0, |_| String::new())).ok();
        tally.see(&chunk);
        Some(())
    });
    follow(&mut other, most, tally, |other, tally| {
        use speculo_core::Event;
        match tally.note(other.try_event()).flatten()? {
            Event::Put(chunk) | Event::Removed(chunk) => tally.see(&chunk),
            _ => {}
        }
        Some(())
    });
    tally.note(reader.wait(Some(Duration::ZERO)));
    tally.look(reader.next_timeout(Some(Duration::ZERO)));
    tally.note(other.event_timeout(Some(Duration::ZERO)));
    tally.note(reader.publisher());
    std::hint::black_box((reader.lost(), reader.kind(), reader.descriptor().len()));
    reader.idle();
    tally.look(reader.get(&[1]));
    tally.look(reader.try_next());
    if let Some(kept) = kept {
        tally.see(&kept.chunk());
        assert!(format!("{kept:?}{reader:?}").len() < 1 << 20);
    }
}

/// Each step forward takes a chunk, and what has moved to another segment goes through that one too.
fn follow(
    reader: &mut Reader,
    most: usize,
    tally: &mut Tally,
    mut step: impl FnMut(&mut Reader, &mut Tally) -> Option<()>,
) {
    let steps = std::iter::from_fn(|| step(reader, tally)).take(most + 3).count();
    assert!(steps <= most + 2, "following never ends");
}

fn view(view: &View, most: usize, tally: &mut Tally) {
    let mut count = 0;
    for chunk in view {
        if let Some(chunk) = tally.note(chunk) {
            tally.see(&chunk);
            if count < 3 {
                let shared = chunk.share();
                assert_eq!(shared.chunk().payload().as_ptr_range(), chunk.payload().as_ptr_range());
            }
        }
        count += 1;
    }
    assert!(count <= most, "a view of {count} values where {most} have room");
    tally.note(view.len());
    tally.note(view.last_seq());
    tally.note(view.is_empty());
    for number in 0..12 {
        tally.look(view.get(&key(number)));
    }
    for id in IDS {
        tally.look(view.get_id(ChunkId::new(id)));
    }
}

/// Opens the area in both ways, and uses it.
pub fn open(area: &AreaBuilder<'_>, most: usize, tally: &mut Tally) {
    for start in [Start::Oldest, Start::Newest] {
        if let Some(mut opened) = tally.note(area.clone().start(start).open()) {
            tally.opened += 1;
            reader(&mut opened, most, tally);
        }
    }
}

/// Takes the area over if that is possible; then it is as good as new.
pub fn take_over(area: &AreaBuilder<'_>, most: usize, tally: &mut Tally) {
    let mut former = tally.note(area.open());
    let Some(mut writer) = tally.note(area.create()) else { return };
    tally.taken_over += 1;
    let mut newest = tally.note(area.clone().start(Start::Newest).open());
    let kind = writer.kind();
    let published = put(&mut writer, kind, &key(1), b"new");
    if let (Some(_), Some(newest)) = (tally.note(published), &mut newest) {
        assert_eq!(newest.latest().unwrap().unwrap().payload(), b"new");
        let followed = newest.try_next().unwrap().map(|chunk| chunk.payload().to_vec());
        assert_eq!(followed.as_deref(), Some(&b"new"[..]), "a follower sees what is new");
    }
    for n in 0..40u64 {
        let payload = [n.to_le_bytes()[0]; 100];
        tally.note(put(&mut writer, kind, &key(n), &payload));
        if n % 8 == 7 && kind != Kind::Stream {
            tally.note(writer.remove(&key(n)));
        }
    }
    for number in 0..12 {
        tally.look(writer.get(&key(number)));
    }
    for id in IDS {
        tally.look(writer.get_id(ChunkId::new(id)));
        if kind == Kind::Stream {
            tally.note(writer.chunk_update(ChunkId::new(id), b"update"));
            tally.note(writer.remove_id(ChunkId::new(id)));
        }
    }
    tally.look(writer.latest());
    if let Some(seen) = tally.note(writer.view()) {
        view(&seen, most + 10_000, tally);
    }
    tally.note(writer.compact());
    if let Some(newest) = &mut newest {
        reader(newest, most + 10_000, tally);
    }
    if let Some(former) = &mut former {
        reader(former, most + 10_000, tally);
    }
    tally.note(writer.clear());
    tally.note(put(&mut writer, kind, &key(2), b"after all"));
    drop(writer);
    open(area, most + 10_000, tally);
}

fn put(
    writer: &mut Writer,
    kind: Kind,
    key: &[u8],
    payload: &[u8],
) -> Result<ChunkId, speculo_core::PublishError> {
    let to = if kind == Kind::Keyed { To::Key(key) } else { To::Next };
    writer.publish_with(to, None, crate::fill(payload))
}
