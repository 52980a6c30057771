//! Recipes for values: which kind of area, how to find, follow and keep what is in it.
//!
//! # A table of things by id
//!
//! Mark the key; publishing replaces the value with the same one.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Robot {
//!     #[speculo(key)]
//!     id: u32,
//!     battery: f32,
//!     task: Option<String>,
//! }
//!
//! # let root = Root::temporary()?;
//! let mut robots = Publisher::<Robot>::builder("robots").root(root.clone()).create()?;
//! robots.publish(&Robot { id: 4, battery: 0.9, task: None })?;
//! robots.publish(&Robot { id: 4, battery: 0.8, task: Some("fetch".into()) })?;
//! robots.publish(&Robot { id: 5, battery: 0.2, task: None })?;
//! robots.remove(5)?;
//!
//! let mut reader = Subscriber::<Robot>::builder("robots").root(root).open()?;
//! let robot = reader.get(4)?.expect("published above");
//! assert_eq!(robot.task.as_deref(), Some("fetch"));
//! assert!(reader.get(5)?.is_none());
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # One value that everybody needs
//!
//! Settings, a mode, the pose of the vehicle: a singleton. Look, then wait for the next one; nothing is missed in between.
//!
//! ```
//! use std::time::Duration;
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Pose { x: f64, y: f64, heading: f32 }
//!
//! # let root = Root::temporary()?;
//! let mut publisher = Publisher::<Pose>::builder("pose").root(root.clone()).create()?;
//! let mut poses = Subscriber::<Pose>::builder("pose").root(root).open()?;
//! publisher.publish(&Pose { x: 1.0, y: 2.0, heading: 0.5 })?;
//! while poses.wait(Duration::from_millis(5))? {
//!     if let Some(pose) = poses.latest()? {
//!         println!("at {}, {}", pose.x, pose.y);
//!     }
//! }
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # An enum of events
//!
//! A type without a key is a stream. Each subscriber goes through all of it by itself; [`lost`](crate::Subscriber::lost) says
//! how many messages were dropped before it came to them.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Start, Subscriber};
//!
//! #[derive(Speculo)]
//! enum Event {
//!     Started,
//!     Moved { from: u32, to: u32 },
//!     Failed(String),
//! }
//!
//! # let root = Root::temporary()?;
//! let mut log = Publisher::<Event>::builder("events").root(root.clone()).max_size(4 << 20).create()?;
//! log.publish(&Event::Started)?;
//! log.publish(&Event::Moved { from: 1, to: 2 })?;
//! log.publish(&Event::Failed("lost the way".into()))?;
//!
//! // From the oldest that is there; the default is what comes from now on.
//! let mut events = Subscriber::<Event>::builder("events").root(root).start(Start::Oldest).open()?;
//! # let mut failed = 0;
//! while let Some(event) = events.try_recv()? { // or `recv`, which waits
//!     match event {
//!         ArchivedEvent::Started => println!("go"),
//!         ArchivedEvent::Moved { from, to } => println!("{from} → {to}"),
//!         ArchivedEvent::Failed(why) => {
//! #           failed += 1;
//!             println!("failed: {why}");
//!         }
//!     }
//! }
//! assert_eq!(events.lost(), 0);
//! # assert_eq!(failed, 1);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # A value that goes stale
//!
//! A value can say how long it may be believed. What has expired is not there any more, for anybody, whether its publisher
//! lives or not: a heartbeat needs no more than this.
//!
//! ```
//! use std::time::Duration;
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Heartbeat { load: f32 }
//!
//! # let root = Root::temporary()?;
//! let mut heart = Publisher::<Heartbeat>::builder("heart").root(root.clone()).create()?;
//! let mut watch = Subscriber::<Heartbeat>::builder("heart").root(root).open()?;
//! heart.publish_for(&Heartbeat { load: 0.3 }, Duration::from_millis(20))?;
//! assert!(watch.latest()?.is_some());
//! std::thread::sleep(Duration::from_millis(30));
//! assert!(watch.latest()?.is_none(), "whoever beat there has stopped");
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # A mirror of a table
//!
//! [`change`](crate::Subscriber::change) tells what was put and what was removed: enough to keep a copy, an index or a
//! display. After a [`Resync`](crate::Change::Resync) removals may have been missed: keep what is still there. What is new follows.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::time::Duration;
//! use speculo_typed::{Change, Publisher, Root, Speculo, Start, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Price { #[speculo(key)] item: String, cents: u64 }
//!
//! # let root = Root::temporary()?;
//! let mut prices = Publisher::<Price>::builder("prices").root(root.clone()).create()?;
//! prices.publish(&Price { item: "tea".into(), cents: 250 })?;
//! let mut reader = Subscriber::<Price>::builder("prices").root(root).start(Start::Oldest).open()?;
//! prices.publish(&Price { item: "milk".into(), cents: 90 })?;
//! prices.remove("tea")?;
//!
//! let mut mirror = BTreeMap::new();
//! while let Some(change) = reader.change(Duration::ZERO)? {
//!     match change {
//!         Change::Put(_, price) => drop(mirror.insert(price.item.to_string(), price.cents.to_native())),
//!         Change::Removed(item) => drop(mirror.remove(&item)),
//!         Change::Resync => {
//!             let view = reader.view()?;
//!             mirror.retain(|item, _| matches!(view.get(item), Ok(Some(_))));
//!         }
//!     }
//! }
//! assert_eq!(mirror, BTreeMap::from([("milk".to_owned(), 90)]));
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Everything at one moment
//!
//! A [`View`](crate::View) is the whole area at one point of its history, and stays so. What two look-ups one after the other
//! cannot promise, it does.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Account { #[speculo(key)] name: String, cents: i64 }
//!
//! # let root = Root::temporary()?;
//! let mut accounts = Publisher::<Account>::builder("accounts").root(root.clone()).create()?;
//! accounts.publish(&Account { name: "a".into(), cents: 100 })?;
//! accounts.publish(&Account { name: "b".into(), cents: -100 })?;
//! let view = Subscriber::<Account>::builder("accounts").root(root).open()?.view()?;
//! accounts.publish(&Account { name: "a".into(), cents: 0 })?;
//!
//! let mut sum = 0;
//! for account in &view {
//!     sum += account?.cents.to_native();
//! }
//! assert_eq!(sum, 0);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Keeping a value
//!
//! What `get` gives borrows the subscriber, and is good until that is used again. A [`Sample`](crate::Sample) owns its memory:
//! return it, store it, send it to a thread. [`native`](crate::native) gives the original, of any part as well.
//!
//! ```
//! use speculo_typed::{Publisher, ReadError, Root, Sample, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Door { #[speculo(key)] id: u32, label: String }
//!
//! fn find(doors: &mut Subscriber<Door>, id: u32) -> Result<Option<Sample<Door>>, ReadError> {
//!     doors.sample(id)
//! }
//!
//! # let root = Root::temporary()?;
//! # let mut publisher = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
//! # let mut doors = Subscriber::<Door>::builder("doors").root(root).open()?;
//! publisher.publish(&Door { id: 7, label: "rear".into() })?;
//! let door = find(&mut doors, 7)?.expect("published above");
//! let thread = std::thread::spawn(move || door.label.len());
//! assert_eq!(thread.join().ok(), Some(4));
//!
//! let owned: Option<Door> = doors.get(7)?.map(speculo_typed::native);
//! assert!(owned.is_some_and(|door| door.label == "rear"));
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Keys of several parts
//!
//! Mark several fields, and look up by a tuple of them, borrowed. Enums and newtypes are keys by `SpeculoKey`.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, SpeculoKey, Subscriber};
//!
//! #[derive(Speculo, SpeculoKey, Clone, Debug, PartialEq, Eq)]
//! enum Side { Left, Right }
//!
//! #[derive(Speculo)]
//! struct Wheel {
//!     #[speculo(key)]
//!     axle: u8,
//!     #[speculo(key)]
//!     side: Side,
//!     pressure: f32,
//! }
//!
//! # let root = Root::temporary()?;
//! let mut wheels = Publisher::<Wheel>::builder("wheels").root(root.clone()).create()?;
//! wheels.publish(&Wheel { axle: 2, side: Side::Left, pressure: 2.4 })?;
//! let mut reader = Subscriber::<Wheel>::builder("wheels").root(root).open()?;
//! assert!(reader.get((2, Side::Left))?.is_some());
//! assert!(reader.get((2, Side::Right))?.is_none());
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # The shortest way to one value
//!
//! A [`Slot`](crate::Slot) remembers where its key stands. What is left of a look-up is a comparison of two words, until the
//! value changes.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Quote { #[speculo(key)] symbol: String, bid: f64, ask: f64 }
//!
//! # let root = Root::temporary()?;
//! let mut quotes = Publisher::<Quote>::builder("quotes").root(root.clone()).create()?;
//! let mut reader = Subscriber::<Quote>::builder("quotes").root(root).open()?;
//! let mut out = quotes.slot("ACME");
//! quotes.publish_at(&mut out, &Quote { symbol: "ACME".into(), bid: 9.5, ask: 9.6 })?;
//!
//! let mut acme = reader.entry("ACME");
//! for _ in 0..1000 {
//!     let quote = acme.get()?.expect("published above");
//!     assert!(quote.bid < quote.ask);
//! }
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Large values
//!
//! An image is a vector in a struct: written once, straight into shared memory, read in place. Say how much may live there;
//! the file system needs room for two segments of up to four times the live values, and for what readers hold.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Frame { width: u32, height: u32, pixels: Vec<u8> }
//!
//! # let root = Root::temporary()?;
//! let mut camera = Publisher::<Frame>::builder("camera").root(root.clone()).max_size(64 << 20).create()?;
//! let mut display = Subscriber::<Frame>::builder("camera").root(root).open()?;
//! let mut frame = Frame { width: 640, height: 480, pixels: vec![0; 640 * 480] };
//! for light in 0..10 {
//!     frame.pixels.fill(light); // the buffer is used again
//!     camera.publish(&frame)?;
//! }
//! let frame = display.latest_sample()?.expect("published above");
//! let pixels: &[u8] = &frame.pixels;
//! assert_eq!(pixels[640 * 240], 9);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Types of other crates
//!
//! Fields of a type that does not derive `Speculo` take a form from [`with`](crate::with), or one of your own.
//!
//! ```
//! use std::path::PathBuf;
//! use std::time::SystemTime;
//! use speculo_typed::{Publisher, Root, Speculo, with};
//!
//! #[derive(Speculo)]
//! struct Upload {
//!     #[rkyv(with = with::AsString)]
//!     path: PathBuf,
//!     #[rkyv(with = with::AsUnixTime)]
//!     at: SystemTime,
//! }
//!
//! # let root = Root::temporary()?;
//! let mut uploads = Publisher::<Upload>::builder("uploads").root(root).create()?;
//! uploads.publish(&Upload { path: "/tmp/a".into(), at: SystemTime::now() })?;
//! # Ok::<(), speculo_typed::Error>(())
//! ```
