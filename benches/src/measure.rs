//! What a measurement is, and how contenders take turns.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::peers::Peer;
use crate::scheduler::Scheduler;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds for one operation.
    Nanoseconds,
    /// Bytes.
    Bytes,
}

/// Somebody who can do a piece of work: ours, a peer, or a physical limit.
pub(crate) struct Contender<'a> {
    /// Who: `speculo`, `iceoryx2 blackboard`, `memcpy`.
    pub(crate) by: String,
    /// Does the work this many times; gives the time that took, without what was prepared before.
    pub(crate) run: Box<Run<'a>>,
}

/// Does the work this many times, and gives the time that took.
pub(crate) type Run<'a> = dyn FnMut(u64) -> anyhow::Result<Duration> + 'a;

impl<'a> Contender<'a> {
    /// Whoever does the work like this.
    pub(crate) fn new(by: &str, run: impl FnMut(u64) -> anyhow::Result<Duration> + 'a) -> Self {
        Self { by: by.to_owned(), run: Box::new(run) }
    }

    /// One of ours: its failure is a failure of the benchmark, while a peer's is a row that says so.
    fn is_ours(&self) -> bool {
        is_ours(&self.by)
    }
}

/// One number a round, of one contender, for one piece of work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// The row group, which is also what a run can be restricted to: `publish`, `read`, `latency` …
    pub(crate) group: String,
    /// What was done: `publish 64 B by slot`. The same for all that are compared.
    ///
    /// Works that end in a number of things or a size, as in `open, 1,000 keys`, become the points of a line in the plots.
    pub(crate) work: String,
    /// Who did it.
    pub(crate) by: String,
    pub(crate) unit: Unit,
    /// One number a round; a single one where it cannot be repeated.
    pub(crate) rounds: Vec<f64>,
    /// Why there is no number: a peer that cannot be had here says so.
    pub(crate) absent: Option<String>,
}

impl Measured {
    /// Whether this is one of ours.
    pub(crate) fn is_ours(&self) -> bool {
        is_ours(&self.by)
    }
}

/// Ours are all who are named `speculo`, or `speculo` and in which way.
fn is_ours(by: &str) -> bool {
    by.starts_with("speculo")
}

/// How long is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds, in each of which everybody has one turn.
    rounds: usize,
    /// How long a turn takes, about.
    turn: Duration,
    /// Operations in a turn, at least, unless one takes longer than [`LONG`]: enough for what does not happen each
    /// time, such as a rollover, to be in every turn.
    operations: u64,
}

/// An operation that takes so long stands for itself.
const LONG: Duration = Duration::from_millis(20);

/// How often a turn that seems long enough is looked at: something else may have made it long.
const CALIBRATIONS: usize = 3;

/// More operations make no turn better.
const MOST_OPERATIONS: u64 = 1 << 24;

impl Effort {
    /// What the published numbers are measured with.
    pub(crate) const FULL: Self = Self { rounds: 31, turn: Duration::from_millis(4), operations: 8 };

    /// Enough to see that everything runs.
    pub(crate) const QUICK: Self = Self { rounds: 3, turn: Duration::from_micros(200), operations: 1 };
}

/// Collects what is measured.
pub(crate) struct Bench {
    pub(crate) measured: Vec<Measured>,
    effort: Effort,
    progress: ProgressBar,
}

impl Bench {
    /// Measures with this effort, and shows on the terminal, if there is one, how far it is.
    pub(crate) fn new(effort: Effort) -> Self {
        let style = ProgressStyle::with_template("{prefix} {bar:20} {msg} [{elapsed_precise}]");
        let progress = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
        progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { measured: Vec::new(), effort, progress }
    }

    /// Says which of the groups is measured now.
    pub(crate) fn begin(&self, group: &str, number: usize, of: usize) {
        self.progress.set_prefix(format!("[{number}/{of}] {group}"));
        self.progress.set_message("");
    }

    /// Takes the progress bar away; gives what was measured.
    pub(crate) fn finish(self) -> Vec<Measured> {
        self.progress.finish_and_clear();
        self.measured
    }

