//! The protocol under loom: every interleaving of a writer and its readers, and every stale word that the orderings
//! allow, up to a number of preemptions. `docs/ordering.md` says which model keeps which ordering.
//!
//! The code that runs is the library's own: `log` and `memory`, over [`memory/model`](crate::memory::region). What
//! needs files, opening a segment and filling the next one, is written down here once more in its order.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test -p speculo-core --release --lib log::model
//! ```

mod follow;
mod get;
mod lease;
mod rollover;
mod view;
mod wait;

use std::path::Path;
use std::sync::Arc;

use loom::model::Builder;
use loom::sync::{Condvar, Mutex};

use super::carry::Carry;
use super::census::Census;
use super::follow::{Cursor, Next};
use super::plan::{Plan, for_removals};
use super::publish::{Entry, Log};
use super::read::{NO_PIN, Wanted, find};
use super::wait::{Mark, answers};
use super::walk::{Step, Walk};
use crate::layout::chunk::{ALIGN, AT_CONTROL, AT_KEY, AT_NEXT, AT_PREV, AT_SEQ, Lengths, short_key};
use crate::layout::manifest::{AT_PULSE, Identity};
use crate::layout::segment::{AT_INDEX, Geometry, HEADER_LEN};
use crate::layout::{LINE, PAGE, index};
use crate::memory::fence::Light;
use crate::memory::lease::{FileLock, Grip, Lease, Ownership};
use crate::memory::lend::find_in;
use crate::memory::manifest::{move_pulse, switch};
use crate::memory::region::Word;
use crate::memory::{Chunk, Glance, Manifest, Seen, Segment, Writable};
use crate::schema::Kind;
use crate::sync::{AtomicU32, Ordering};

const PREEMPTIONS: usize = 4;
const SEED: u64 = 1;
const UUID: u128 = 7;
const SLOTS: u64 = 4;
/// A chunk of the models: a header, and a line for payload and key.
const CHUNK: u64 = 2 * LINE;
/// Any time: nothing expires here.
const NOW: u64 = 1;

/// Runs `model` in all its interleavings with at most [`PREEMPTIONS`], or `LOOM_MAX_PREEMPTIONS`, preemptions.
fn check(model: impl Fn() + Send + Sync + 'static) {
    check_to(PREEMPTIONS, model);
}

/// As [`check`], with fewer `preemptions`: three threads that do much have too many interleavings.
fn check_to(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.max_branches = 1_000_000;
    let runs = Arc::new(std::sync::Mutex::new(0_u64));
    let count = Arc::clone(&runs);
    let begin = std::time::Instant::now();
    builder.check(move || {
        *count.lock().unwrap() += 1;
        model();
    });
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    println!("{name}: {} interleavings, {:.1?}", runs.lock().unwrap(), begin.elapsed());
}

/// A file for segments, and its lock.
struct File {
    memory: Writable,
    lock: Option<Arc<FileLock>>,
}

impl File {
    fn lock(&self, grip: Grip) -> Option<Lease> {
        self.lock.as_ref().map_or_else(|| Some(Lease::none()), |lock| lock.try_take(grip))
    }
}

/// An area: generations take turns in the files.
struct Area {
    files: Vec<File>,
    manifest: Manifest,
    manifest_memory: Writable,
    bell: Writable,
    /// The writer's end of it.
    ringer: Word,
    /// The kernel's side of the futex.
    kernel: Mutex<()>,
    sleepers: Condvar,
}

impl Area {
    /// `files` files with room for `chunks` chunks each, full of what an earlier life has left in them.
    fn new(files: usize, chunks: u64, locks: bool) -> Arc<Self> {
        let manifest_memory = Writable::model(AT_PULSE, |_| 0);
        let identity = Identity {
            kind: Kind::Keyed,
            uuid: UUID,
            boot: 0,
            fingerprint: 0,
            seed: SEED,
            descriptor: Vec::new(),
        };
        // Behind them stand a marker and what values leave to tombstones.
        let len = Geometry::log_start(SLOTS) + chunks * CHUNK + LINE + for_removals(PAGE);
        let file = || File { memory: Writable::model(len, garbage), lock: locks.then(FileLock::new) };
        let bell = Writable::model(LINE, |_| 0);
        Arc::new(Self {
            files: std::iter::repeat_with(file).take(files).collect(),
            manifest: Manifest::new(Arc::clone(manifest_memory.region()), identity),
            manifest_memory,
            ringer: Word::of(bell.region(), 0).unwrap(),
            bell,
            kernel: Mutex::new(()),
            sleepers: Condvar::new(),
        })
    }

    fn file(&self, generation: u64) -> &File {
        &self.files[usize::try_from(generation).unwrap() % self.files.len()]
    }

