//! Timing every single operation.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::scheduler::Scheduler;

/// What takes longer is looked at: it may have waited for a processor.
const SUSPECT: u64 = 10_000;

/// How many of the longest are kept.
const LONGEST: usize = 64;

/// How long operations took, each by itself.
pub(super) struct Watch {
    times: Histogram<u64>,
    /// The longest, without what they waited for a processor.
    longest: BinaryHeap<Reverse<u64>>,
    /// The shortest of those.
    least: u64,
    scheduler: Scheduler,
    /// What this thread had waited for a processor when that was looked at last.
    waited: u64,
    /// When the operation before ended.
    ended: Instant,
}

impl Watch {
    pub(super) fn new() -> anyhow::Result<Self> {
        let scheduler = Scheduler::open()?;
        Ok(Self {
            times: Histogram::new_with_bounds(1, 100_000_000_000, 3)?,
            longest: BinaryHeap::from(vec![Reverse(0); LONGEST]),
            least: 0,
            waited: scheduler.waited()?,
            scheduler,
            ended: Instant::now(),
        })
    }

    /// Does it, and times it.
    #[inline]
    pub(super) fn time<E: Into<anyhow::Error>>(
        &mut self,
        act: impl FnOnce() -> Result<(), E>,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        let result = act();
        let ended = Instant::now();
        result.map_err(Into::into)?;
        let took = nanoseconds(ended - began);
        let between = nanoseconds(began - self.ended);
        self.times.saturating_record(took);
        self.ended = ended;
        if took > SUSPECT || between > SUSPECT {
            let waited = self.look()?;
            self.keep(took.saturating_sub(waited));
            self.ended = Instant::now();
        } else if took > self.least {
            self.keep(took);
        }
        Ok(())
    }

    /// Something took long, an operation or what was done before it: how long was waited for a processor?
    #[cold]
    fn look(&mut self) -> anyhow::Result<u64> {
        let waited = self.scheduler.waited()?;
        let before = std::mem::replace(&mut self.waited, waited);
        Ok(waited - before)
    }

    /// Keeps it, if it is among the longest.
    #[cold]
    fn keep(&mut self, took: u64) {
        if let Some(mut least) = self.longest.peek_mut() {
            *least = Reverse(took.max(least.0));
        }
        self.least = self.longest.peek().map_or(0, |Reverse(least)| *least);
    }

    /// The longest of all.
    pub(super) fn maximum(&self) -> f64 {
        float(self.times.max())
    }

    /// Tells how long they took, among them as many of the longest as there were `rollovers`: if each of those makes
    /// somebody wait, these are they.
    pub(super) fn tell(&self, by: &str, rollovers: u64, tell: &mut impl FnMut(String, Vec<f64>)) {
        for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
            tell(format!("{by} {name}"), vec![float(self.times.value_at_quantile(quantile))]);
        }
        tell(format!("{by} maximum"), vec![self.maximum()]);
        let mut longest: Vec<_> = self.longest.iter().map(|Reverse(took)| *took).collect();
        longest.sort_unstable_by_key(|took| Reverse(*took));
        longest.truncate(usize::try_from(rollovers).unwrap_or(LONGEST));
        let longest: Vec<_> = longest.into_iter().map(float).collect();
        tell(
            format!("{by} maximum without waits for a processor"),
            longest.first().copied().into_iter().collect(),
        );
        tell(format!("{by} longest without such waits, one for each rollover"), longest);
    }
}

/// What this thread has waited for a processor so far.
pub(super) fn waited_here() -> anyhow::Result<Duration> {
    Ok(Duration::from_nanos(Scheduler::open()?.waited()?))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "no operation takes so long")]
fn float(nanoseconds: u64) -> f64 {
    nanoseconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_are_kept() -> anyhow::Result<()> {
        let mut watch = Watch::new()?;
        for took in 0..1000 {
            watch.keep(took * 7 % 1000);
        }
        let mut told = Vec::new();
        watch.tell("all", 3, &mut |by, rounds| told.push((by, rounds)));
        let longest = told.iter().find(|(by, _)| by.contains("longest"));
        assert_eq!(longest.map(|(_, rounds)| rounds.as_slice()), Some([999.0, 998.0, 997.0].as_slice()));
        Ok(())
    }
}
