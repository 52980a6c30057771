//! The state of every process on this machine, published by one process and read in place by others.
//!
//! ```text
//! cargo run --release --example processes               the publisher and the table together
//! cargo run --release --example processes -- publish    the publisher alone
//! cargo run --release --example processes -- table      the biggest processes, twice a second
//! cargo run --release --example processes -- changes    only what changes
//! ```
//!
//! Each takes `--for SECONDS`, to end by itself, or `--once`. Kill the publisher and start it again while the table
//! runs: the table keeps the last state, and goes on.

mod linux;
mod table;
mod until;

use std::error::Error;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::Duration;

use linux::{Process, every_process};
use speculo_typed::{Change, Publisher, Subscriber};
use table::{row, table};
use until::Until;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const AREA: &str = "examples/processes";
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// Looks at /proc four times a second, and publishes what is not published yet.
fn publish(until: &Until) -> Result {
    // After a restart, this takes over what the former publisher left, processes included that are long gone.
    let mut processes = Publisher::<Process>::create(AREA)?;
    loop {
        let now = every_process()?;
        // Those that have ended, while this publisher ran or before, are removed. A pid may have been given to
        // another process since: the time of its start tells.
        processes
            .retain(|old| now.get(&old.pid.to_native()).is_some_and(|new| old.started == new.started))?;
        for (pid, process) in &now {
            // An archived value compares with a plain one. Most processes sleep, and are not published again.
            if processes.get(pid)?.is_none_or(|published| published != process) {
                processes.publish(process)?;
            }
        }
        if until.is_over() {
            return Ok(());
        }
        sleep(BETWEEN_LOOKS);
    }
}

/// Shows what changes, beginning with what is there.
fn changes(until: &Until) -> Result {
    let mut processes = Subscriber::<Process>::open_wait(AREA, Duration::from_secs(10))?;
    let mut out = io::stdout().lock();
    loop {
        let line = match processes.change(until.wait())? {
            Some(Change::Put(meta, process)) if meta.version == 1 => format!("new     {}", row(process)),
            Some(Change::Put(_, process)) => format!("changed {}", row(process)),
            Some(Change::Removed(pid)) => format!("ended   {pid:>7}"),
            // Only after a long stop: ends may have been missed. Who keeps a mirror compares it with a fresh view.
            Some(Change::Resync) => "resync".to_owned(),
            None if until.is_over() => return Ok(()),
            None => continue,
        };
        writeln!(out, "{line}")?;
    }
}

/// Starts the publisher as a process of its own, and shows the table in this one.
fn together(until: &Until) -> Result {
    let mut publisher = Command::new(std::env::current_exe()?)
        .arg("publish")
        .args(std::env::args().skip(1))
        .args(["--parent", &std::process::id().to_string()])
        .spawn()?;
    if until.once {
        publisher.wait()?;
    }
    let shown = table(until);
    publisher.kill()?;
    publisher.wait()?;
    shown
}

const USAGE: &str = "usage: processes [publish | table | changes] [--for SECONDS] [--once]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // `… | head` has seen enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result {
    let mut args = std::env::args().skip(1).peekable();
    let role = args.next_if(|arg| !arg.starts_with('-'));
    let until = Until::from_args(args)?;
    match role.as_deref() {
        None => together(&until),
        Some("publish") => publish(&until),
        Some("table") => table(&until),
        Some("changes") => changes(&until),
        Some(_) => Err(USAGE.into()),
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
