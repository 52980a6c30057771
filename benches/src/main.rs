//! Speculo measured beside its peers and the physical limits, in one run.

mod child;
mod follower;
mod goals;
mod limits;
mod machine;
mod measure;
mod pair;
mod peers;
mod random;
mod report;
mod rows;
mod scheduler;
mod statistics;
mod types;

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Parser;
use machine::Machine;
use measure::{Bench, Effort};
use report::data::Data;
use report::{document, table};
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
    /// Draws the plots and writes the text again, from the data of earlier runs; measures nothing.
    #[arg(long)]
    redraw: bool,
}

fn main() -> anyhow::Result<()> {
    if let Some(played) = child::play() {
        return played;
    }
    let arguments = Arguments::parse();
    if arguments.list {
        for group in GROUPS {
            println!("{:10} {}", group.name, group.about);
        }
        return Ok(());
    }
    let directory = arguments.out.or_else(|| (!arguments.quick).then(documentation));
    if arguments.redraw {
        let directory = directory.unwrap_or_else(documentation);
        return document::write(&directory, &Data::load(&directory)?);
    }
    let effort = if arguments.quick { Effort::QUICK } else { Effort::FULL };
    measure(&chosen(&arguments.groups)?, effort, arguments.quick, directory.as_deref())
}

/// Where the data and plots of this project are.
fn documentation() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance")
}

/// Measures these groups, tells what came of it, and keeps it in this directory. What was measured until a group fails
/// is kept as well.
fn measure(
    groups: &[&Group],
    effort: Effort,
    is_quick: bool,
    directory: Option<&Path>,
) -> anyhow::Result<()> {
    let mut data = directory.map_or_else(|| Ok(Data::default()), Data::load)?;
    let machine = Machine::here();
    peers::ping_pong::pin(0)?;
    let mut failed = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let mut bench = Bench::new(effort);
        bench.begin(group.name, number + 1, groups.len());
        let result = (group.run)(&mut bench, is_quick);
        let measured = bench.finish();
        print!("{}", table::tables(&measured));
        match result {
            Ok(()) => data.merge(machine.clone(), &measured),
            Err(error) => {
                eprintln!("`{}` failed: {error:#}", group.name);
                failed.push(group.name);
            }
        }
        if let Some(directory) = directory {
            data.save(directory)?;
        }
    }
    println!("{}", table::goals(&goals::outcomes(&data.all())));
    if let Some(directory) = directory {
        document::write(directory, &data)?;
    }
    if !failed.is_empty() {
        bail!("not everything could be measured: `{}` failed", failed.join("`, `"));
    }
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
