//! A Unix stream socket, with postcard (and `serde_bytes`, so that bytes are written at once).
//!
//! As postcard's documentation has it: `to_slice` into a buffer that is used again (no allocation), written with one
//! system call; `from_io` from a `BufReader` into a buffer that is used again, strings and bytes borrowed from it. A
//! stream, not datagrams or packets: it alone carries 16 MiB, and a receiver that is behind takes many messages with
//! one system call.

use std::hint::black_box;
use std::io::{BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use super::latency::{self, Setup};
use super::ping_pong::{PATIENCE, check_message, numbered, pin};
use super::{Peer, peer};
use crate::child::Parent;
use crate::pair::{self, Side};

/// The struct of mmap-sync's benchmark: of `String` where it is sent, of borrowed `&str` where it is received.
#[derive(Serialize, Deserialize)]
struct HelloWorld<S> {
    version: u32,
    messages: Vec<S>,
}

/// Sends the struct of mmap-sync's benchmark to a receiver on core 1.
pub(super) fn send_messages() -> Peer {
    let messages = ["Hello", "World", "!"].map(str::to_owned).to_vec();
    let hello = HelloWorld { version: 7, messages };
    let mut buffer = vec![0; 128];
    let run = move |n| {
        let (mut to, from) = UnixStream::pair()?;
        let receiver = std::thread::spawn(move || receive_messages(from, n));
        let began = Instant::now();
        for _ in 0..n {
            to.write_all(postcard::to_slice(black_box(&hello), &mut buffer)?)?;
        }
        let took = began.elapsed();
        receiver.join().ok().context("the receiver panicked")??;
        Ok(took)
    };
    peer(PEER, Ok(Box::new(run)))
}

/// Receives this many of what [`send_messages`] sends.
fn receive_messages(from: UnixStream, n: u64) -> anyhow::Result<()> {
    pin(1)?;
    let (mut from, mut buffer) = (BufReader::with_capacity(1 << 16, from), [0; 128]);
    for _ in 0..n {
        let (hello, _) = postcard::from_io::<HelloWorld<&str>, _>((&mut from, &mut buffer))?;
        ensure!(hello.version == 7 && hello.messages == ["Hello", "World", "!"], "received something else");
    }
    Ok(())
}

/// The name of the other side.
pub(super) const PEER: &str = "Unix socket with postcard";

/// Receivers that sleep in `read`.
pub(super) fn latency(size: usize, other: usize) -> Peer {
    let run = || {
        let home = tempfile::Builder::new().prefix("speculo-bench-").tempdir()?;
        let setup = Setup::new(home.path(), size, other);
        let listener = UnixListener::bind(home.path().join(SOCKET))?;
        // The child may connect before it is accepted.
        let child = setup.start_other(PEER)?;
        let side = Stream::new(listener.accept()?.0, size)?;
        Ok(latency::run(&setup, side, home, child))
    };
    peer(PEER, run())
}

/// The other side.
pub(super) fn answer(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    let end = UnixStream::connect(setup.directory.join(SOCKET))?;
    pair::answer(parent, setup.other, Stream::new(end, setup.size)?)
}

/// The name of the socket.
const SOCKET: &str = "socket";

/// One side: one end of the stream.
struct Stream {
    message: Vec<u8>,
    to: UnixStream,
    from: BufReader<UnixStream>,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Stream {
    fn new(end: UnixStream, size: usize) -> anyhow::Result<Self> {
        end.set_read_timeout(Some(PATIENCE))?;
        let from = BufReader::with_capacity(1 << 16, end.try_clone()?);
        // Postcard puts the length before the bytes.
        Ok(Self { message: vec![1; size], to: end, from, sent: vec![0; size + 16], received: vec![0; size] })
    }
}

impl Side for Stream {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let message = Bytes::new(numbered(&mut self.message, number)?);
        self.to.write_all(postcard::to_slice(message, &mut self.sent)?)?;
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let (message, _) = postcard::from_io::<&[u8], _>((&mut self.from, &mut self.received))?;
        check_message(message, number)
    }

    fn sleeps(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_received() -> anyhow::Result<()> {
        // The receiver checks each.
        let mut contender = send_messages().map_err(|absent| anyhow::anyhow!(absent.why))?;
        (contender.run)(100)?;
        Ok(())
    }
}
