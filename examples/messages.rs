//! A stream: messages that stand side by side until they expire or are dropped.
//!
//! ```text
//! cargo run --example messages
//! ```
//!
//! The readers here live in one process with the publisher, so that the story reads from top to bottom. Each of them
//! could as well be a process of its own; see `quickstart`.

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use speculo_typed::{Publisher, Root, Speculo, Subscriber};

/// A type without a key is a stream: nothing replaces anything.
#[derive(Speculo)]
struct Message {
    /// Counts up.
    number: u32,
    /// What is to be said.
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    // A directory of its own in /dev/shm, deleted at the end.
    let root = Root::temporary()?;
    let mut board = Publisher::<Message>::builder("board")
        .root(root.clone())
        .ttl(Duration::from_mins(1)) // unless it is said otherwise, a message lives for a minute
        .max_size(64 * 1024) // when it is full, the oldest make room
        .create()?;
    let reader = Subscriber::<Message>::builder("board").root(root);

    // A reader that keeps up sees every message, once, in order.
    let mut prompt = reader.clone().open()?;
    let mut slow = reader.clone().open()?;
    board.publish(&Message { number: 1, text: "platform 4 is closed".into() })?;
    board.publish_for(&Message { number: 2, text: "mind the gap".into() }, Duration::from_millis(50))?;
    let train = board.publish(&Message { number: 3, text: "the train is late".into() })?;
    while let Some(message) = prompt.try_recv()? {
        println!("prompt reader: {} {}", message.number, message.text);
    }

    // Corrects a message in place: same id, next version. Those who come later see this one only.
    board.chunk_update(train, &Message { number: 3, text: "the train has come".into() })?;

    // A late joiner begins with the oldest message that still holds. `Start::Newest` would skip them all.
    sleep(Duration::from_millis(60));
    let mut late = reader.open()?;
    while let Some(message) = late.try_recv()? {
        println!("late joiner: {} {}", message.number, message.text);
    }

    // The publisher never waits for a reader. One that is too slow misses what was dropped, and is told how much.
    for number in 4..=5_000 {
        board.publish(&Message { number, text: format!("message number {number}") })?;
    }
    let mut received = 0;
    let mut last = 0;
    while let Some(message) = slow.try_recv()? {
        received += 1;
        last = message.number.to_native();
    }
    // `lost` is an upper bound: message 2 had expired by itself, and message 3 had been corrected.
    println!("slow reader: received {received}, lost up to {}, last was number {last}", slow.lost());
    Ok(())
}
