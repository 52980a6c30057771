//! The peers: others who carry state from one process to another.
//!
//! One file for each, used as its own documentation says is fastest; the file names the page or example that it
//! follows. Everything that a peer leaves on the file system is in a directory of its own and goes with it.
//!
//! A contender prepares what it needs when it is made, or at the start of a turn outside of the time; between turns
//! it sleeps, so that it takes no core from whoever has the next turn.

mod blackboard;
mod dbus;
mod iceoryx2;
pub(crate) mod latency;
mod lmdb;
mod mmap_sync;
mod mutex;
pub(crate) mod ping_pong;
mod pod;
mod socket;

use crate::measure::{Contender, Run};

/// A peer that cannot be had on this machine.
#[derive(Debug)]
pub(crate) struct Absent {
    /// Who is missing.
    pub(crate) by: String,
    /// Why, and how to get it.
    pub(crate) why: String,
}

/// A peer that is ready for a piece of work, or why it is not.
pub(crate) type Peer = Result<Contender<'static>, Absent>;

/// Names the contender after the peer, and turns an error into the reason for its absence.
fn peer(by: &str, run: anyhow::Result<Box<Run<'static>>>) -> Peer {
    match run {
        Ok(run) => Ok(Contender { by: by.to_owned(), run }),
        Err(error) => Err(Absent { by: by.to_owned(), why: format!("{error:#}") }),
    }
}

/// Makes a 64-byte struct ([`pod::Pod`]) visible to others, always under the same name or key, its first number
/// changing each time.
///
/// iceoryx2 without a subscriber, and with one that receives on core 1; iceoryx2's blackboard; LMDB; a mutex.
pub(crate) fn publish_64() -> Vec<Peer> {
    vec![
        iceoryx2::publish_64(),
        iceoryx2::publish_64_followed(),
        blackboard::update_64(),
        lmdb::put_64(),
        mutex::write_64(),
    ]
}

/// Makes the struct of mmap-sync's own benchmark visible to others: `{ version: u32, messages: Vec<String> }` with
/// version 7 and the messages `Hello`, `World`, `!`.
///
/// mmap-sync; a Unix socket with postcard, whose other end receives on core 1.
pub(crate) fn publish_messages() -> Vec<Peer> {
    vec![mmap_sync::write_messages(), socket::send_messages()]
}

/// Makes a vector of this many `f32` visible to others, copied from memory that is used again each time.
///
/// mmap-sync; iceoryx2 (a loaned slice, copied into).
pub(crate) fn publish_vector(len: usize) -> Vec<Peer> {
    vec![mmap_sync::write_vector(len), iceoryx2::publish_vector(len)]
}

/// Reads one number of the latest 64-byte struct, again and again, with no publish in between.
///
/// iceoryx2's blackboard; mmap-sync, validating and trusting; LMDB with a read transaction each; a mutex (copied out).
pub(crate) fn get_64() -> Vec<Peer> {
    vec![
        blackboard::get_64(),
        mmap_sync::read_64(true),
        mmap_sync::read_64(false),
        lmdb::get_64(),
        mutex::read_64(),
    ]
}

/// Reads the struct of [`publish_messages`], again and again, with no publish in between.
///
/// mmap-sync, validating and trusting.
pub(crate) fn get_messages() -> Vec<Peer> {
    vec![mmap_sync::read_messages(true), mmap_sync::read_messages(false)]
}

/// Reads one number of the 64-byte struct under a `u64` key, the key uniformly random over `0..keys`.
///
/// LMDB, with a read transaction for each get, and with one for the whole turn (which sees no later put).
pub(crate) fn get_64_by_key(keys: u64) -> Vec<Peer> {
    vec![lmdb::get_64_by_key(keys), lmdb::get_64_by_key_in_one_transaction(keys)]
}

/// One way between core 0 and core 1, both spinning, for a message of `size` bytes (at least 8); see [`latency`].
///
/// iceoryx2 publish/subscribe; iceoryx2's blackboard, mmap-sync and a mutex, polled.
pub(crate) fn latency_spinning(size: usize) -> Vec<Peer> {
    vec![
        iceoryx2::latency_spinning(size),
        blackboard::latency(size),
        mmap_sync::latency(size),
        mutex::latency_spinning(size),
    ]
}

/// One way between this process and another, on these cores (of which the first is the one that this process has),
/// the receiver asleep in the kernel, for a message of `size` bytes (at least 8); see [`latency`].
///
/// A Unix socket with postcard; a D-Bus signal; iceoryx2 with an event for each message; a mutex with a condition
/// variable.
pub(crate) fn latency_blocking(size: usize, cores: [usize; 2]) -> Vec<Peer> {
    let [_, other] = cores;
    vec![
        socket::latency(size, other),
        dbus::latency(size, cores),
        iceoryx2::latency_blocking(size, other),
        mutex::latency_blocking(size, other),
    ]
}
