//! D-Bus signals, through a `dbus-daemon` of its own, with zbus 6.
//!
//! As zbus's own benchmark (`benches/connection.rs`) and its documentation of `MessageStream` use it: bytes through
//! `serde_bytes`; a stream for a match rule; all of a thread's work in one `zbus::block_on`, so that the thread itself
//! drives its connection. The daemon's configuration is that of a session bus, with its limits.
//!
//! The daemon is free to run on both cores where two are given, and has the same one where there is one.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use futures_util::TryStreamExt as _;
use rustix::process::Pid;
use rustix::thread::sched_setaffinity;
use serde_bytes::Bytes;
use tempfile::TempDir;
use zbus::connection::{Builder, Connection};
use zbus::{MatchRule, Message, MessageStream};

use super::ping_pong::{Meeting, WARM_UP, check_message, cpu_set, numbered, on_two_cores};
use super::{Peer, Run, peer};

const PATH: &str = "/org/example/Benchmark";
const INTERFACE: &str = "org.example.Benchmark";

/// Receivers of signals.
pub(super) fn latency(size: usize, cores: [usize; 2]) -> Peer {
    let run = Daemon::start(cores).map(|daemon| -> Box<Run> {
        Box::new(move |n| {
            let ask = |meeting: &Meeting| zbus::block_on(ask(&daemon.address, meeting, size, n));
            let answer = |meeting: &Meeting| zbus::block_on(answer(&daemon.address, meeting, size, n));
            on_two_cores(cores, ask, answer)
        })
    });
    peer("D-Bus signal", run)
}

async fn ask(address: &str, meeting: &Meeting, size: usize, rounds: u64) -> anyhow::Result<Duration> {
    let mut signals = meeting.meet(Signals::new(address, ["Ping", "Pong"]).await)?;
    let mut message = vec![0; size];
    let mut began = Instant::now();
    for number in 1..=WARM_UP + rounds {
        signals.send(numbered(&mut message, number)?).await?;
        signals.receive(number).await?;
        if number == WARM_UP {
            began = Instant::now();
        }
    }
    Ok(began.elapsed() / 2)
}

async fn answer(address: &str, meeting: &Meeting, size: usize, rounds: u64) -> anyhow::Result<()> {
    let mut signals = meeting.meet(Signals::new(address, ["Pong", "Ping"]).await)?;
    let mut message = vec![0; size];
    for number in 1..=WARM_UP + rounds {
        signals.receive(number).await?;
        signals.send(numbered(&mut message, number)?).await?;
    }
    Ok(())
}

/// One side: emits one signal, receives another.
struct Signals {
    connection: Connection,
    to: &'static str,
    from: MessageStream,
}

impl Signals {
    async fn new(address: &str, [to, from]: [&'static str; 2]) -> anyhow::Result<Self> {
        let connection = Builder::address(address).build().await?;
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .path(PATH)
            .interface(INTERFACE)
            .member(from)
            .build()?;
        let from = MessageStream::for_match_rule(rule, &connection, None).await?;
        Ok(Self { connection, to, from })
    }

    async fn send(&self, message: &[u8]) -> anyhow::Result<()> {
        let signal = Message::signal(PATH, INTERFACE, self.to).build(&Bytes::new(message))?;
        Ok(self.connection.send(&signal).await?)
    }

    async fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let signal = self.from.try_next().await?.context("the bus has closed the connection")?;
        check_message(signal.body().deserialize::<&Bytes>()?, number)
    }
}

/// A `dbus-daemon` that is ended with this.
struct Daemon {
    process: Child,
    address: String,
    _directory: TempDir,
}

impl Daemon {
    fn start(cores: [usize; 2]) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("speculo-bench-").tempdir()?;
        let configuration = directory.path().join("bus.conf");
        std::fs::write(&configuration, configuration_of_a_bus(&directory.path().join("bus").display()))?;
        let mut process = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&configuration)
            .args(["--nofork", "--nopidfile", "--nosyslog", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => anyhow!("`dbus-daemon` is not installed: apt-get install dbus-daemon"),
                _ => anyhow!(error).context("cannot start `dbus-daemon`"),
            })?;
        let output = process.stdout.take().context("its output is piped")?;
        let mut daemon = Self { process, address: String::new(), _directory: directory };
        // It tells its address when it listens.
        BufReader::new(output).read_line(&mut daemon.address)?;
        daemon.address.truncate(daemon.address.trim_end().len());
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
fn configuration_of_a_bus(socket: &dyn std::fmt::Display) -> String {
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
  <listen>unix:path={socket}</listen>
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
