//! What speculo set out to reach, and whether it has.

use crate::measure::{Measured, Unit};
use crate::statistics::{median, three_digits, with_unit};

/// Somebody's number for a work.
#[derive(Clone, Copy, Debug)]
struct Row {
    work: &'static str,
    by: &'static str,
}

/// What a number is held against.
#[derive(Clone, Copy, Debug)]
enum Bound {
    /// At most so many times what this row took.
    Times(f64, Row),
    /// At most so much.
    AtMost(f64),
}

/// Something to reach.
#[derive(Clone, Copy, Debug)]
struct Goal {
    text: &'static str,
    row: Row,
    bound: Bound,
}

/// What came of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// One of its rows is not there.
    NotMeasured,
}

impl Verdict {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotMeasured => "not measured",
        }
    }
}

/// A goal with what was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) goal: &'static str,
    pub(crate) measured: String,
    pub(crate) verdict: Verdict,
}

const fn speculo(work: &'static str) -> Row {
    Row { work, by: "speculo" }
}

const fn goal(text: &'static str, row: Row, bound: Bound) -> Goal {
    Goal { text, row, bound }
}

const fn times(factor: f64, work: &'static str, by: &'static str) -> Bound {
    Bound::Times(factor, Row { work, by })
}

const BY_SLOT: &str = "publish 64 B, by slot";
const HELLO: &str = "publish mmap-sync's struct, singleton";
const ONE_MIB: &str = "publish 1 MiB vector, singleton";
const GET: &str = "get 64 B by slot, repeated";
const FEW_KEYS: &str = "get 64 B by u64 key, random over 1,000 keys";
const MANY_KEYS: &str = "get 64 B by u64 key, random over 1,000,000 keys";
const LARGE: &str = "follow 1 MiB vectors, behind by 64";
const SPINNING: &str = "one way between two cores, spinning, 64 B";
const BLOCKING: &str = "one way between two cores, blocking, 64 B";
const OPEN: &str = "open and first get, 1,000,000 keys";
const ROLLOVER: &str = "rollover, 1,000,000 keys";
const STALL: &str = "publish 64 B by key, 20 rollovers, 100 MB live";

const GOALS: &[Goal] = &[
    goal(
        "publish 64 B by slot ≤ 1.0 × iceoryx2 blackboard update",
        speculo(BY_SLOT),
        times(1.0, BY_SLOT, "iceoryx2 blackboard"),
    ),
    goal(
        "publish 64 B by slot ≤ 0.2 × iceoryx2 publish",
        speculo(BY_SLOT),
        times(0.2, BY_SLOT, "iceoryx2 publish"),
    ),
    goal(
        "publish mmap-sync's struct ≤ 0.17 × mmap-sync `write`",
        speculo(HELLO),
        times(0.17, HELLO, "mmap-sync"),
    ),
    goal(
        "publish 1 MiB vector ≤ 1.5 × memcpy into hot memory",
        speculo(ONE_MIB),
        times(1.5, ONE_MIB, "memcpy into hot memory"),
    ),
    goal("publish 1 MiB vector ≤ 0.25 × mmap-sync", speculo(ONE_MIB), times(0.25, ONE_MIB, "mmap-sync")),
    goal(
        "get by slot, repeated ≤ 0.25 × iceoryx2 blackboard get",
        speculo(GET),
        times(0.25, GET, "iceoryx2 blackboard"),
    ),
    goal(
        "get by slot, repeated ≤ 0.2 × mmap-sync checked read",
        speculo(GET),
        times(0.2, GET, "mmap-sync, checked"),
    ),
    goal(
        "get by `u64` key, random over 1,000 keys ≤ 1.0 × `HashMap` in process",
        speculo(FEW_KEYS),
        times(1.0, FEW_KEYS, "HashMap in process"),
    ),
    goal(
        "get by `u64` key, random over 1,000,000 keys ≤ 1.3 × as many dependent random accesses, each get after the other",
        Row { work: MANY_KEYS, by: "speculo, chained" },
        times(1.3, MANY_KEYS, "2 dependent random accesses, chained"),
    ),
    goal(
        "the same, where the gets may overlap",
        speculo(MANY_KEYS),
        times(1.3, MANY_KEYS, "2 dependent random accesses"),
    ),
    goal(
        "follow when behind, 64 B ≤ 10 ns a message",
        speculo("follow 64 B, behind by 4,096 messages"),
        Bound::AtMost(10.0),
    ),
    goal(
        "follow when far behind, 64 B ≤ 10 ns a message",
        speculo("follow 64 B, behind by 1,000,000 messages"),
        Bound::AtMost(10.0),
    ),
    goal(
        "follow when behind, 1 MiB, at memory bandwidth: ≤ 1.1 × a read of as much memory",
        speculo(LARGE),
        times(1.1, LARGE, "read of as much memory"),
    ),
    goal(
        "one way, spinning, 64 B ≤ 1.3 × bare cache-line hand-over",
        speculo(SPINNING),
        times(1.3, SPINNING, "bare cache line"),
    ),
    goal("one way, spinning, 64 B ≤ 0.5 × iceoryx2", speculo(SPINNING), times(0.5, SPINNING, "iceoryx2")),
    goal(
        "one way, blocking, 64 B ≤ 1.2 × bare futex hand-over",
        speculo(BLOCKING),
        times(1.2, BLOCKING, "bare futex"),
    ),
    goal(
        "D-Bus signal ≥ 150 × faster, where our reader spins",
        speculo(SPINNING),
        times(1.0 / 150.0, BLOCKING, "D-Bus signal"),
    ),
    goal(
        "D-Bus signal ≥ 150 × faster, where our reader sleeps as well",
        speculo(BLOCKING),
        times(1.0 / 150.0, BLOCKING, "D-Bus signal"),
    ),
    goal(
        "publish 64 B by slot with an active follower ≤ 1.5 × alone",
        Row { work: BY_SLOT, by: "speculo, 1 follower" },
        times(1.5, BY_SLOT, "speculo"),
    ),
    goal("open an area of 1,000,000 keys ≤ 1 ms", speculo(OPEN), Bound::AtMost(1e6)),
    goal(
        "rollover ≤ 1.5 × memcpy of the live bytes",
        speculo(ROLLOVER),
        times(1.5, ROLLOVER, "memcpy of the live bytes"),
    ),
    goal(
        "maximum publish time over 20 rollovers with 100 MB live ≤ 100 µs",
        Row { work: STALL, by: "speculo maximum without waits for a processor" },
        Bound::AtMost(100e3),
    ),
    goal(
        "the same ≤ 1.5 × the longest bare stores of that run",
        Row { work: STALL, by: "speculo maximum without waits for a processor" },
        times(1.5, STALL, "bare stores maximum"),
    ),
    goal("p99.9 of these publishes ≤ 5 µs", Row { work: STALL, by: "speculo p99.9" }, Bound::AtMost(5e3)),
    goal(
        "memory ≤ 96 B beside payload and key per key, just filled",
        Row {
            work: "memory of each key beside it and its payload, 1,000,000 keys",
            by: "speculo just filled",
        },
        Bound::AtMost(96.0),
    ),
    goal(
        "the same, over rollovers: room for as much again as is live",
        speculo("memory of each key beside it and its payload, 1,000,000 keys"),
        Bound::AtMost(96.0),
    ),
    goal(
        "memory ≤ 16 KiB per idle reader",
        speculo("memory of a reader after idle(), 1,000,000 keys"),
        Bound::AtMost(16_384.0),
    ),
];

