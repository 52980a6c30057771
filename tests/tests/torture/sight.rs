//! What may be seen, given what everybody knows: the oracle.
//!
//! Who looks notes the *floor* before, and how far the writer had *begun* after. What is found must be the area as it
//! was at one point of the history between the two.

use std::collections::HashMap;

use speculo_core::{Chunk, View};

use crate::history::{Name, Op};
use crate::ledger::{Ledger, now};
use crate::spec::Spec;
use crate::value;

/// The beginning of a look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) floor: u64,
    pub(crate) at: u64,
}

/// What one process has seen of an area.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub(crate) spec: Spec,
    pub(crate) ledger: Ledger,
    /// Seq, id and version of what was seen last of each key.
    known: HashMap<Name, (u64, u64, u64)>,
    /// The newest message that is known to have been dropped.
    dropped: u64,
}

impl Sight {
    pub(crate) fn new(spec: Spec, ledger: Ledger) -> Self {
        Self { spec, ledger, known: HashMap::new(), dropped: 0 }
    }

    pub(crate) fn look(&self) -> Look {
        Look { floor: self.ledger.floor(), at: now() }
    }

    /// Whether the value of commit `n` may have expired by now. Of what is long past nobody knows.
    pub(crate) fn may_have_expired(&self, n: u64) -> bool {
        let ttl = self.spec.history.ttl(n);
        ttl.is_some_and(|ttl| self.ledger.begun_at(n).is_none_or(|begun| begun + ttl <= now()))
    }

    /// Whether commit `n` may be absent, although nothing in the history up to `upto` ends it.
    fn may_be_gone(&self, n: u64, upto: u64) -> bool {
        self.may_have_expired(n) || self.spec.may_be_dropped(n, upto)
    }

    /// Panics unless `chunk` is a value that could be seen by who began this look.
    pub(crate) fn check_seen(&mut self, look: &Look, chunk: &Chunk<'_>) {
        value::check(&self.spec, chunk);
        let (n, begun) = (chunk.seq(), self.ledger.begun());
        assert!(!chunk.is_tombstone(), "a tombstone as a value: {chunk:?}");
        assert!(n <= begun, "commit {n} is seen before it is begun: {begun}");
        let expires = chunk.expires_at();
        assert!(expires == 0 || expires > look.at, "expired {} ns ago: {chunk:?}", look.at - expires);
        self.check_known(chunk);
        self.ledger.saw(n);
    }

    /// Ids and versions of a key only grow.
    fn check_known(&mut self, chunk: &Chunk<'_>) {
        let (Op::Put(name) | Op::Remove(name)) = self.spec.history.op(chunk.seq()) else { unreachable!() };
        if self.known.len() > 10_000 {
            self.known.clear();
        }
        let new = (chunk.seq(), chunk.id(), chunk.version());
        let old = *self.known.entry(name).or_insert(new);
        let (first, then) = if old.0 <= new.0 { (old, new) } else { (new, old) };
        let is_same = first == then;
        let goes_on = first.0 < then.0 && first.1 == then.1 && first.2 < then.2;
        let begins_anew = then.1 > first.0;
        assert!(is_same || goes_on || begins_anew, "seq, id, version of {name}: {then:?} after {first:?}");
        self.known.insert(name, then);
    }

    /// What a look for `name` found.
    pub(crate) fn check_get(&mut self, look: &Look, name: Name, found: Option<&Chunk<'_>>) {
        let history = self.spec.history;
        if let Some(chunk) = found {
            self.check_seen(look, chunk);
            let n = chunk.seq();
            assert!(history.op(n) == Op::Put(name), "looked for {name}, found {chunk:?}");
            let next = history.next(n);
            assert!(next > look.floor, "stale: {chunk:?} was ended by {next}, known up to {}", look.floor);
            return;
        }
        // Absent: it was so at the floor, or has ended since.
        let begun = self.ledger.begun();
        let Some(mut n) = history.last(name, look.floor) else { return };
        while history.op(n) == Op::Put(name) {
            if self.may_be_gone(n, begun) {
                return;
            }
            let next = history.next(n);
            assert!(
                next <= begun,
                "missing: {name} of commit {n}, which nothing ends up to {begun}; known up to {}",
                look.floor
            );
            n = next;
        }
    }

