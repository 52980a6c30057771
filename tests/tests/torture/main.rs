//! Everything at once: writers that are killed, stopped and replaced, readers of every kind, and an oracle that knows
//! what each of them may see.
//!
//! ```text
//! SPECULO_TORTURE_SECONDS=600 SPECULO_TORTURE_SEED=42 cargo test --release -p speculo-tests --test torture
//! ```
//!
//! What happens in an area is a function of the seed ([`history`]), and so is what every process decides; only the
//! timing is the machine's. Each writer says what it begins and what it has done, each reader what it has seen, in a
//! [`ledger`] that they share. So each of them can tell by itself whether what it finds is possible ([`sight`]): whole,
//! not older than what anybody has been told or has seen, not lost, not back again.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod follow;
mod history;
mod keeper;
mod ledger;
mod reader;
mod sight;
mod spec;
mod value;
mod writer;

use std::process::ExitCode;

use speculo_tests::random::Random;
use speculo_tests::{Wire, roles, tests};

use follow::follower;
use history::the_history_is_what_it_says;
use keeper::whatever_happens_every_reader_sees_the_history;
use ledger::Ledger;
use reader::{looker, viewer};
use sight::Sight;
use writer::writer;

fn main() -> ExitCode {
    speculo_tests::run(
        tests![the_history_is_what_it_says, whatever_happens_every_reader_sees_the_history],
        roles![writer, looker, viewer, follower],
    )
}

/// What every role begins with. Arguments: area, seed of the run, seed of this process.
fn begin(wire: &Wire) -> (Sight, Random) {
    let number = |n| wire.arg(n).parse::<u64>().unwrap();
    let spec = spec::all(number(2))[usize::try_from(number(1)).unwrap()];
    // The test hears of a violation from whoever finds it.
    std::panic::set_hook(Box::new(|info| println!("violation: {info}")));
    (Sight::new(spec, Ledger::open(wire.root(), &spec)), Random::new(number(3)))
}
