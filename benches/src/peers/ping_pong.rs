//! What senders and receivers of messages share.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::thread::{CpuSet, sched_setaffinity};

/// How long a side waits for the other before it gives up: the other has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Pins the calling thread to a core.
pub(crate) fn pin(core: usize) -> anyhow::Result<()> {
    sched_setaffinity(None, &cpu_set(&[core])).with_context(|| format!("cannot pin a thread to core {core}"))
}

/// These cores.
pub(super) fn cpu_set(cores: &[usize]) -> CpuSet {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core);
    }
    set
}

/// Writes this number into the first 8 bytes of a message.
pub(super) fn numbered(message: &mut [u8], number: u64) -> anyhow::Result<&[u8]> {
    *message.first_chunk_mut().context("a message has at least 8 bytes")? = number.to_ne_bytes();
    Ok(black_box(message))
}

/// Whether these bytes are the message with this number; reads the last byte as well.
pub(crate) fn is_message(bytes: &[u8], number: u64) -> bool {
    black_box(bytes.last());
    bytes.first_chunk() == Some(&number.to_ne_bytes())
}

/// An error if these bytes are not the message with this number.
pub(super) fn check_message(bytes: &[u8], number: u64) -> anyhow::Result<()> {
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