    /// What a look for the newest found.
    pub(crate) fn check_latest(&mut self, look: &Look, found: Option<&Chunk<'_>>) {
        let mut n = 0;
        if let Some(chunk) = found {
            self.check_seen(look, chunk);
            n = chunk.seq();
            assert!(self.spec.history.next(n) > look.floor, "stale: {chunk:?}, known up to {}", look.floor);
        }
        let begun = self.ledger.begun();
        for newer in (n + 1..=look.floor).rev().take(200) {
            assert!(
                !self.spec.history.is_live(newer, begun) || self.may_be_gone(newer, begun),
                "the latest is {n}, not {newer}, which nothing ends up to {begun}"
            );
        }
    }

    /// Messages dropped do not come back.
    fn check_dropped(&mut self, first: u64, absent: u64) {
        assert!(first > self.dropped, "message {first} is back; {} had been dropped", self.dropped);
        self.dropped = self.dropped.max(absent);
    }
}

/// Panics unless a view is the area at one point of its history, and it and its look-ups agree; gives that point.
pub(crate) fn check_view(sight: &mut Sight, look: &Look, view: &View) -> u64 {
    let (spec, history) = (sight.spec, sight.spec.history);
    let upto = view.last_seq().unwrap();
    let begun = sight.ledger.begun();
    assert!((look.floor..=begun).contains(&upto), "a view of {upto}, not from {} to {begun}", look.floor);
    let mut seen = Vec::new();
    for chunk in view {
        let chunk = chunk.unwrap();
        sight.check_seen(look, &chunk);
        let n = chunk.seq();
        assert!(seen.last().is_none_or(|last| n > *last), "{n} behind {:?}", seen.last());
        assert!(history.is_live(n, upto), "a view of {upto} shows {chunk:?}");
        seen.push(n);
    }
    let first = seen.first().copied().unwrap_or(upto + 1);
    let is_seen = |n: u64| seen.binary_search(&n).is_ok();
    let missing = |n: u64| panic!("missing in a view of {upto}, known up to {}: commit {n}", look.floor);
    if spec.is_stream() {
        let (mut behind, mut absent) = (0, 0);
        for n in (1..=upto).rev() {
            if history.is_live(n, upto) && !is_seen(n) && !sight.may_have_expired(n) {
                // Only the oldest are dropped, and not more than must be.
                if !spec.drops() || n >= first || behind < spec.kept() {
                    missing(n);
                }
                absent = absent.max(n);
            }
            behind += spec.bytes(n);
            if n < first && behind > 2 * spec.max_size {
                break;
            }
        }
        if spec.drops() {
            sight.check_dropped(first, absent);
        }
    } else {
        let live = (0..history.names()).filter_map(|name| history.last(name, upto));
        let mut count = 0;
        for n in live.filter(|n| history.is_live(*n, upto)) {
            count += usize::from(is_seen(n));
            if !is_seen(n) && !sight.may_have_expired(n) {
                missing(n);
            }
        }
        assert_eq!(count, seen.len(), "a view of {upto}");
    }
    sight.ledger.saw(upto);
    upto
}

/// Panics unless a view shows exactly these commits, and finds them by name.
pub(crate) fn check_again(sight: &Sight, view: &View, seen: &[u64]) {
    let mut left = seen.iter();
    for chunk in view {
        let chunk = chunk.unwrap();
        assert_eq!(left.next(), Some(&chunk.seq()), "a view in hand has changed");
        value::check(&sight.spec, &chunk);
    }
    assert_eq!(left.next(), None, "a view in hand has changed");
}

/// Panics unless a view finds by name what it shows.
pub(crate) fn check_names(
    sight: &Sight,
    view: &View,
    upto: u64,
    seen: &[u64],
    names: impl Iterator<Item = Name>,
) {
    let (spec, history) = (sight.spec, sight.spec.history);
    for name in names {
        let found = if spec.is_stream() {
            view.get_id(speculo_core::ChunkId::new(name)).unwrap()
        } else {
            view.get(&spec.key(name)).unwrap()
        };
        let expected = history.last(name, upto).filter(|n| seen.binary_search(n).is_ok());
        assert_eq!(found.map(|chunk| chunk.seq()), expected, "{name} in a view of {upto}");
    }
}