    /// Lets the contenders take turns (A B C B C A C A B …): calibrates how many operations a turn takes, warms up, and
    /// records nanoseconds for one operation, one number a round.
    pub(crate) fn compare(
        &mut self,
        group: &str,
        work: &str,
        contenders: Vec<Contender<'_>>,
    ) -> anyhow::Result<()> {
        self.progress.set_position(0);
        self.progress.set_length((contenders.len() * (self.effort.rounds + 1)) as u64);
        let mut racers: Vec<_> =
            contenders.into_iter().map(|contender| Racer::new(contender, self.effort.rounds)).collect();
        for racer in &mut racers {
            self.progress.set_message(format!("{work}: {}", racer.contender.by));
            racer.attempt(|contender| calibrate(contender, &self.effort))?;
            self.progress.inc(1);
        }
        for round in 0..self.effort.rounds {
            let first = round % racers.len().max(1);
            let (later, sooner) = racers.split_at_mut(first);
            for racer in sooner.iter_mut().chain(later) {
                self.progress.set_message(format!("{work}: {}", racer.contender.by));
                racer.take_turn()?;
                self.progress.inc(1);
            }
        }
        self.measured.extend(racers.into_iter().map(|racer| racer.into_measured(group, work)));
        Ok(())
    }

    /// Like [`compare`](Self::compare), with peers of whom some may be absent; those are recorded as such.
    pub(crate) fn compare_with_peers(
        &mut self,
        group: &str,
        work: &str,
        mut contenders: Vec<Contender<'_>>,
        peers: Vec<Peer>,
    ) -> anyhow::Result<()> {
        let mut absent = Vec::new();
        for peer in peers {
            match peer {
                Ok(contender) => contenders.push(contender),
                Err(peer) => absent.push(Measured {
                    group: group.to_owned(),
                    work: work.to_owned(),
                    by: peer.by,
                    unit: Unit::Nanoseconds,
                    rounds: Vec::new(),
                    absent: Some(peer.why),
                }),
            }
        }
        self.compare(group, work, contenders)?;
        self.measured.extend(absent);
        Ok(())
    }

    /// Records what was measured in another way.
    pub(crate) fn record(&mut self, measured: Measured) {
        self.measured.push(measured);
    }
}

/// A contender in the race.
struct Racer<'a> {
    contender: Contender<'a>,
    /// Operations in a turn.
    operations: u64,
    rounds: Vec<f64>,
    /// How many turns may still be repeated.
    repeats: usize,
    /// Why it fell out.
    failed: Option<String>,
}

impl<'a> Racer<'a> {
    fn new(contender: Contender<'a>, repeats: usize) -> Self {
        Self { contender, operations: 1, rounds: Vec::new(), repeats, failed: None }
    }

