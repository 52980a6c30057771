//! What commit number n of an area is: a function of the seed, so that everybody knows the whole history without
//! having followed it. Every question takes a few steps.
//!
//! *Keys* are written in cycles: each cycle writes every hot key and one group of the cold ones, in an order of its
//! own. *Messages* come in blocks of 16, some of which are updated or removed in the same block or the next.

use speculo_tests::random::mix;

/// What a commit is about: the number of a key, or the id of a message.
pub(crate) type Name = u64;

/// What a commit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Put(Name),
    Remove(Name),
    Clear,
}

/// In which order things are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// `hot` keys in each cycle, and one of `groups` groups of `cold` keys; one more key, or a clear, in front.
    Cycles { hot: u64, cold: u64, groups: u64 },
    /// Messages.
    Blocks,
}

/// How long values are: mostly up to `small`, one in `every` up to `large`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) small: u64,
    pub(crate) large: u64,
    pub(crate) every: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    pub(crate) seed: u64,
    pub(crate) shape: Shape,
    pub(crate) sizes: Sizes,
    /// One clear in so many cycles or blocks.
    pub(crate) clears: u64,
    /// One removal in so many writes of a key, about.
    pub(crate) removals: u64,
    /// Whether values expire, most of them.
    pub(crate) mortal: bool,
}

const BLOCK: u64 = 16;
const MILLISECOND: u64 = 1_000_000;

impl History {
    fn hash(&self, what: u64, a: u64, b: u64) -> u64 {
        mix(mix(mix(self.seed ^ what) ^ a) ^ b)
    }

    /// What commit `n` is; the first is number 1.
    pub(crate) fn op(&self, n: u64) -> Op {
        let (cycle, at) = self.place(n);
        match self.shape {
            Shape::Cycles { hot, cold, .. } => {
                let name = match at.checked_sub(1) {
                    None if self.is_clear(cycle) => return Op::Clear,
                    None => self.names() - 1,
                    Some(at) => {
                        let order = self.order(cycle);
                        let member = order.inverse * (at + (hot + cold) - order.shift) % (hot + cold);
                        if member < hot { member } else { self.first_cold(cycle) + member - hot }
                    }
                };
                if self.is_removal(cycle, name) { Op::Remove(name) } else { Op::Put(name) }
            }
            Shape::Blocks => {
                let (here, before) = (cycle * BLOCK + 1, (cycle * BLOCK + 1).wrapping_sub(BLOCK));
                let has_before = cycle > 0 && !self.is_clear(cycle - 1);
                match at {
                    8 if has_before => Op::Remove(before),
                    9 | 10 if has_before => Op::Put(before + 1),
                    11 => Op::Put(here + 2),
                    12 => Op::Remove(here + 3),
                    15 if self.is_clear(cycle) => Op::Clear,
                    _ => Op::Put(n),
                }
            }
        }
    }

    /// Number of keys; without meaning for messages.
    pub(crate) fn names(&self) -> u64 {
        match self.shape {
            Shape::Cycles { hot, cold, groups } => hot + cold * groups + 1,
            Shape::Blocks => 0,
        }
    }

    /// The last commit up to `upto` that touches `name`: a put, a removal, or a clear behind them.
    pub(crate) fn last(&self, name: Name, upto: u64) -> Option<u64> {
        let (cycle, _) = self.place(upto.max(1));
        let own = match self.shape {
            Shape::Cycles { .. } => {
                let (first, step) = self.turns(name);
                let turn = cycle.checked_sub(first)? / step * step + first;
                let at = self.at(turn, name);
                if at <= upto { at } else { self.at(turn.checked_sub(step)?, name) }
            }
            Shape::Blocks => self.touches(name).into_iter().rfind(|at| (1..=upto).contains(at))?,
        };
        if own > upto {
            return None;
        }
        let clear = self.last_clear(upto).filter(|clear| *clear > own);
        Some(clear.unwrap_or(own))
    }

