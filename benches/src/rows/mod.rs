//! The rows, group by group.

mod areas;
mod copies;
mod growth;
pub(crate) mod latency;
mod publish;
mod read;
mod stall;
pub(crate) mod startup;

use crate::measure::Bench;

/// Rows that are measured together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    /// What its rows say.
    pub(crate) about: &'static str,
    /// Measures them all; with `true`, a few of them or little of each, to see that they run.
    pub(crate) run: fn(&mut Bench, bool) -> anyhow::Result<()>,
}

/// All of them, in the order in which they are measured and shown.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: publish::GROUP,
        about: "every shape as a message, by key, by slot and alone; with and without company",
        run: publish::run,
    },
    Group {
        name: read::GROUP,
        about: "get by key and by slot, the latest, follow, a view; for the first time and again",
        run: read::run,
    },
    Group {
        name: latency::GROUP,
        about: "one way from process to process, spinning and blocking, 64 B to 16 MiB",
        run: latency::run,
    },
    Group {
        name: growth::GROUP,
        about: "get, open, rollover and memory, with 10 to 1,000,000 keys",
        run: growth::run,
    },
    Group {
        name: stall::GROUP,
        about: "the longest publish over many rollovers, with 1 MB to 1 GB live",
        run: stall::run,
    },
    Group {
        name: startup::GROUP,
        about: "create, open, take over after a crash; memory of an idle reader",
        run: startup::run,
    },
];