    /// Does this with the contender, unless it fell out; gives what came of it to `operations`.
    fn attempt(
        &mut self,
        mut act: impl FnMut(&mut Contender<'a>) -> anyhow::Result<u64>,
    ) -> anyhow::Result<()> {
        if self.failed.is_some() {
            return Ok(());
        }
        match act(&mut self.contender) {
            Ok(operations) => self.operations = operations,
            Err(error) if self.contender.is_ours() => return Err(error.context(self.contender.by.clone())),
            Err(error) => self.failed = Some(format!("{error:#}")),
        }
        Ok(())
    }

    /// A turn in which somebody else on this machine had the processor says nothing, and is repeated, up to a limit:
    /// for some, waiting is part of the work.
    fn take_turn(&mut self) -> anyhow::Result<()> {
        let (operations, mut repeats) = (self.operations, self.repeats);
        let mut round = None;
        self.attempt(|contender| {
            loop {
                let (took, waited) = timed(contender, operations)?;
                round = Some(for_one(took, operations));
                if !waited || repeats == 0 {
                    return Ok(operations);
                }
                repeats -= 1;
            }
        })?;
        self.repeats = repeats;
        self.rounds.extend(round);
        Ok(())
    }

    fn into_measured(self, group: &str, work: &str) -> Measured {
        Measured {
            group: group.to_owned(),
            work: work.to_owned(),
            by: self.contender.by,
            unit: Unit::Nanoseconds,
            rounds: if self.failed.is_some() { Vec::new() } else { self.rounds },
            absent: self.failed,
        }
    }
}

/// The time of a turn, and whether more than a twentieth of it was spent waiting for a processor.
fn timed(contender: &mut Contender<'_>, operations: u64) -> anyhow::Result<(Duration, bool)> {
    // A kernel that does not tell has told nothing against it.
    let waited = || Scheduler::open().and_then(|scheduler| scheduler.waited()).unwrap_or_default();
    let before = waited();
    let took = (contender.run)(operations)?;
    Ok((took, Duration::from_nanos(waited() - before) > took / 20))
}

/// Nanoseconds for one of so many operations.
#[expect(clippy::cast_precision_loss, reason = "no run has so many operations")]
fn for_one(took: Duration, operations: u64) -> f64 {
    took.as_secs_f64() * 1e9 / operations as f64
}

/// How many operations make a turn. Those that are done to find out warm up what they need.
fn calibrate(contender: &mut Contender<'_>, effort: &Effort) -> anyhow::Result<u64> {
    let mut operations = 1;
    loop {
        let mut took = Duration::MAX;
        for _ in 0..CALIBRATIONS {
            let (time, waited) = timed(contender, operations)?;
            took = took.min(time);
            if !waited && took < effort.turn / 2 {
                break;
            }
        }
        if took >= effort.turn / 2 || operations >= MOST_OPERATIONS {
            let one = took / u32::try_from(operations)?;
            let least = if one > LONG { 1 } else { effort.operations };
            return Ok(scaled(operations, effort.turn, took).clamp(least, MOST_OPERATIONS));
        }
        operations =
            scaled(operations, effort.turn, took).clamp(operations * 2, operations * 10).min(MOST_OPERATIONS);
    }
}

/// So many operations took this long: how many take as long as a turn?
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an estimate, which saturates"
)]
fn scaled(operations: u64, turn: Duration, took: Duration) -> u64 {
    (operations as f64 * turn.as_secs_f64() / took.as_secs_f64().max(1e-9)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes this long for each operation, so it says.
    fn steady(by: &str, one: Duration) -> Contender<'static> {
        Contender::new(by, move |operations| Ok(one * u32::try_from(operations)?))
    }

    #[test]
    fn a_turn_is_as_long_as_it_should_be() -> anyhow::Result<()> {
        for (one, operations) in [(100, 40_000), (1_000_000, 8), (50_000_000, 1)] {
            let found = calibrate(&mut steady("steady", Duration::from_nanos(one)), &Effort::FULL)?;
            assert_eq!(found, operations, "{one} ns an operation");
        }
        Ok(())
    }

    #[test]
    fn everybody_goes_first_in_turn() -> anyhow::Result<()> {
        let order = std::cell::RefCell::new(String::new());
        let contender = |name: &'static str| {
            let order = &order;
            Contender::new(name, move |_| {
                order.borrow_mut().push_str(name);
                Ok(Duration::from_secs(1))
            })
        };
        let mut bench = Bench::new(Effort::QUICK);
        bench.compare("group", "work", vec![contender("a"), contender("b"), contender("c")])?;
        assert_eq!(order.into_inner(), "aaabbbcccabcbcacab", "calibration, then three rounds");
        assert!(bench.measured.iter().all(|measured| measured.rounds == [1e9; 3]));
        Ok(())
    }

    #[test]
    fn a_peer_that_fails_is_absent_and_ours_is_an_error() -> anyhow::Result<()> {
        let failing = |by: &str| Contender::new(by, |_| anyhow::bail!("gone"));
        let mut bench = Bench::new(Effort::QUICK);
        bench.compare("group", "work", vec![failing("peer"), steady("speculo", LONG)])?;
        assert_eq!(bench.measured.first().and_then(|peer| peer.absent.as_deref()), Some("gone"));
        assert!(bench.compare("group", "work", vec![failing("speculo, by slot")]).is_err());
        Ok(())
    }
}
