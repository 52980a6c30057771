//! The protocol by one thread, step by step: what is exact to the byte, and what forged bytes lead to.

mod carry;
mod chunk;
mod follow;
mod look_up;
mod publish;
mod seen;
mod wait;
mod walk;

use std::os::fd::AsFd;
use std::path::Path;

use super::carry::Carry;
use super::census::Census;
use super::publish::{Entry, Log, Spot};
use super::read::{Chunks, Found, NO_PIN, Wanted, find};
use crate::layout::segment::{AT_INDEX, Geometry};
use crate::layout::{LINE, PAGE, align_up};
use crate::memory::lease::Ownership;
use crate::memory::{Chunk, FileId, Process, Writable};
use crate::schema::Kind;
use crate::sync::Ordering;

const SEED: u64 = 0x9d3a_70c2_11e5_48bf;
const UUID: u128 = 7;
/// Any time, but for those tests that choose theirs.
const NOW: u64 = 1;

/// A blank log behind an index of `slots`, in a file that is known to have `known` bytes, of `limit` that it may have.
fn blank(generation: u64, slots: u64, known: u64, limit: u64) -> Log {
    let fd = rustix::fs::memfd_create("segment", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
    rustix::fs::ftruncate(&fd, align_up(limit, PAGE)).unwrap();
    let id = FileId::of(&rustix::fs::fstat(&fd).unwrap());
    let memory = Writable::map(fd.as_fd(), id, limit, known).unwrap();
    let owner = Ownership::take(&fd, Process::current().unwrap()).unwrap().unwrap();
    let geometry = Geometry::blank(UUID, generation, slots, limit);
    Log::blank(memory, geometry, Path::new("stage").into(), &owner)
}

/// An area's log, and what its writer does with it.
struct Stage {
    kind: Kind,
    log: Log,
}

impl Stage {
    /// With nothing in it, in `pages` pages.
    fn new(kind: Kind, slots: u64, pages: u64) -> Self {
        let mut carry = Carry::new(blank(1, slots, pages * PAGE, pages * PAGE), kind, SEED);
        carry.wipe(AT_INDEX..Geometry::log_start(slots)).unwrap();
        Self { kind, log: carry.finish(&Census::empty().seqs, pages * PAGE).unwrap() }
    }

    /// Where `key` stands, or would.
    fn spot(&self, key: &[u8]) -> Spot {
        self.log.resolve(&Wanted::key(key), SEED).unwrap().unwrap()
    }

    /// Commits `payload`, or a tombstone, at `spot`. Gives the id.
    fn commit(&mut self, spot: &Spot, key: &[u8], payload: Option<&[u8]>, expires: u64, now: u64) -> u64 {
        let (tombstone, payload) = (payload.is_none(), payload.unwrap_or_default());
        if !tombstone {
            self.log.body(key.len() as u64).unwrap()[..payload.len()].copy_from_slice(payload);
        }
        let entry = Entry { payload: payload.len() as u64, key: key.len() as u64, expires, tombstone };
        self.log.commit(spot, key, &entry, || now).unwrap()
    }

    fn put(&mut self, key: &[u8], payload: &[u8]) -> u64 {
        self.put_until(0, key, payload)
    }

    fn put_until(&mut self, expires: u64, key: &[u8], payload: &[u8]) -> u64 {
        self.commit(&self.spot(key), key, Some(payload), expires, NOW)
    }

    fn remove(&mut self, key: &[u8]) {
        self.commit(&self.spot(key), key, None, 0, NOW);
    }

    /// A message of a stream.
    fn publish(&mut self, payload: &[u8], expires: u64) -> u64 {
        self.commit(&self.log.resolve_new().unwrap(), &[], Some(payload), expires, NOW)
    }

    /// Replaces a message, or removes it.
    fn update(&mut self, id: u64, payload: Option<&[u8]>) {
        let spot = self.log.resolve(&Wanted::Id(id), SEED).unwrap().unwrap().of_id();
        assert_eq!(self.commit(&spot, &[], payload, 0, NOW), id);
    }

    /// The newest chunk of `key`.
    fn get(&self, key: &[u8]) -> Option<Chunk<'_>> {
        self.at_pin(key, NO_PIN)
    }

    fn at_pin(&self, key: &[u8], pin: u64) -> Option<Chunk<'_>> {
        let wanted = Wanted::key(key);
        find(self.log.segment(), &wanted, wanted.hash(SEED), pin).unwrap().chunk
    }

    /// The chunk at `at`.
    fn chunk(&self, at: u64) -> Chunk<'_> {
        self.log.segment().chunk(at).unwrap().unwrap()
    }

    fn word(&self, at: u64) -> u64 {
        self.log.segment().region().load(at, Ordering::Relaxed).unwrap()
    }

    /// Puts a word where nobody would put it.
    fn forge(&self, at: u64, word: u64) {
        self.log.memory().word(at).unwrap().store(word, Ordering::Relaxed);
    }

    /// What is to be copied to the next segment, at `now`.
    fn census(&self, now: u64) -> Census {
        Census::of_own(&self.log, self.kind, now).unwrap()
    }

    /// The next segment with that in it, as large as this one.
    fn rolled_over(&self, census: &Census) -> Self {
        let Geometry { generation, index_slots, log_start, log_limit, .. } = *self.log.segment().geometry();
        let mut carry = Carry::new(blank(generation + 1, index_slots, log_limit, log_limit), self.kind, SEED);
        carry.wipe(AT_INDEX..log_start).unwrap();
        carry.all(self.log.segment(), census.runs()).unwrap();
        Self { kind: self.kind, log: carry.finish(&census.seqs, log_limit).unwrap() }
    }

    /// Seqs of all chunks, in log order.
    fn seqs(&self) -> Vec<u64> {
        seqs(&self.log)
    }
}

fn seqs(log: &Log) -> Vec<u64> {
    Chunks::new(log.segment(), NO_PIN).map(|chunk| chunk.unwrap().seq()).collect()
}

/// Bytes of a chunk with a payload of less than a line.
const SMALL: u64 = 2 * LINE;