    /// The next commit behind `n`, a put or a removal, that touches the same name, or clears.
    pub(crate) fn next(&self, n: u64) -> u64 {
        let (Op::Put(name) | Op::Remove(name)) = self.op(n) else { panic!("commit {n} clears") };
        let own = match self.shape {
            Shape::Cycles { .. } => self.at(self.place(n).0 + self.turns(name).1, name),
            Shape::Blocks => self.touches(name).into_iter().find(|at| *at > n).unwrap_or(u64::MAX),
        };
        own.min(self.next_clear(n))
    }

    /// Whether commit `n` is a value that is there as of commit `upto`, unless it has expired or was dropped.
    pub(crate) fn is_live(&self, n: u64, upto: u64) -> bool {
        n <= upto && matches!(self.op(n), Op::Put(_)) && self.next(n) > upto
    }

    /// Length of the value of commit `n`.
    pub(crate) fn len(&self, n: u64) -> u64 {
        let Sizes { small, large, every } = self.sizes;
        let hash = self.hash(1, n, 0);
        // Not too many large messages in a row, for updates must come before their message is dropped.
        let may_be_large = matches!(self.shape, Shape::Cycles { .. }) || self.place(n).1 == 5;
        if every > 0 && may_be_large && hash.is_multiple_of(every) {
            return (hash >> 32) % (large + 1);
        }
        if (hash >> 24).is_multiple_of(8) { 0 } else { (hash >> 32) % (small + 1) }
    }

    /// How long it lives, in nanoseconds; `None` = for ever.
    pub(crate) fn ttl(&self, n: u64) -> Option<u64> {
        let hash = self.hash(2, n, 0);
        let lives_on = match self.shape {
            Shape::Cycles { .. } => hash.is_multiple_of(3),
            // What is updated or removed later must be there then.
            Shape::Blocks => {
                let at = self.place(n).1;
                at < 4 || (at == 9 && self.op(n) != Op::Put(n))
            }
        };
        let most = if (hash >> 8).is_multiple_of(64) { 1000 } else { 60 };
        (self.mortal && !lives_on).then_some((1 + (hash >> 16) % most) * MILLISECOND)
    }

    /// Cycle, or block, and place in it.
    fn place(&self, n: u64) -> (u64, u64) {
        let length = self.cycle_len();
        ((n - 1) / length, (n - 1) % length)
    }

    fn cycle_len(&self) -> u64 {
        match self.shape {
            Shape::Cycles { hot, cold, .. } => hot + cold + 1,
            Shape::Blocks => BLOCK,
        }
    }

    /// The first cycle that writes a key, and after how many it is written again.
    fn turns(&self, name: Name) -> (u64, u64) {
        match self.shape {
            Shape::Cycles { hot, cold, groups } if (hot..hot + cold * groups).contains(&name) => {
                ((name - hot) / cold, groups)
            }
            _ => (0, 1),
        }
    }

    fn first_cold(&self, cycle: u64) -> Name {
        match self.shape {
            Shape::Cycles { hot, cold, groups } => hot + cycle % groups * cold,
            Shape::Blocks => 0,
        }
    }

    /// Where `cycle` writes a key.
    fn at(&self, cycle: u64, name: Name) -> u64 {
        let Shape::Cycles { hot, cold, .. } = self.shape else { return 0 };
        let begin = cycle * self.cycle_len() + 1;
        if name == self.names() - 1 {
            return begin;
        }
        let member = if name < hot { name } else { hot + (name - hot) % cold };
        let order = self.order(cycle);
        begin + 1 + (order.factor * member + order.shift) % (hot + cold)
    }

    /// The order of a cycle: a rotation, every second time with steps of -1.
    fn order(&self, cycle: u64) -> Order {
        let Shape::Cycles { hot, cold, .. } = self.shape else { unreachable!() };
        let hash = self.hash(3, cycle, 0);
        let factor = if hash & 1 == 0 { 1 } else { hot + cold - 1 };
        Order { factor, inverse: factor, shift: (hash >> 1) % (hot + cold) }
    }