    /// As `area/attach.rs`: the lease, **then** the look whether it is what one came for, else start over.
    fn attach(&self) -> Arc<Segment> {
        loop {
            let generation = self.manifest.current();
            let file = self.file(generation);
            let Some(lease) = file.lock(Grip::Shared) else {
                assert_ne!(self.manifest.current(), generation, "the current segment is locked");
                continue;
            };
            if self.manifest.current() != generation {
                continue;
            }
            file.memory.region().watch_header();
            let mut header = [0; HEADER_LEN];
            for (at, place) in (0..).step_by(8).zip(header.chunks_exact_mut(8)) {
                let word = file.memory.region().load(at, Ordering::Relaxed).unwrap();
                place.copy_from_slice(&word.to_le_bytes());
            }
            let geometry = Geometry::decode(&header, file.memory.region().known()).unwrap();
            assert_eq!((geometry.generation, geometry.uuid), (generation, UUID));
            let region = Arc::clone(file.memory.region());
            return Arc::new(Segment::new(region, geometry, Some(lease), Path::new("model").into()));
        }
    }

    /// As the kernel: compares and goes to sleep in one step.
    fn futex_wait(&self, pulse: &AtomicU32, seen: u32) {
        let guard = self.kernel.lock().unwrap();
        if pulse.load(Ordering::Relaxed) == seen {
            drop(self.sleepers.wait(guard).unwrap());
        }
    }

    fn wake(&self) {
        move_pulse(&self.manifest_memory).unwrap();
        drop(self.kernel.lock().unwrap());
        self.sleepers.notify_all();
    }
}

/// What stands in reused memory: committed chunks at every place where one can stand, with the key `a`, and an index
/// that names one of them.
fn garbage(at: u64) -> u64 {
    let log = Geometry::log_start(SLOTS);
    if (AT_INDEX..log).contains(&at) {
        return index::slot(index::hash_key(b"a", SEED), log + CHUNK);
    }
    let line = at - at % ALIGN;
    match at % ALIGN {
        AT_CONTROL => Lengths { payload: 8, key: 1, tombstone: false, mortal: false }.written(),
        AT_SEQ => 1000 + at,
        AT_PREV => line.saturating_sub(CHUNK),
        AT_NEXT => line + CHUNK,
        AT_KEY => short_key(b"a").unwrap(),
        _ => 0,
    }
}

/// The area's only writer.
struct Writer {
    area: Arc<Area>,
    log: Log,
    /// A rollover in steps, on its way.
    ahead: Option<Walk>,
}

impl Writer {
    /// An area with its first generation in it.
    fn create(area: &Arc<Area>) -> Self {
        let log = build(area, None, &Census::empty(), 1).unwrap();
        switch(&area.manifest_memory, 1).unwrap();
        Self { area: Arc::clone(area), log, ahead: None }
    }

    fn put(&mut self, key: &[u8], value: u64) {
        self.commit(key, Some(value));
    }

    fn remove(&mut self, key: &[u8]) {
        self.commit(key, None);
    }

    fn commit(&mut self, key: &[u8], value: Option<u64>) {
        let wanted = Wanted::key(key);
        let spot = self.log.resolve_plain(&wanted, SEED);
        let spot = spot.unwrap_or_else(|| self.log.resolve(&wanted, SEED).unwrap().unwrap());
        let room = self.log.room(key.len() as u64).unwrap();
        let payload = if let Some(value) = value {
            self.log.scratch().body(room).unwrap()[..8].copy_from_slice(&value.to_le_bytes());
            8
        } else {
            0
        };
        let entry = Entry { payload, key: key.len() as u64, expires: 0, tombstone: value.is_none() };
        self.log.commit(&spot, key, &entry, || NOW).unwrap();
        self.ring();
    }

    fn ring(&self) {
        if answers(&self.area.ringer, Light) {
            self.area.wake();
        }
    }

    /// Rolls over into the other file; `false` if somebody holds it.
    fn roll_over(&mut self) -> bool {
        let from = self.log.segment();
        let census = Census::of_own(&self.log, Kind::Keyed, NOW).unwrap();
        let generation = from.geometry().generation + 1;
        let Some(next) = build(&self.area, Some(from), &census, generation) else { return false };
        self.turn_to(next);
        true
    }

    /// As `take_over` in `area/create.rs`: the next writer goes on in the other file, and wakes without a look at the bell.
    fn take_over(self) {
        let from = self.log.segment();
        let census = Census::of_own(&self.log, Kind::Keyed, NOW).unwrap();
        let generation = from.geometry().generation + 1;
        build(&self.area, Some(from), &census, generation).unwrap();
        switch(&self.area.manifest_memory, generation).unwrap();
        self.area.wake();
    }

    fn turn_to(&mut self, next: Log) {
        switch(&self.area.manifest_memory, next.segment().geometry().generation).unwrap();
        self.ring();
        self.log = next;
    }

    /// As `writer/ahead.rs`: begins to roll over in steps; `false` if somebody holds the other file.
    fn begin_ahead(&mut self) -> bool {
        let Some(blank) = blank(&self.area, self.log.segment().geometry().generation + 1) else {
            return false;
        };
        self.ahead = Some(Walk::new(&self.log, Carry::new(blank, Kind::Keyed, SEED), 0));
        true
    }

    /// Walks on by `work` bytes, and switches if that was the rest.
    fn step_ahead(&mut self, work: u64) {
        let walk = self.ahead.as_mut().unwrap();
        match walk.step(&self.log, work, NOW).unwrap() {
            Step::On => {}
            Step::Done => {
                let next = self.ahead.take().unwrap().finish(&self.log, &PLAN).unwrap();
                self.turn_to(next);
            }
            step => panic!("{step:?}"),
        }
    }
}

