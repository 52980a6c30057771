//! One process publishes the state of a door, another one reads it.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! This starts both processes and ends by itself. To see them apart, run `… quickstart publish` and
//! `… quickstart subscribe` in two terminals, in either order.

use std::env;
use std::error::Error;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use speculo_typed::{Publisher, Speculo, Subscriber};

/// What is shared: a plain struct. The field with `key` tells one door from another.
#[derive(Speculo)]
struct Door {
    /// A value with the same id replaces the one before.
    #[speculo(key)]
    id: u32,
    /// Anything can stand here: numbers, strings, vectors, maps, options, structs and enums that derive `Speculo`.
    open: bool,
    /// For people.
    label: String,
}

/// The area: publisher and subscribers agree on its name, and on nothing else.
const DOORS: &str = "examples/quickstart/doors";

fn publish() -> Result<(), Box<dyn Error>> {
    let mut doors = Publisher::<Door>::create(DOORS)?;
    for round in 0..6 {
        doors.publish(&Door { id: 7, open: round % 2 == 0, label: "rear left".into() })?;
        sleep(Duration::from_millis(300));
    }
    Ok(())
}

fn subscribe() -> Result<(), Box<dyn Error>> {
    // `open` fails if nobody has published yet; `open_wait` gives the publisher some time to start.
    let mut doors = Subscriber::<Door>::open_wait(DOORS, Duration::from_secs(10))?;
    loop {
        // A reference right into shared memory: nothing was copied, and nothing was locked.
        if let Some(door) = doors.get(7)? {
            println!("{} is {}", door.label, if door.open { "open" } else { "closed" });
        }
        // Sleeps until something is published.
        if !doors.wait(Duration::from_secs(1))? {
            println!("nothing new for a second: done");
            return Ok(());
        }
    }
}

/// Starts this program twice, once in each role.
fn both() -> Result<(), Box<dyn Error>> {
    let this = env::current_exe()?;
    let mut subscriber = Command::new(&this).arg("subscribe").spawn()?;
    let mut publisher = Command::new(&this).arg("publish").spawn()?;
    let ok = publisher.wait()?.success() & subscriber.wait()?.success();
    // Values outlive their publisher: the next one takes them over. This example leaves nothing behind.
    Publisher::<Door>::builder(DOORS).remove()?;
    if ok { Ok(()) } else { Err("one of the processes failed".into()) }
}

fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        None => both(),
        Some("publish") => publish(),
        Some("subscribe") => subscribe(),
        Some(_) => Err("usage: quickstart [publish | subscribe]".into()),
    }
}
