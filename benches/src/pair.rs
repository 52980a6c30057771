//! Two processes that answer each other.
//!
//! This process, on core 0, sends a message and waits for the answer; its child, on a core of its own or on the same,
//! answers each message with one of the same size. The time is that of the round trips, divided by two.
//!
//! A message is written by its sender and carries its running number. The receiver has it when it has seen the number
//! at its beginning and has read its last byte.

use std::time::Instant;

use crate::child::{Child, Parent};
use crate::measure::Contender;
use crate::peers::ping_pong::pin;

/// One of the two.
pub(crate) trait Side {
    /// Sends the message with this number.
    fn send(&mut self, number: u64) -> anyhow::Result<()>;

    /// Waits for the message with this number.
    fn receive(&mut self, number: u64) -> anyhow::Result<()>;
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
    let warm_up = if size < LARGE { WARM_UP } else { WARM_UP_LARGE };
    let mut number = 0;
    let mut round_trips = move |count: u64| {
        for _ in 0..count {
            number += 1;
            side.send(number)?;
            side.receive(number)?;
        }
        anyhow::Ok(())
    };
    Contender::new(by, move |count| {
        child.say(warm_up + count)?;
        round_trips(warm_up)?;
        let began = Instant::now();
        round_trips(count)?;
        let took = began.elapsed() / 2;
        child.is_ready()?;
        Ok(took)
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
            side.send(number)?;
        }
        parent.ready()?;
    }
    Ok(())
}