const PLAN: Plan = Plan { index_slots: SLOTS, limit: PAGE, minimum: 0 };

/// As `area/forge.rs`: memory that nobody holds, for a segment that is to be filled. `None` if somebody holds it.
fn blank(area: &Area, generation: u64) -> Option<Log> {
    let file = area.file(generation);
    let lease = file.lock(Grip::Exclusive)?;
    drop(lease);
    let geometry = Geometry::blank(UUID, generation, SLOTS, PAGE);
    Some(Log::blank(file.memory.clone(), geometry, Path::new("model").into(), &Ownership))
}

/// As `area/forge.rs`: wipe, carry, describe.
fn build(area: &Area, from: Option<&Arc<Segment>>, census: &Census, generation: u64) -> Option<Log> {
    let mut carry = Carry::new(blank(area, generation)?, Kind::Keyed, SEED);
    carry.wipe(AT_INDEX..Geometry::log_start(SLOTS)).unwrap();
    if let Some(from) = from {
        carry.all(from, census.runs()).unwrap();
    }
    Some(carry.finish(&census.seqs, PLAN.limit).unwrap())
}

/// A reader, as `reader.rs` and `reader/follow.rs` put it together.
struct Reader {
    area: Arc<Area>,
    segment: Arc<Segment>,
    cursor: Cursor,
    cursor_in: u64,
}

impl Reader {
    fn open(area: &Arc<Area>) -> Self {
        let segment = area.attach();
        let (cursor, cursor_in) = (Cursor::oldest(&segment), segment.geometry().generation);
        Self { area: Arc::clone(area), segment, cursor, cursor_in }
    }

    fn current(&mut self) -> &Arc<Segment> {
        if self.area.manifest.current() != self.segment.geometry().generation {
            self.segment = self.area.attach();
        }
        &self.segment
    }

    /// The newest value with this key.
    fn get(&mut self, key: &[u8]) -> Option<u64> {
        let read = |chunk| Ok(value(&chunk, key));
        crate::view::get_with(SEED, self.current(), &Wanted::key(key), read).unwrap()
    }

    /// The newest value with this key, by what has been seen of it.
    fn get_at(&mut self, seen: &mut Seen, key: &[u8]) -> Option<u64> {
        let segment = self.current();
        let chunk = match seen.glance(segment) {
            Glance::Same(chunk) => Some(chunk),
            Glance::Other(window, word) => seen.look(segment, window, word),
            Glance::Unknown => None,
        };
        let chunk = match chunk {
            Some(chunk) => chunk,
            None => {
                let wanted = Wanted::key(key);
                let found = find(segment, &wanted, wanted.hash(SEED), NO_PIN).unwrap();
                seen.enter(segment, found.slot?);
                found.chunk?
            }
        };
        chunk.check_once(|_| true, |_| String::new()).unwrap();
        Some(value(&chunk, key))
    }

    /// The next chunk that has not been seen.
    fn next(&mut self) -> Option<Chunk<'_>> {
        match find_in(self, Self::plain_step) {
            Ok(chunk) => Some(chunk),
            Err(reader) if reader.is_plain_end() => None,
            Err(reader) => reader.next_any(),
        }
    }

    fn plain_step(&mut self) -> Option<Chunk<'_>> {
        if self.cursor_in != self.segment.geometry().generation {
            return None;
        }
        self.cursor.advance_plain(&self.segment)
    }

    fn is_plain_end(&self) -> bool {
        self.cursor_in == self.segment.geometry().generation
            && self.cursor.is_plain_end(&self.segment, || self.area.manifest.current())
    }

    fn next_any(&mut self) -> Option<Chunk<'_>> {
        loop {
            let generation = self.segment.geometry().generation;
            if self.cursor_in != generation {
                self.cursor.enter(self.segment.geometry());
                self.cursor_in = generation;
            }
            match self.cursor.advance(&self.segment, || self.area.manifest.current()).unwrap() {
                Next::Chunk(chunk) => {
                    // Once more, for the borrow must begin where nothing moves on any more.
                    let at = chunk.offset();
                    break Chunk::plain(&self.segment, at);
                }
                Next::End => break None,
                Next::Moved => self.segment = self.area.attach(),
            }
        }
    }

    /// Sleeps until something was committed at `mark`, or the area has moved on.
    fn wait(&self, mark: &Mark) {
        let pulse = self.area.manifest.pulse().unwrap();
        while !mark.is_passed(&self.area.manifest) {
            let Some(sleep) = mark.announce(&self.area.manifest, pulse, Some(&self.area.bell)) else { break };
            self.area.futex_wait(pulse, sleep.seen);
        }
    }
}

/// The value in a chunk of this key, whose payload must be all there.
fn value(chunk: &Chunk<'_>, key: &[u8]) -> u64 {
    assert!(Wanted::key(key).fits(chunk));
    u64::from_le_bytes(chunk.payload().try_into().unwrap())
}
