//! Two processes that answer each other.
//!
//! This process, on core 0, sends a message and waits for the answer; its child, on a core of its own or on the same,
//! answers each message with one of the same size. The time is that of the round trips, divided by two.
//!
//! Where receivers sleep, each side rests before it sends, so that the other has surely gone to sleep, and the rests are
//! taken off the time: otherwise both may be so quick that nobody ever sleeps, or not, from one turn to the next.
//!
//! A message is written by its sender and carries its running number. The receiver has it when it has seen the number
//! at its beginning and has read its last byte.

use std::time::{Duration, Instant};

use crate::child::{Child, Parent};
use crate::measure::Contender;
use crate::peers::ping_pong::pin;

/// One of the two.
pub(crate) trait Side {
    /// Sends the message with this number.
    fn send(&mut self, number: u64) -> anyhow::Result<()>;

    /// Waits for the message with this number.
    fn receive(&mut self, number: u64) -> anyhow::Result<()>;

    /// Whether it sleeps while it waits.
    fn sleeps(&self) -> bool {
        false
    }
}

/// How long a side rests, so that the other falls asleep.
const REST: Duration = Duration::from_micros(20);

/// Sends, after a rest where receivers sleep.
fn send(side: &mut impl Side, number: u64) -> anyhow::Result<()> {
    if side.sleeps() {
        let began = Instant::now();
        while began.elapsed() < REST {}
    }
    side.send(number)
}

/// Round trips before the time is taken: for small messages, and for those that fill caches.
const WARM_UP: u64 = 100;
const WARM_UP_LARGE: u64 = 4;
const LARGE: usize = 1 << 18;

/// A contender whose other side is this child. It holds the child, and between turns both sleep.
pub(crate) fn contender<'a>(
    by: &str,
    size: usize,
    mut side: impl Side + 'a,
    mut child: Child,
) -> Contender<'a> {
    let rests = if side.sleeps() { REST * 2 } else { Duration::ZERO };
    let warm_up = if size < LARGE { WARM_UP } else { WARM_UP_LARGE };
    let mut number = 0;
    let mut round_trips = move |count: u64| {
        for _ in 0..count {
            number += 1;
            send(&mut side, number)?;
            side.receive(number)?;
        }
        anyhow::Ok(())
    };
    Contender::new(by, move |count| {
        child.say(warm_up + count)?;
        round_trips(warm_up)?;
        let began = Instant::now();
        round_trips(count)?;
        let took = began.elapsed();
        child.is_ready()?;
        let rested = rests.saturating_mul(u32::try_from(count)?);
        Ok(took.saturating_sub(rested) / 2)
    })
}

/// Answers, as the child, on this core: as often as the parent says each time.
pub(crate) fn answer(mut parent: Parent, core: usize, mut side: impl Side) -> anyhow::Result<()> {
    pin(core)?;
    parent.ready()?;
    let mut number = 0;
    while let Some(count) = parent.hear()? {
        for _ in 0..count.parse::<u64>()? {
            number += 1;
            side.receive(number)?;
            send(&mut side, number)?;
        }
        parent.ready()?;
    }
    Ok(())
}
