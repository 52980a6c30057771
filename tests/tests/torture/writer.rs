//! The writer of an area: takes over, checks what it finds, goes on with the history.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use speculo_core::{ChunkId, Kind, PublishError, Slot, To, Writer};
use speculo_tests::Wire;
use speculo_tests::random::Random;

use crate::history::{Name, Op};
use crate::ledger::{Count, Ledger};
use crate::sight::{Sight, check_view};
use crate::spec::Spec;
use crate::value;

/// Arguments: area, seed of the run, seed of this process.
pub(crate) fn writer(wire: &mut Wire) {
    let (sight, random) = crate::begin(wire);
    let root = wire.root().to_owned();
    let mut hand = Hand::take_over(sight, random, &root);
    wire.say("ready");
    while !wire.is_told() {
        hand.batch();
    }
    let Hand { writer, sight, .. } = hand;
    drop(writer);
    sight.spec.assert_tidy(&root, 1);
}

struct Hand {
    spec: Spec,
    ledger: Ledger,
    sight: Sight,
    random: Random,
    writer: Writer,
    /// Number of the last commit.
    last: u64,
    slots: Vec<Option<Slot>>,
    rollovers: u64,
}

impl Hand {
    fn take_over(mut sight: Sight, random: Random, root: &Path) -> Self {
        let (spec, ledger) = (sight.spec, sight.ledger);
        let before = sight.look();
        let writer = spec.builder(root).create().unwrap();
        // Of the one before stays its last segment; of what it was about to do, nothing.
        spec.assert_tidy(root, 2);
        let view = writer.view().unwrap();
        let last = check_view(&mut sight, &before, &view);
        assert!(last <= ledger.begun() && last >= before.floor, "{last}");
        assert_eq!(writer.stats().last_seq, last, "what the writer goes on from");
        ledger.saw(last);
        ledger.add(Count::Takeovers, 1);
        let keys = if spec.is_stream() { 0 } else { spec.history.names() };
        let slots = vec![None; usize::try_from(keys).unwrap()];
        Self { spec, ledger, sight, random, writer, last, slots, rollovers: 0 }
    }

    fn batch(&mut self) {
        for _ in 0..=self.random.below(64) {
            let n = self.last + 1;
            if self.commit(n) {
                self.last = n;
                self.ledger.acknowledge(n);
                self.ledger.add(Count::Publishes, 1);
            } else {
                break;
            }
            if self.random.below(16) == 0 {
                self.look_back();
            }
        }
        if self.random.below(8) == 0 {
            self.provoke();
        }
        if self.random.below(self.spec.compacts) == 0 {
            self.ledger.add(Count::Compacts, 1);
            let compacted = self.writer.compact();
            self.is_done(compacted);
        }
        let stats = self.writer.stats();
        assert_eq!(stats.last_seq, self.last, "what the writer counts");
        self.ledger.add(Count::Rollovers, stats.rollovers - self.rollovers);
        self.rollovers = stats.rollovers;
        if self.random.below(32) == 0 {
            std::thread::sleep(Duration::from_micros(self.random.below(5000)));
        }
    }

    /// Commits number `n`; `false` if there is no room for it now.
    fn commit(&mut self, n: u64) -> bool {
        let (spec, op) = (self.spec, self.spec.history.op(n));
        self.ledger.begin(n);
        match op {
            Op::Clear => {
                let cleared = self.writer.clear();
                self.is_done(cleared).is_some()
            }
            Op::Remove(name) => {
                let removed = if spec.is_stream() {
                    self.writer.remove_id(ChunkId::new(name))
                } else {
                    self.writer.remove(&spec.key(name))
                };
                let removed = self.is_done(removed);
                assert!(removed != Some(false), "commit {n}: {name} is not there to be removed");
                removed.is_some()
            }
            Op::Put(name) => {
                let put = self.put(n, name);
                let Some(id) = self.is_done(put) else { return false };
                self.check_id(n, name, id.get());
                true
            }
        }
    }

    /// Publishes the value of commit `n`, one way or another.
    fn put(&mut self, n: u64, name: Name) -> Result<ChunkId, PublishError> {
        let history = self.spec.history;
        let key = self.spec.key(name);
        let to = match (self.spec.is_stream(), key.is_empty()) {
            (true, _) if name != n => To::Id(ChunkId::new(name)),
            (true, _) | (_, true) => To::Next,
            _ => To::Key(&key),
        };
        let len = usize::try_from(history.len(n)).unwrap();
        let ttl = history.ttl(n).map(Duration::from_nanos);
        let fill = |room: &mut [u8]| {
            if let Some(place) = room.get_mut(..len) {
                value::fill(&history, n, name, place);
            }
            Ok::<_, Infallible>(len)
        };
        match self.random.below(8) {
            0 | 1 => {
                let mut draft = self.writer.chunk(to, len)?;
                assert!(draft.iter().all(|byte| *byte == 0), "a draft is not zeroed");
                value::fill(&history, n, name, &mut draft);
                match ttl {
                    Some(ttl) => draft.ttl(ttl).commit(),
                    None => draft.commit(),
                }
            }
            2 | 3 if matches!(to, To::Key(_)) => {
                let slot = self.slots[usize::try_from(name).unwrap()].get_or_insert_with(|| Slot::new(&key));
                self.writer.publish_at(slot, ttl, fill)
            }
            4 | 5 if ttl.is_none() => {
                let mut value = vec![0; len];
                value::fill(&history, n, name, &mut value);
                match to {
                    To::Key(key) => self.writer.put(key, &value),
                    To::Id(id) => self.writer.chunk_update(id, &value),
                    _ => self.writer.publish(&value),
                }
            }
            _ => self.writer.publish_with(to, ttl, fill),
        }
    }

