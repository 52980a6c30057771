//! A live table of the biggest processes.

use std::cmp::Reverse;
use std::io::{self, IsTerminal, Write};
use std::thread::sleep;
use std::time::Duration;

use speculo_typed::{Liveness, Subscriber};

use crate::linux::{ArchivedProcess, ArchivedState, Process};
use crate::until::Until;
use crate::{AREA, Result};

const BETWEEN_TABLES: Duration = Duration::from_millis(500);
const ROWS: usize = 20;

/// Shows the processes that occupy the most memory.
pub(crate) fn table(until: &Until) -> Result {
    let mut processes = Subscriber::<Process>::open_wait(AREA, Duration::from_secs(10))?;
    let mut out = io::stdout().lock();
    loop {
        // All processes at one moment; however long this takes, nothing moves. Only references are sorted.
        let view = processes.view()?;
        let mut biggest = view.iter().collect::<std::result::Result<Vec<&ArchivedProcess>, _>>()?;
        biggest.sort_unstable_by_key(|process| Reverse(process.memory.to_native()));

        if out.is_terminal() {
            write!(out, "\x1b[H\x1b[2J")?; // to the top, and clear
        }
        let publisher = match processes.publisher()? {
            Liveness::Alive => "its publisher is alive",
            Liveness::Dead => "its publisher has ended: this is what it published last",
        };
        writeln!(out, "{} processes; {publisher}", biggest.len())?;
        writeln!(
            out,
            "{:>7} {:<8} {:>7} {:>8} {:>9}  COMMAND",
            "PID", "STATE", "THREADS", "CPU s", "MEM KiB"
        )?;
        for process in biggest.iter().take(ROWS) {
            writeln!(out, "{}", row(process))?;
        }
        out.flush()?;
        if until.is_over() {
            return Ok(());
        }
        sleep(BETWEEN_TABLES);
    }
}

/// One process in one line.
pub(crate) fn row(process: &ArchivedProcess) -> String {
    let state = match process.state {
        ArchivedState::Running => "running",
        ArchivedState::Sleeping => "sleeping",
        ArchivedState::Waiting => "waiting",
        ArchivedState::Stopped => "stopped",
        ArchivedState::Zombie => "zombie",
        ArchivedState::Idle => "idle",
        ArchivedState::Other(_) => "other",
    };
    // Kernel threads and zombies have no command line, but a name.
    let mut command = process.command.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ");
    if command.is_empty() {
        command = format!("[{}]", process.name);
    }
    let command = command.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    let (pid, threads, memory) = (process.pid, process.threads, process.memory / 1024);
    let cpu = Duration::from(process.cpu_time).as_secs_f32();
    format!("{pid:>7} {state:<8} {threads:>7} {cpu:>8.2} {memory:>9}  {command}")
}
