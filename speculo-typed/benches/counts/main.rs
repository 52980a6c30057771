//! The regression guard: instructions of the hot paths, counted by valgrind, beside what they were.
//!
//! `cargo bench -p speculo-typed --bench counts` fails if one is off its baseline by more than [`TOLERANCE`]. With
//! `-- --bless` the counts become the baselines; `-- slot` takes only the paths with that in their names.

mod baselines;
mod paths;
mod valgrind;

use std::error::Error;
use std::process::ExitCode;

use paths::{PATHS, Path};

/// What everything here comes to.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How far a count may be from its baseline, up or down, in percent.
const TOLERANCE: f64 = 5.0;

const BLESS: &str = "cargo bench -p speculo-typed --bench counts -- --bless";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [valgrind::RUN, name, count] => run(name, count),
        arguments => guard(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One path, as valgrind sees it.
fn run(name: &str, count: &str) -> Outcome {
    let path = PATHS.iter().find(|path| path.name == name).ok_or_else(|| format!("no path {name:?}"))?;
    (path.run)(count.parse()?)
}

/// Counts, compares, and writes down if asked.
fn guard(arguments: &[&str]) -> Outcome {
    // `cargo test --benches` asks whether benchmarks work, of code that nobody counts.
    let (mut is_bench, mut bless, mut filter) = (false, false, "");
    for argument in arguments {
        match *argument {
            "--bench" => is_bench = true,
            "--bless" => bless = true,
            option if option.starts_with('-') => {
                return Err(format!("no option {option}; there is --bless").into());
            }
            name => filter = name,
        }
    }
    if !is_bench || cfg!(debug_assertions) {
        return PATHS.iter().try_for_each(|path| (path.run)(path.count));
    }

    let mut counts = baselines::read()?;
    let mut off = Vec::new();
    let chosen: Vec<_> = PATHS.iter().filter(|path| path.name.contains(filter)).collect();
    if chosen.is_empty() {
        return Err(format!("no path has {filter:?} in its name").into());
    }
    println!("{:<38}{:>10}{:>10}{:>10}", "instructions of one operation", "baseline", "now", "change");
    for path in chosen {
        let now = valgrind::per_operation(path)?;
        off.extend(tell(path, now, counts.insert(path.name.to_owned(), now)));
    }
    if bless {
        return baselines::write(&counts);
    }
    if off.is_empty() {
        return Ok(());
    }
    let advice = format!("If that is meant, write the counts down and commit them: {BLESS}");
    Err(format!("more than {TOLERANCE} % off the baseline:\n  {}\n{advice}", off.join("\n  ")).into())
}

/// Prints the line of a path; says what is wrong with it, if anything is.
fn tell(path: &Path, now: f64, baseline: Option<f64>) -> Option<String> {
    let name = path.name;
    let Some(baseline) = baseline else {
        println!("{name:<38}{:>10}{now:>10.1}", "none");
        return Some(format!("{name}: there is no baseline"));
    };
    let change = (now - baseline) / baseline * 100.0;
    // Adding 0 makes a plus of the minus of -0.
    println!("{name:<38}{baseline:>10.1}{now:>10.1}{:>+9.1}%", (change * 10.0).round() / 10.0 + 0.0);
    let verdict = if change > 0.0 { "more" } else { "less: lower the baseline, to keep what was won" };
    (change.abs() > TOLERANCE).then(|| format!("{name}: {:.1} % {verdict}", change.abs()))
}