    /// Ids are kept by updates, and are new otherwise.
    fn check_id(&self, n: u64, name: Name, id: u64) {
        let history = &self.spec.history;
        if self.spec.is_stream() {
            assert_eq!(id, name, "the id of commit {n}");
            return;
        }
        let old = history.last(name, n - 1).filter(|old| history.is_live(*old, n - 1));
        let (goes_on, begins) = match old {
            None => (false, true),
            Some(old) => (!self.sight.may_have_expired(old), self.had_expired(old, n)),
        };
        assert!(!goes_on || id < n, "commit {n} of {name} has a new id, but {old:?} was there");
        assert!(
            !begins || id == n,
            "commit {n} of {name} goes on with id {id}, which had ended with {old:?}"
        );
    }

    /// Whether the value of commit `old` had expired for sure when `n` was begun.
    fn had_expired(&self, old: u64, n: u64) -> bool {
        let [end, begin] = [old + 1, n].map(|n| self.ledger.begun_at(n));
        match (self.spec.history.ttl(old), end, begin) {
            (Some(ttl), Some(end), Some(begin)) => end + ttl <= begin,
            _ => false,
        }
    }

    /// The result, if there is one; the writer comes back later where an area or the memory is full.
    fn is_done<T>(&self, result: Result<T, PublishError>) -> Option<T> {
        match result {
            Ok(value) => return Some(value),
            Err(PublishError::LimitReached { .. }) if self.spec.is_stream() && !self.spec.drops() => {
                self.ledger.add(Count::Refusals, 1);
            }
            Err(PublishError::NoSpace(cause)) => {
                // A full file system is no fault of the library's, but it has to be full.
                assert!(cause.free < cause.size / 2, "{cause}");
                self.ledger.add(Count::NoSpace, 1);
            }
            Err(error) => panic!("{error}"),
        }
        std::thread::sleep(Duration::from_millis(1));
        None
    }

    /// What the writer reads of its own area is what it wrote.
    fn look_back(&mut self) {
        let name = self.spec.any_name(&mut self.random, self.last);
        let before = self.sight.look();
        let found = match self.random.below(3) {
            0 => {
                let found = self.writer.latest().unwrap();
                return self.sight.check_latest(&before, found.as_ref());
            }
            _ if self.spec.is_stream() => self.writer.get_id(ChunkId::new(name)),
            _ => self.writer.get(&self.spec.key(name)),
        };
        self.sight.check_get(&before, name, found.unwrap().as_ref());
    }

    /// What must be refused, and change nothing.
    fn provoke(&mut self) {
        let is_stream = self.spec.is_stream();
        let absent = [0xee; 30];
        let refused = match self.random.below(6) {
            0 => {
                let to = self.anywhere(&absent);
                let most = usize::try_from(self.spec.max_size).unwrap();
                let fill = |_: &mut [u8]| Ok::<_, Infallible>(most);
                matches!(self.writer.publish_with(to, None, fill), Err(PublishError::TooLarge { .. }))
            }
            1 => {
                let to = self.anywhere(&absent);
                let fill = |room: &mut [u8]| {
                    room.fill(0xdd);
                    Err::<usize, _>("refused")
                };
                matches!(self.writer.publish_with(to, None, fill), Err(PublishError::Encode { .. }))
            }
            2 => {
                // Set aside, half written, and given up.
                let to = self.anywhere(&absent);
                let draft = self.writer.chunk(to, 100);
                draft.is_ok_and(|mut draft| {
                    draft.fill(0xdd);
                    true
                }) || !self.spec.drops()
            }
            3 if is_stream => {
                let id = ChunkId::new(self.last + 1000);
                matches!(self.writer.chunk_update(id, b"x"), Err(PublishError::NoSuchChunk { .. }))
            }
            4 if is_stream => matches!(self.writer.remove_id(ChunkId::new(self.last + 1000)), Ok(false)),
            _ if is_stream => matches!(self.writer.put(b"key", b"x"), Err(PublishError::WrongKind { .. })),
            3 | 4 if self.spec.kind == Kind::Keyed => matches!(self.writer.remove(&absent), Ok(false)),
            _ => {
                let update = self.writer.chunk_update(ChunkId::new(1), b"x");
                matches!(update, Err(PublishError::WrongKind { .. }))
            }
        };
        assert!(refused, "something was not refused, or not as it should be");
    }

    fn anywhere<'k>(&self, key: &'k [u8]) -> To<'k> {
        if self.spec.kind == Kind::Keyed { To::Key(key) } else { To::Next }
    }
}
