//! What Linux says of its processes. Nothing here knows that it will be shared, but for the two derives.

use std::collections::BTreeMap;
use std::time::Duration;
use std::{fs, io};

use rustix::param::{clock_ticks_per_second, page_size};
use speculo_typed::Speculo;

/// One process, as others see it.
#[derive(Speculo, Debug)]
pub(crate) struct Process {
    /// Tells processes apart while they live; then it may be given to another one.
    #[speculo(key)]
    pub(crate) pid: u32,
    /// When it started, in clock ticks after boot: pid and start together belong to one process for ever.
    pub(crate) started: u64,
    /// The name of its program, cut off after 15 bytes by the kernel.
    pub(crate) name: String,
    /// What it is doing.
    pub(crate) state: State,
    /// Its program and arguments; empty for kernel threads and zombies.
    pub(crate) command: Vec<String>,
    /// Memory that it occupies, in bytes.
    pub(crate) memory: u64,
    /// Time that processors have spent on it.
    pub(crate) cpu_time: Duration,
    /// How many threads it has.
    pub(crate) threads: u32,
}

/// What a process is doing.
#[derive(Speculo, Debug)]
pub(crate) enum State {
    /// Runs, or could.
    Running,
    /// Waits for something to happen.
    Sleeping,
    /// Waits for a device, and cannot be interrupted.
    Waiting,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// Has ended, and its parent has not asked how.
    Zombie,
    /// A kernel thread with nothing to do.
    Idle,
    /// A letter that this list does not know.
    Other(char),
}

/// Every process on this machine, by pid.
pub(crate) fn every_process() -> io::Result<BTreeMap<u32, Process>> {
    let mut processes = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        // Everything else in /proc has other names; and a process may end while it is being looked at.
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(process) = process(pid) {
            processes.insert(pid, process);
        }
    }
    Ok(processes)
}

/// One process; `None` if it has ended.
fn process(pid: u32) -> Option<Process> {
    // `pid (name) state …`, and the name may contain anything, parentheses and spaces included.
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Counted as in proc(5), where the state is field 3.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();

    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let command = String::from_utf8_lossy(&command);
    Some(Process {
        pid,
        started: number(22)?,
        name: name.to_owned(),
        state: match fields.first()?.chars().next()? {
            'R' => State::Running,
            'S' => State::Sleeping,
            'D' => State::Waiting,
            'T' | 't' => State::Stopped,
            'Z' => State::Zombie,
            'I' => State::Idle,
            other => State::Other(other),
        },
        command: command.split_terminator('\0').map(str::to_owned).collect(),
        memory: number(24)? * page_size() as u64,
        cpu_time: Duration::from_millis((number(14)? + number(15)?) * 1000 / clock_ticks_per_second()),
        threads: number(20)?.try_into().ok()?,
    })
}
