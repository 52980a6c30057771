//! Readers that follow: nothing twice, nothing out of order, and nothing passed over that still holds.

use std::time::{Duration, Instant};

use speculo_core::{Event, OwnedChunk, Reader, Start};
use speculo_tests::random::Random;
use speculo_tests::{PATIENCE, Wire};

use crate::history::Op;
use crate::ledger::Count;
use crate::reader::rest;
use crate::sight::Sight;
use crate::value;

/// A follower, and what it accounts for.
struct Follower {
    sight: Sight,
    random: Random,
    reader: Reader,
    /// Whether it asks for events, or for values only.
    events: bool,
    /// Everything up to this commit was seen, or passed over rightly.
    upto: u64,
    /// How far the writer had begun when it came: earlier drops and removals are not told to it.
    since: u64,
    /// Whether it began at the end.
    newest: bool,
    /// Removals up to this commit may go unseen: it was told to look afresh.
    resync: u64,
    /// Messages up to this commit may have been dropped, and so many at most since it came.
    dropped: u64,
    may_miss: u64,
    lost: u64,
    /// `wait` has returned for everything up to this commit.
    waited: u64,
    held: Option<OwnedChunk>,
}

/// What a step came to.
enum Step {
    At(u64),
    Resync,
    End,
}

/// Further arguments: `values` or `events`, `poll` or `wait`.
pub(crate) fn follower(wire: &mut Wire) {
    let (sight, random) = crate::begin(wire);
    let (events, waits) = (wire.arg(4) == "events", wire.arg(5) == "wait");
    let mut follower = Follower::open(wire, sight, random, events);
    wire.say("ready");
    while !wire.is_told() {
        for _ in 0..100 {
            if waits {
                follower.wait();
                if wire.is_told() {
                    break;
                }
            } else {
                follower.step(None);
                rest(&mut follower.random);
            }
        }
        match follower.random.below(400) {
            0 => {
                let Follower { sight, random, .. } = follower;
                follower = Follower::open(wire, sight, random, events);
            }
            1 => follower.reader = follower.reader.fork(),
            2 => follower.reader.idle(),
            // Far behind, for once.
            3 => std::thread::sleep(Duration::from_millis(follower.random.below(200))),
            _ => {}
        }
    }
    // Nobody writes any more: it comes to the end of all there is.
    while follower.step(None) {}
    if let Some(owned) = follower.held {
        value::check(&follower.sight.spec, &owned.chunk());
    }
}

impl Follower {
    fn open(wire: &Wire, sight: Sight, mut random: Random, events: bool) -> Self {
        let newest = random.below(4) == 0;
        let floor = sight.ledger.floor();
        let start = if newest { Start::Newest } else { Start::Oldest };
        let reader = sight.spec.builder(wire.root()).start(start).open_wait(PATIENCE).unwrap();
        let since = sight.ledger.begun();
        Self {
            sight,
            random,
            reader,
            events,
            upto: if newest { floor } else { 0 },
            since,
            newest,
            resync: since,
            dropped: since,
            may_miss: 0,
            lost: 0,
            waited: since,
            held: None,
        }
    }

    fn wait(&mut self) {
        let timeout = Duration::from_micros(self.random.below(60_000));
        if self.random.below(3) > 0 {
            self.step(Some(timeout));
            return;
        }
        let floor = self.sight.ledger.floor();
        if self.reader.wait(Some(timeout)).unwrap() {
            self.waited = self.sight.ledger.begun();
        } else {
            assert!(floor <= self.waited, "not woken for {floor}, only for {}", self.waited);
        }
        // As far as it was woken for, there may be something.
        for _ in 0..self.random.below(50) {
            self.step(None);
        }
    }

    /// Goes one step, waiting for it if there is a timeout; `false` at the end.
    fn step(&mut self, timeout: Option<Duration>) -> bool {
        let (look, start) = (self.sight.look(), Instant::now());
        let step = if self.events {
            let event = match timeout {
                None => self.reader.try_event(),
                timeout => self.reader.event_timeout(timeout),
            };
            match event.unwrap() {
                None => Step::End,
                Some(Event::Put(chunk)) => {
                    self.sight.check_seen(&look, &chunk);
                    Step::At(chunk.seq())
                }
                Some(Event::Removed(chunk)) => {
                    let over = chunk.is_tombstone() || chunk.remaining().is_some_and(|left| left.is_zero());
                    assert!(over, "removed: {chunk:?}");
                    value::check(&self.sight.spec, &chunk);
                    Step::At(chunk.seq())
                }
                Some(_) => Step::Resync,
            }
        } else {
            let chunk = match timeout {
                None => self.reader.try_next(),
                timeout => self.reader.next_timeout(timeout),
            };
            chunk.unwrap().map_or(Step::End, |chunk| {
                self.sight.check_seen(&look, &chunk);
                let keep = self.held.is_none() || chunk.seq().is_multiple_of(501);
                if keep && let Some(former) = self.held.replace(chunk.share()) {
                    value::check(&self.sight.spec, &former.chunk());
                }
                Step::At(chunk.seq())
            })
        };
        let begun = self.sight.ledger.begun();
        let lost = self.reader.lost() - self.lost;
        if lost > 0 {
            (self.lost, self.dropped, self.may_miss) = (self.lost + lost, begun, self.may_miss + lost);
            self.sight.ledger.add(Count::Lost, lost);
        }
        match step {
            Step::At(n) => {
                assert!(n > self.upto, "followed {n} after {}", self.upto);
                assert!(n <= begun, "followed {n} before it is begun: {begun}");
                self.account(n, begun);
                self.upto = n;
                self.sight.ledger.saw(n);
                self.sight.ledger.add(Count::Follows, 1);
                true
            }
            Step::Resync => {
                self.resync = begun;
                self.sight.ledger.add(Count::Resyncs, 1);
                true
            }
            Step::End => {
                let early = timeout.is_some_and(|timeout| start.elapsed() < timeout);
                assert!(!early, "nothing after {:?} instead of {timeout:?}", start.elapsed());
                self.account(look.floor + 1, begun);
                self.upto = self.upto.max(look.floor);
                false
            }
        }
    }

    /// Panics if a commit between the last one and `end` has been passed over that still holds.
    fn account(&mut self, end: u64, begun: u64) {
        let (spec, history) = (self.sight.spec, self.sight.spec.history);
        let mut missed = None;
        for n in self.upto + 1..end {
            if self.newest && n <= self.since {
                continue;
            }
            let op = history.op(n);
            if op != Op::Clear && history.next(n) <= begun {
                continue;
            }
            if !matches!(op, Op::Put(_)) {
                assert!(!self.events || n <= self.resync, "lost: the removal {n} was missed, before {end}");
                continue;
            }
            if self.sight.may_have_expired(n) {
                continue;
            }
            let is_before = n <= self.since;
            assert!(
                spec.drops() && n <= self.dropped && (is_before || self.may_miss > 0),
                "lost: commit {n} was passed over before {end}, and nothing ends it up to {begun}; {} counted",
                self.lost
            );
            self.may_miss -= u64::from(!is_before);
            missed = Some(n);
        }
        if let Some(n) = missed {
            assert!(spec.may_be_dropped(n, begun), "commit {n} was dropped, of {begun}");
        }
    }
}
