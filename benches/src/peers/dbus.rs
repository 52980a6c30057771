//! D-Bus signals, through a `dbus-daemon` of its own, with zbus 6.
//!
//! As zbus's own benchmark (`benches/connection.rs`) and its documentation of `MessageStream` use it: bytes through
//! `serde_bytes`; a stream for a match rule; all of a thread's work in one `zbus::block_on`, so that the thread itself
//! drives its connection. The daemon's configuration is that of a session bus, with its limits.
//!
//! Nobody rests before sending, as [`crate::pair`] has it for others that sleep: a signal is longer on its way through the
//! daemon than its sender takes to fall asleep.
//!
//! The daemon is free to run on both cores where two are given, and has the same one where there is one.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use futures_util::TryStreamExt as _;
use rustix::process::Pid;
use rustix::thread::sched_setaffinity;
use serde_bytes::Bytes;
use tempfile::TempDir;
use zbus::connection::{Builder, Connection};
use zbus::{MatchRule, Message, MessageStream};

use super::latency::{OF_CHILD, OF_PARENT, Setup};
use super::ping_pong::{check_message, cpu_set, numbered, pin};
use super::{Peer, peer};
use crate::child::Parent;
use crate::measure::Run;

/// The name of the other side.
pub(super) const PEER: &str = "D-Bus signal";

/// Round trips before the time is taken.
const WARM_UP: u64 = 10;

const PATH: &str = "/org/example/Benchmark";
const INTERFACE: &str = "org.example.Benchmark";

/// Receivers of signals.
pub(super) fn latency(size: usize, cores: [usize; 2]) -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let daemon = Daemon::start(cores)?;
        let setup = Setup::new(daemon.directory.path(), size, cores[1]);
        let child = setup.start_other(PEER)?;
        let mut number = 0;
        let mut it = (child, setup, daemon);
        Ok(Box::new(move |n| {
            let (child, setup, _) = &mut it;
            child.say(WARM_UP + n)?;
            let took = zbus::block_on(ask(setup, &mut number, n))?;
            child.is_ready()?;
            Ok(took)
        }))
    };
    peer(PEER, run())
}

async fn ask(setup: &Setup, number: &mut u64, rounds: u64) -> anyhow::Result<Duration> {
    let mut signals = Signals::new(setup, OF_PARENT).await?;
    let mut began = Instant::now();
    for round in 1..=WARM_UP + rounds {
        *number += 1;
        signals.send(*number).await?;
        signals.receive(*number).await?;
        if round == WARM_UP {
            began = Instant::now();
        }
    }
    Ok(began.elapsed() / 2)
}

/// The other side.
pub(super) fn answer(mut parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    pin(setup.other)?;
    zbus::block_on(async {
        let mut signals = Signals::new(setup, OF_CHILD).await?;
        let mut number = 0;
        parent.ready()?;
        while let Some(rounds) = parent.hear()? {
            for _ in 0..rounds.parse::<u64>()? {
                number += 1;
                signals.receive(number).await?;
                signals.send(number).await?;
            }
            parent.ready()?;
        }
        Ok(())
    })
}

/// One side: emits one signal, receives another.
struct Signals {
    message: Vec<u8>,
    connection: Connection,
    to: &'static str,
    from: MessageStream,
}

impl Signals {
    async fn new(setup: &Setup, [to, from]: [&'static str; 2]) -> anyhow::Result<Self> {
        let connection = Builder::address(address(&setup.directory).as_str()).build().await?;
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .path(PATH)
            .interface(INTERFACE)
            .member(from)
            .build()?;
        let from = MessageStream::for_match_rule(rule, &connection, None).await?;
        Ok(Self { message: vec![1; setup.size], connection, to, from })
    }

    async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let message = Bytes::new(numbered(&mut self.message, number)?);
        let signal = Message::signal(PATH, INTERFACE, self.to).build(&message)?;
        Ok(self.connection.send(&signal).await?)
    }

    async fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let signal = self.from.try_next().await?.context("the bus has closed the connection")?;
        check_message(signal.body().deserialize::<&Bytes>()?, number)
    }
}

/// Where the daemon in this directory listens.
fn address(directory: &Path) -> String {
    format!("unix:path={}", directory.join("bus").display())
}

/// A `dbus-daemon` that is ended with this.
struct Daemon {
    process: Child,
    directory: TempDir,
}

impl Daemon {
    fn start(cores: [usize; 2]) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("speculo-bench-").tempdir()?;
        let configuration = directory.path().join("bus.conf");
        std::fs::write(&configuration, configuration_of_a_bus(&address(directory.path())))?;
        let log = directory.path().join("log");
        let mut process = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&configuration)
            .args(["--nofork", "--nopidfile", "--nosyslog", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create_new(&log)?)
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => anyhow!("`dbus-daemon` is not installed: apt-get install dbus-daemon"),
                _ => anyhow!(error).context("cannot start `dbus-daemon`"),
            })?;
        let output = process.stdout.take().context("its output is piped")?;
        let daemon = Self { process, directory };
        // It tells its address when it listens.
        let len = BufReader::new(output).read_line(&mut String::new())?;
        ensure!(len > 0, "`dbus-daemon` does not work: {}", std::fs::read_to_string(log)?);
        let pid = Pid::from_raw(i32::try_from(daemon.process.id())?);
        sched_setaffinity(pid, &cpu_set(&cores)).context("cannot choose the cores of `dbus-daemon`")?;
        Ok(daemon)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The policy and limits of Debian's `session.conf`: everybody of this user may send everything to everybody.
fn configuration_of_a_bus(address: &str) -> String {
    let limits = [
        ("max_incoming_bytes", 1_000_000_000),
        ("max_outgoing_bytes", 1_000_000_000),
        ("max_message_size", 1_000_000_000),
    ];
    let limits = limits.map(|(name, limit)| format!("<limit name=\"{name}\">{limit}</limit>")).concat();
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  {limits}
</busconfig>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_received() -> anyhow::Result<()> {
        let daemon = match Daemon::start([0, 1]) {
            Ok(daemon) => daemon,
            Err(absent) => {
                println!("{absent:#}");
                return Ok(());
            }
        };
        let setup = Setup::new(daemon.directory.path(), 64, 1);
        zbus::block_on(async {
            let mut one = Signals::new(&setup, OF_PARENT).await?;
            let mut other = Signals::new(&setup, OF_CHILD).await?;
            for number in 1..10 {
                one.send(number).await?;
                other.receive(number).await?;
            }
            Ok(())
        })
    }
}
