//! One-way latency, by ping-pong.
//!
//! Two threads, each pinned to its core and with handles of its own (its own mapping, connection or port), as
//! iceoryx2's own benchmark does it. One sends a message and waits for the answer, the other answers each message
//! with one of the same size. The time is that of the round trips, divided by two.
//!
//! A message is `size` bytes, copied from memory of the sender's into what it sends, with its running number in the
//! first 8 bytes. The receiver has it when it has seen the number in the first 8 bytes and has read the last byte: in
//! place where the peer allows that.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};

/// One of the two: sends messages to the other, and waits for the other's.
pub(crate) trait Side {
    /// Sends these bytes.
    fn send(&mut self, message: &[u8]) -> anyhow::Result<()>;

    /// Waits for the message with this number, and [checks](is_message) it.
    fn receive(&mut self, number: u64) -> anyhow::Result<()>;
}

/// Round trips before the time is taken.
pub(super) const WARM_UP: u64 = 100;

/// How long a side waits for the other before it gives up: the other has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Does this many round trips between two cores, with messages of `size` bytes, and gives the time of as many
/// one-way trips: half of it.
///
/// Each side is made by its own thread, for many handles must stay where they were made.
pub(crate) fn ping_pong<A: Side, B: Side>(
    rounds: u64,
    size: usize,
    cores: [usize; 2],
    ping: impl FnOnce() -> anyhow::Result<A> + Send,
    pong: impl FnOnce() -> anyhow::Result<B> + Send,
) -> anyhow::Result<Duration> {
    let last = WARM_UP + rounds;
    let ask = |meeting: &Meeting| {
        let mut side = meeting.meet(ping())?;
        let mut message = vec![0; size];
        let mut began = Instant::now();
        for number in 1..=last {
            side.send(numbered(&mut message, number)?)?;
            side.receive(number)?;
            if number == WARM_UP {
                began = Instant::now();
            }
        }
        Ok(began.elapsed() / 2)
    };
    let answer = |meeting: &Meeting| {
        let mut side = meeting.meet(pong())?;
        let mut message = vec![0; size];
        for number in 1..=last {
            side.receive(number)?;
            side.send(numbered(&mut message, number)?)?;
        }
        Ok(())
    };
    on_two_cores(cores, ask, answer)
}

/// Lets the two sides run, each in a thread pinned to its core.
pub(super) fn on_two_cores<T: Send>(
    [asks_on, answers_on]: [usize; 2],
    ask: impl FnOnce(&Meeting) -> anyhow::Result<T> + Send,
    answer: impl FnOnce(&Meeting) -> anyhow::Result<()> + Send,
) -> anyhow::Result<T> {
    let meeting = Meeting { barrier: Barrier::new(2), failed: AtomicBool::new(false) };
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| meeting.meet(pin(answers_on)).and_then(|()| answer(&meeting)));
        let ask = scope.spawn(|| meeting.meet(pin(asks_on)).and_then(|()| ask(&meeting)));
        let answered = answer.join().ok().context("the answering side panicked")?;
        let asked = ask.join().ok().context("the asking side panicked")?;
        answered?;
        asked
    })
}

/// Where the two sides wait for each other before the first message.
pub(super) struct Meeting {
    barrier: Barrier,
    failed: AtomicBool,
}

impl Meeting {
    /// Waits until the other side is made as well; fails if either could not be made.
    pub(super) fn meet<S>(&self, side: anyhow::Result<S>) -> anyhow::Result<S> {
        self.failed.fetch_or(side.is_err(), Ordering::Relaxed);
        self.barrier.wait();
        match side {
            Ok(_) if self.failed.load(Ordering::Relaxed) => bail!("the other side could not be made"),
            side => side,
        }
    }
}

/// Pins the calling thread to a core.
pub(crate) fn pin(core: usize) -> anyhow::Result<()> {
    sched_setaffinity(None, &cpu_set(&[core])).with_context(|| format!("cannot pin a thread to core {core}"))
}

/// These cores.
pub(super) fn cpu_set(cores: &[usize]) -> CpuSet {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    set
}

/// The message with this number in its first 8 bytes.
pub(super) fn numbered(message: &mut [u8], number: u64) -> anyhow::Result<&[u8]> {
    *message.first_chunk_mut().context("a message has at least 8 bytes")? = number.to_ne_bytes();
    Ok(message)
}

/// Whether these bytes are the message with this number; reads the last byte as well.
pub(crate) fn is_message(bytes: &[u8], number: u64) -> bool {
    std::hint::black_box(bytes.last());
    bytes.first_chunk() == Some(&number.to_ne_bytes())
}

/// An error if these bytes are not the message with this number.
pub(crate) fn check_message(bytes: &[u8], number: u64) -> anyhow::Result<()> {
    ensure!(is_message(bytes, number), "message {number} did not arrive as it was sent");
    Ok(())
}

/// Polls until there is something; gives up after [`PATIENCE`].
pub(crate) fn spin<T>(mut poll: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        for _ in 0..1 << 16 {
            if let Some(found) = poll()? {
                return Ok(found);
            }
        }
        ensure!(began.elapsed() < PATIENCE, "the other side no longer answers");
    }
}