/// Holds what was measured against the goals.
pub(crate) fn outcomes(measured: &[&Measured]) -> Vec<Outcome> {
    let find = |row: Row| {
        let is_row = |one: &&&Measured| one.work == row.work && one.by == row.by && !one.rounds.is_empty();
        measured.iter().find(is_row).copied()
    };
    GOALS.iter().map(|goal| goal.outcome(find)).collect()
}

impl Goal {
    fn outcome<'a>(&self, find: impl Fn(Row) -> Option<&'a Measured>) -> Outcome {
        let found = find(self.row).and_then(|row| {
            let number = median(&row.rounds)?;
            match self.bound {
                Bound::AtMost(bound) => Some((with_unit(number, row.unit), number <= bound)),
                Bound::Times(factor, other) => {
                    let other = find(other)?;
                    let ratio = ratio(&row.rounds, &other.rounds)?;
                    let unit: Unit = row.unit;
                    let [ours, theirs] =
                        [number, median(&other.rounds)?].map(|number| with_unit(number, unit));
                    Some((format!("{} × ({ours} to {theirs})", three_digits(ratio)), ratio <= factor))
                }
            }
        });
        let (measured, verdict) = match found {
            Some((measured, true)) => (measured, Verdict::Met),
            Some((measured, false)) => (measured, Verdict::Missed),
            None => (String::new(), Verdict::NotMeasured),
        };
        Outcome { goal: self.text, measured, verdict }
    }
}

/// How many times as much the first took. Where both had a turn in each round, the median of what each round says: what
/// happens to a machine while it measures happens to both.
fn ratio(row: &[f64], other: &[f64]) -> Option<f64> {
    if row.len() == other.len() {
        let ratios: Vec<_> = row.iter().zip(other).map(|(one, other)| one / other).collect();
        return median(&ratios);
    }
    Some(median(row)? / median(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(work: &str, by: &str, rounds: &[f64]) -> Measured {
        let (work, by) = (work.to_owned(), by.to_owned());
        let (group, unit) = ("publish".to_owned(), Unit::Nanoseconds);
        Measured { group, work, by, unit, rounds: rounds.to_vec(), absent: None }
    }

    #[test]
    fn goals_are_met_missed_or_not_measured() {
        let all = [
            measured(BY_SLOT, "speculo", &[10.0, 20.0, 10.0]),
            measured(BY_SLOT, "iceoryx2 blackboard", &[10.0, 25.0, 11.0]),
            measured(BY_SLOT, "iceoryx2 publish", &[]),
            measured(BY_SLOT, "speculo, 1 follower", &[16.0, 16.0, 16.0]),
        ];
        let outcomes = outcomes(&all.iter().collect::<Vec<_>>());
        let of = |text: &str| outcomes.iter().find(|outcome| outcome.goal.contains(text));
        let verdict = |text| of(text).map(|outcome| outcome.verdict);
        assert_eq!(verdict("blackboard update"), Some(Verdict::Met));
        assert_eq!(verdict("0.2 × iceoryx2 publish"), Some(Verdict::NotMeasured));
        assert_eq!(verdict("active follower"), Some(Verdict::Missed));
        assert_eq!(of("active follower").map(|o| o.measured.as_str()), Some("1.60 × (16.0 ns to 10.0 ns)"));
    }
}