    fn is_removal(&self, cycle: u64, name: Name) -> bool {
        if self.removals == 0 || !self.hash(4, cycle, name).is_multiple_of(self.removals) {
            return false;
        }
        // Only what is there for sure is removed, so that it is a commit.
        let Some(before) = cycle.checked_sub(self.turns(name).1) else { return false };
        let own = self.at(before, name);
        let is_there = self.op(own) == Op::Put(name) && self.ttl(own).is_none();
        is_there && self.last_clear(cycle * self.cycle_len() + 1).is_none_or(|clear| clear < own)
    }

    /// Which commits touch a message.
    fn touches(&self, name: Name) -> [u64; 3] {
        let (block, at) = self.place(name);
        let (here, after) = (block * BLOCK + 1, (block + 1) * BLOCK + 1);
        let is_cleared = self.is_clear(block);
        match at {
            0 if !is_cleared => [0, name, after + 8],
            1 if !is_cleared => [name, after + 9, after + 10],
            2 => [0, name, here + 11],
            3 => [0, name, here + 12],
            _ => [0, 0, name],
        }
    }

    /// The cycle or block of era number `era` that clears.
    fn clear_of(&self, era: u64) -> u64 {
        (era * self.clears + self.hash(5, era, 0) % self.clears).max(1)
    }

    fn is_clear(&self, cycle: u64) -> bool {
        self.clears > 0 && self.clear_of(cycle / self.clears) == cycle
    }

    /// The commit that clears in this cycle or block.
    fn clear_at(&self, cycle: u64) -> u64 {
        cycle * self.cycle_len() + if matches!(self.shape, Shape::Blocks) { BLOCK } else { 1 }
    }

    fn last_clear(&self, upto: u64) -> Option<u64> {
        if self.clears == 0 {
            return None;
        }
        let era = self.place(upto).0 / self.clears;
        let eras = [Some(era), era.checked_sub(1)];
        eras.into_iter().flatten().map(|era| self.clear_at(self.clear_of(era))).find(|at| *at <= upto)
    }

    fn next_clear(&self, n: u64) -> u64 {
        if self.clears == 0 {
            return u64::MAX;
        }
        let era = self.place(n).0 / self.clears;
        let found = [era, era + 1].into_iter().map(|era| self.clear_at(self.clear_of(era)));
        found.filter(|at| *at > n).min().unwrap_or(u64::MAX)
    }
}

struct Order {
    factor: u64,
    inverse: u64,
    shift: u64,
}

/// The shortcuts above against the history told from its beginning.
pub(crate) fn the_history_is_what_it_says() {
    use std::collections::BTreeMap;
    for spec in crate::spec::all(7) {
        let history = spec.history;
        let mut live: BTreeMap<Name, u64> = BTreeMap::new();
        let mut touched: BTreeMap<Name, u64> = BTreeMap::new();
        let (mut removals, mut clears) = (0, 0);
        for n in 1..20_000 {
            match history.op(n) {
                Op::Put(name) => {
                    if let Some(old) = live.insert(name, n) {
                        assert_eq!(history.next(old), n, "{} {n}", spec.name);
                    } else if matches!(history.shape, Shape::Blocks) {
                        assert_eq!(name, n, "an update of what is gone");
                    }
                    touched.insert(name, n);
                }
                Op::Remove(name) => {
                    assert_eq!(live.remove(&name).map(|old| history.next(old)), Some(n), "{} {n}", spec.name);
                    touched.insert(name, n);
                    removals += 1;
                }
                Op::Clear => {
                    assert!(live.values().all(|old| history.next(*old) == n), "{} {n}", spec.name);
                    live.clear();
                    for last in touched.values_mut() {
                        *last = n;
                    }
                    clears += 1;
                }
            }
            if n.is_multiple_of(1999) {
                for (name, last) in touched.iter().rev().take(5000) {
                    assert_eq!(history.last(*name, n), Some(*last), "{}: {name} as of {n}", spec.name);
                    assert_eq!(history.is_live(*last, n), live.contains_key(name) && live[name] == *last);
                }
            }
        }
        assert!(history.removals == 0 || removals > 50, "{}: {removals} removals", spec.name);
        assert!(
            history.clears == 0 || clears > 0 || matches!(history.shape, Shape::Cycles { .. }),
            "{}: {clears} clears",
            spec.name
        );
    }
}
