//! Other processes: this same program again, playing a role, spoken to in lines.

use std::fmt::Display;
use std::io::{BufRead as _, BufReader, Stdin, Stdout, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use rustix::process::Signal;

/// The hidden command that plays a role.
const COMMAND: &str = "child";

/// A child process, killed with its parent at the latest.
pub(crate) struct Child {
    role: String,
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts a child in this role.
    pub(crate) fn start(role: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).arg(std::process::id().to_string()).arg(role).args(arguments);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().context("a child has an input")?;
        let output = BufReader::new(process.stdout.take().context("a child has an output")?);
        Ok(Self { role: role.to_owned(), process, input, output })
    }

    /// Says a line to the child.
    pub(crate) fn say(&mut self, line: impl Display) -> anyhow::Result<()> {
        writeln!(self.input, "{line}").with_context(|| format!("the child `{}` does not listen", self.role))
    }

    /// The next line that the child says.
    pub(crate) fn hear(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let len = self.output.read_line(&mut line)?;
        ensure!(len > 0, "the child `{}` ended early: {}", self.role, self.process.wait()?);
        Ok(line.trim_end().to_owned())
    }

    /// Waits until the child says that it is ready.
    pub(crate) fn is_ready(&mut self) -> anyhow::Result<()> {
        let line = self.hear()?;
        ensure!(line == READY, "the child `{}` said `{line}`", self.role);
        Ok(())
    }

    /// Kills the child, at whatever it is doing, and waits until it is gone.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const READY: &str = "ready";

/// A child's end of the line.
pub(crate) struct Parent {
    arguments: Vec<String>,
    input: Stdin,
    output: Stdout,
}

impl Parent {
    /// An argument that the child was started with.
    pub(crate) fn argument(&self, number: usize) -> anyhow::Result<&str> {
        self.arguments
            .get(number)
            .map(String::as_str)
            .with_context(|| format!("argument {number} is missing"))
    }

    /// The next line that the parent says; `None` if it has no more to say.
    pub(crate) fn hear(&mut self) -> anyhow::Result<Option<String>> {
        let mut line = String::new();
        let len = self.input.read_line(&mut line)?;
        Ok((len > 0).then(|| line.trim_end().to_owned()))
    }

    /// Says a line to the parent.
    pub(crate) fn say(&mut self, line: impl Display) -> anyhow::Result<()> {
        writeln!(self.output, "{line}")?;
        Ok(self.output.flush()?)
    }

    /// Says that the child is ready.
    pub(crate) fn ready(&mut self) -> anyhow::Result<()> {
        self.say(READY)
    }
}

/// If this process was started as a child, plays its role; `None` if it was not.
pub(crate) fn play() -> Option<anyhow::Result<()>> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next()? != COMMAND {
        return None;
    }
    let (parent, role) = (arguments.next()?, arguments.next()?);
    let (input, output) = (std::io::stdin(), std::io::stdout());
    Some(play_role(&parent, &role, Parent { arguments: arguments.collect(), input, output }))
}

fn play_role(parent_id: &str, role: &str, parent: Parent) -> anyhow::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have died before that.
    let now = rustix::process::getppid().map(|id| id.as_raw_nonzero().to_string());
    ensure!(now.as_deref() == Some(parent_id), "the parent is gone");
    match role {
        crate::follower::ROLE => crate::follower::play(parent),
        crate::limits::handover::ROLE => crate::limits::handover::play(parent),
        crate::peers::latency::ROLE => crate::peers::latency::play(parent),
        crate::rows::latency::ROLE => crate::rows::latency::play(parent),
        crate::rows::startup::WRITER => crate::rows::startup::write(parent),
        crate::rows::startup::READERS => crate::rows::startup::read(parent),
        _ => bail!("there is no role `{role}`"),
    }
}
