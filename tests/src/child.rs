//! Children: this same binary again, playing a role, spoken to in lines.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use rustix::process::{Pid, Signal};

use crate::{PATIENCE, Role};

/// Names the role that a process was started for.
const ROLE: &str = "SPECULO_TEST_ROLE";

/// A child process, killed with its test at the latest.
#[derive(Debug)]
pub struct Child {
    name: String,
    process: std::process::Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Child {
    /// Starts a child in `role`, working in `root`.
    #[must_use]
    pub fn start(role: &str, root: &Path, args: &[&str]) -> Self {
        Self::start_with(role, root, args, &[])
    }

    /// Starts a child with environment variables.
    #[must_use]
    pub fn start_with(role: &str, root: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(root).args(args).env(ROLE, format!("{role}:{}", std::process::id()));
        command.envs(env.iter().copied());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { break };
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { name: role.to_owned(), input: process.stdin.take(), process, lines }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends a line.
    pub fn say(&mut self, line: impl Display) {
        let input = self.input.as_mut().unwrap();
        // A child that has died is noticed by what it does not say.
        let _ = writeln!(input, "{line}").and_then(|()| input.flush());
    }

    /// The next line that the child says.
    pub fn hear(&mut self) -> String {
        self.try_hear().unwrap_or_else(|| {
            let status = self.process.wait();
            panic!("{} ended early: {status:?}", self.name);
        })
    }

    /// The next line, `None` once the child has ended. Panics if neither happens.
    pub fn try_hear(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("{} hangs", self.name),
        }
    }

    /// Whether the child has ended.
    pub fn is_over(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// What the child has said and nobody has heard yet.
    pub fn overhear(&mut self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Sends a line, and gives the answer.
    pub fn ask(&mut self, line: impl Display) -> String {
        self.say(line);
        self.hear()
    }

    /// Sends a line to which the answer must be `answer`.
    pub fn bid(&mut self, line: impl Display, answer: &str) {
        let heard = self.ask(line);
        assert_eq!(heard, answer, "{}", self.name);
    }

    /// Panics unless the next line is this.
    pub fn expect(&mut self, line: &str) {
        let heard = self.hear();
        assert_eq!(heard, line, "{}", self.name);
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// SIGKILL; gives the lines that it had said until then.
    #[must_use]
    pub fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.lines.iter().collect()
    }

    /// Waits until the child has ended by itself; gives what it said last.
    #[must_use]
    pub fn ended(mut self) -> (ExitStatus, Vec<String>) {
        let mut said = Vec::new();
        while let Some(line) = self.try_hear() {
            said.push(line);
        }
        (self.wait(), said)
    }

    /// Lets the child come to its end, which must be a good one.
    pub fn finish(mut self) {
        self.input = None;
        while self.try_hear().is_some() {}
        let status = self.wait();
        assert!(status.success(), "{}: {status}", self.name);
    }

    fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "{} does not end", self.name);
            std::thread::yield_now();
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The role that this process was started for.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Plays it.
pub(crate) fn play(role: &str, roles: &[Role]) {
    let (name, parent) = role.split_once(':').unwrap();
    die_with(parent.parse().unwrap());
    let (_, play) = roles.iter().find(|(known, _)| *known == name).unwrap();
    play(&mut Wire { args: std::env::args().skip(1).collect(), input: BufReader::new(std::io::stdin()) });
}

/// Ends this process when its parent ends. A change of user undoes it.
pub(crate) fn die_with(parent: u32) {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    let now = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if now != Some(parent) {
        std::process::exit(1);
    }
}

/// A child's end of the line.
#[derive(Debug)]
pub struct Wire {
    args: Vec<String>,
    input: BufReader<std::io::Stdin>,
}

impl Wire {
    /// The root that it works in.
    #[must_use]
    pub fn root(&self) -> &Path {
        Path::new(self.arg(0))
    }

    /// An argument; the root is number 0.
    #[must_use]
    pub fn arg(&self, n: usize) -> &str {
        self.args.get(n).unwrap()
    }

    /// The next line that the test says; `None` if it has no more to say.
    pub fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        (self.input.read_line(&mut line).unwrap_or(0) > 0).then(|| line.trim_end().to_owned())
    }

    /// Waits for this line; ends this process if the test has no more to say.
    pub fn wait_for(&mut self, line: &str) {
        match self.hear() {
            Some(heard) => assert_eq!(heard, line),
            None => std::process::exit(0),
        }
    }

    /// Whether a line has come, or the end.
    #[must_use]
    pub fn is_told(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdin = std::io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        !self.input.buffer().is_empty()
            || poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
    }

    /// Says a line.
    pub fn say(&self, line: impl Display) {
        let mut output = std::io::stdout().lock();
        if writeln!(output, "{line}").and_then(|()| output.flush()).is_err() {
            std::process::exit(0);
        }
    }
}
