//! Speculo measured beside its peers and the physical limits, in one run.

mod child;
mod follower;
mod limits;
mod measure;
mod pair;
mod peers;
mod random;
mod report;
mod rows;
mod statistics;
mod types;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Parser;
use measure::{Bench, Effort};
use rows::{GROUPS, Group};

/// Measures speculo beside its peers and the physical limits.
///
/// Every contender for a piece of work has its turn in each round, pinned to core 0 (and core 1 where there are two).
#[derive(Parser)]
struct Arguments {
    /// What is measured: `all`, or any of the groups that `--list` shows.
    #[arg(default_value = "all")]
    groups: Vec<String>,
    /// Only see that everything runs: a few short rounds, whose numbers mean little.
    #[arg(long)]
    quick: bool,
    /// Where the data and plots go; the text goes beside it, as `DIR.md`. A quick run writes only if this is given.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Shows the groups, and measures nothing.
    #[arg(long)]
    list: bool,
    /// Becomes a follower: root, type and manner.
    #[arg(long, hide = true, num_args = 3)]
    follow: Option<Vec<String>>,
}

fn main() -> anyhow::Result<()> {
    if let Some(played) = child::play() {
        return played;
    }
    let arguments = Arguments::parse();
    if let Some(follow) = &arguments.follow {
        return follower::live(follow);
    }
    if arguments.list {
        for group in GROUPS {
            println!("{:10} {}", group.name, group.about);
        }
        return Ok(());
    }
    let groups = chosen(&arguments.groups)?;
    peers::ping_pong::pin(0)?;
    let mut bench = Bench::new(if arguments.quick { Effort::QUICK } else { Effort::FULL });
    for (number, group) in groups.iter().enumerate() {
        bench.begin(group.name, number + 1, groups.len());
        (group.run)(&mut bench, arguments.quick).with_context(|| format!("the group `{}`", group.name))?;
        if !std::io::stderr().is_terminal() {
            eprintln!("[{}/{}] {} done", number + 1, groups.len(), group.name);
        }
    }
    bench.pause_progress();
    println!("{}", report::table::tables(&bench.measured));
    Ok(())
}

/// The groups that these names choose, in the order in which they are measured.
fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Group>> {
    if let Some(unknown) =
        names.iter().find(|name| *name != "all" && !GROUPS.iter().any(|group| group.name == **name))
    {
        let known: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        bail!("there is no group `{unknown}`; there are `all`, `{}`", known.join("`, `"));
    }
    let is_chosen = |group: &&Group| names.iter().any(|name| name == "all" || name == group.name);
    Ok(GROUPS.iter().filter(is_chosen).collect())
}
