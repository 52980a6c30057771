//! What a measurement is, and how contenders take turns.

use std::time::Duration;

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
    pub(crate) run: Box<dyn FnMut(u64) -> anyhow::Result<Duration> + 'a>,
}

/// One number a round, of one contender, for one piece of work.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// The row group, which is also what a run can be restricted to: `publish`, `read`, `latency` …
    pub(crate) group: String,
    /// What was done: `publish 64 B by slot`. The same for all that are compared.
    pub(crate) work: String,
    /// Who did it.
    pub(crate) by: String,
    pub(crate) unit: Unit,
    /// One number a round; a single one where it cannot be repeated.
    pub(crate) rounds: Vec<f64>,
    /// Why there is no number: a peer that cannot be had here says so.
    pub(crate) absent: Option<String>,
}

/// Collects what is measured.
#[derive(Default)]
pub(crate) struct Bench {
    pub(crate) measured: Vec<Measured>,
}

impl Bench {
    /// Lets the contenders take turns (A B C A B C …): calibrates how many operations a turn takes, warms up, and
    /// records nanoseconds for one operation, one number a round.
    pub(crate) fn compare(
        &mut self,
        group: &str,
        work: &str,
        contenders: Vec<Contender<'_>>,
    ) -> anyhow::Result<()> {
        let _ = (group, work, contenders);
        anyhow::bail!("not yet")
    }

    /// Records what was measured in another way.
    pub(crate) fn record(&mut self, measured: Measured) {
        self.measured.push(measured);
    }
}
