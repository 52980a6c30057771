//! Receiving one message after the other.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::ensure;
use speculo_typed::{Archived, Stream};

use super::{Area, GROUP, ROOM, grouped};
use crate::limits;
use crate::measure::{Bench, Contender};
use crate::statistics::share;
use crate::types::{Varied, pod, vector};

/// Bytes of a large message.
const LARGE: usize = 1 << 20;

/// So many of them are more than the caches hold.
const LARGE_BEHIND: u64 = 64;

pub(super) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    let read = |message: &Archived<pod::Message>| {
        black_box(message.id);
    };
    for messages in [4_096, if quick { 10_000 } else { 1_000_000 }] {
        let work = format!("follow 64 B, behind by {} messages", grouped(messages));
        let ours = behind(pod::Message::new(7), messages, ROOM, read)?;
        bench.compare(GROUP, &work, vec![ours])?;
    }
    bench.compare(GROUP, "follow 64 B, at the head", vec![at_the_head()?, limits::pointer_read()])?;
    let read = |message: &Archived<vector::Message>| {
        black_box(limits::sum(message.samples.iter().map(|sample| sample.to_native())));
    };
    let ours = behind(vector::Message::new(7, LARGE), LARGE_BEHIND, LARGE as u64 + ROOM, read)?;
    let limit = limits::read_memory(LARGE, usize::try_from(LARGE_BEHIND)?);
    bench.compare(GROUP, &format!("follow 1 MiB vectors, behind by {LARGE_BEHIND}"), vec![ours, limit])
}

/// Receives so many messages that were published since it received the last.
fn behind<T: Varied + Stream + 'static>(
    mut message: T,
    messages: u64,
    bytes: u64,
    mut read: impl FnMut(&Archived<T>) + 'static,
) -> anyhow::Result<Contender<'static>> {
    // A stream that is full drops half: that is to be none of what was not received yet.
    let mut area = Area::fill(std::iter::empty(), messages * bytes)?;
    let mut reader = area.open()?;
    Ok(Contender::new("speculo", move |operations| {
        let batches = operations.div_ceil(messages);
        let mut took = Duration::ZERO;
        for _ in 0..batches {
            for _ in 0..messages {
                message.vary();
                area.publisher.publish(&message)?;
            }
            let mut received = 0;
            let began = Instant::now();
            while let Some(message) = reader.try_recv()? {
                read(message);
                received += 1;
            }
            took += began.elapsed();
            ensure!(received == messages, "received {received} of {messages} messages");
        }
        // All were received, whatever the share that was asked for.
        Ok(share(took, operations, batches * messages))
    }))
}

/// Looks for a message where there is none yet.
fn at_the_head() -> anyhow::Result<Contender<'static>> {
    let area = Area::fill(std::iter::once(pod::Message::new(7)), 0)?;
    let mut reader = area.open()?;
    while reader.try_recv()?.is_some() {}
    Ok(Contender::new("speculo", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            ensure!(black_box(reader.try_recv()?).is_none(), "there is a message");
        }
        let took = began.elapsed();
        black_box(&area.publisher);
        Ok(took)
    }))
}
