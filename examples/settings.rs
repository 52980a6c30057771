//! A singleton: one block of data, replaced as a whole.
//!
//! ```text
//! cargo run --example settings
//! ```
//!
//! The reader here is a thread, so that the example is one short program. In another process it would be the same;
//! see `quickstart`.

use std::collections::BTreeMap;
use std::error::Error;
use std::thread;
use std::time::Duration;

use speculo_typed::{Publisher, Root, Speculo, Subscriber};

/// An area holds one value of this type. Whoever reads it sees all of the old one or all of the new one.
#[derive(Speculo)]
#[speculo(singleton)]
struct Settings {
    /// What the program does now.
    mode: Mode,
    /// Limits by name. A `BTreeMap` can be read by programs of any compiler; a `HashMap` is looked up by a hash that
    /// compilers may change.
    limits: BTreeMap<String, f64>,
    /// Where to send logs, if anywhere.
    log: Option<Log>,
}

/// Parts derive `Speculo` as well.
#[derive(Speculo)]
enum Mode {
    /// Everything.
    Normal,
    /// Only part of it.
    Reduced {
        /// Why.
        reason: String,
    },
    /// The end.
    Stop,
}

/// Where logs go.
#[derive(Speculo)]
struct Log {
    /// Name of the host.
    host: String,
    /// Its port.
    port: u16,
}

fn follow(mut settings: Subscriber<Settings>) -> Result<(), speculo_typed::Error> {
    loop {
        if let Some(now) = settings.latest()? {
            // `now` is an `ArchivedSettings`, and `now.mode` an `ArchivedMode`: the same shape, read in place.
            match &now.mode {
                ArchivedMode::Normal => print!("normal;"),
                ArchivedMode::Reduced { reason } => print!("reduced, because of {reason};"),
                ArchivedMode::Stop => {
                    println!("stop");
                    return Ok(());
                }
            }
            // Maps are looked up by borrowed keys, and numbers become Rust's own by `to_native`.
            if let Some(speed) = now.limits.get("speed") {
                print!(" speed up to {};", speed.to_native());
            }
            match now.log.as_ref() {
                Some(log) => println!(" logs to {}:{}", log.host, log.port),
                None => println!(" no logs"),
            }
        }
        // Returns when something has changed since it returned last. Looking first and waiting then misses nothing.
        settings.wait(Duration::from_secs(10))?;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Root::temporary()?;
    let mut publisher = Publisher::<Settings>::builder("settings").root(root.clone()).create()?;
    let limits = BTreeMap::from([("speed".to_owned(), 130.0), ("power".to_owned(), 90.0)]);
    let mut settings = Settings { mode: Mode::Normal, limits, log: None };
    publisher.publish(&settings)?;

    let reader = Subscriber::<Settings>::builder("settings").root(root).open()?;
    let reader = thread::spawn(move || follow(reader));
    let pause = || thread::sleep(Duration::from_millis(200));
    pause();

    settings.mode = Mode::Reduced { reason: "fog".into() };
    settings.limits.insert("speed".into(), 50.0);
    settings.log = Some(Log { host: "localhost".into(), port: 514 });
    publisher.publish(&settings)?;
    pause();

    // A publisher can read its own block, and turn it back into the plain type.
    if let Some(now) = publisher.latest()? {
        let mut last: Settings = now.to_native();
        last.mode = Mode::Stop;
        publisher.publish(&last)?;
    }
    reader.join().map_err(|_| "the reader panicked")??;
    Ok(())
}
