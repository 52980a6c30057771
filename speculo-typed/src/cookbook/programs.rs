//! Recipes for programs: how publishers and readers find, wait for, survive and trust each other.
//!
//! # Waiting for a state
//!
//! ```
//! use std::time::Duration;
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Job { #[speculo(key)] id: u32, done: bool }
//!
//! # let root = Root::temporary()?;
//! let mut jobs = Publisher::<Job>::builder("jobs").root(root.clone()).create()?;
//! let mut reader = Subscriber::<Job>::builder("jobs").root(root).open()?;
//! let worker = std::thread::spawn(move || {
//!     jobs.publish(&Job { id: 1, done: false })?;
//!     jobs.publish(&Job { id: 1, done: true })
//! });
//! let job = reader.wait_for(1, |job| job.done, Duration::from_secs(10))?;
//! assert!(job.is_some(), "not done within ten seconds");
//! # worker.join().unwrap()?;
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Readers that start first
//!
//! `open` says `NotFound` where there is no area yet; `open_wait` waits for it.
//!
//! ```
//! use std::time::Duration;
//! use speculo_typed::{OpenError, Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Mode { night: bool }
//!
//! # let root = Root::temporary()?;
//! let modes = Subscriber::<Mode>::builder("mode").root(root.clone());
//! assert!(matches!(modes.clone().open(), Err(OpenError::NotFound { .. })));
//! # let publisher = std::thread::spawn(move || Publisher::<Mode>::builder("mode").root(root).create());
//! let modes = modes.open_wait(Duration::from_secs(10))?;
//! # drop(publisher.join().unwrap()?);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # A publisher that restarts
//!
//! Whoever creates an area whose publisher has ended takes over what is in it; subscribers go on, and notice nothing but the
//! time in between, which [`publisher`](crate::Subscriber::publisher) shows. Say `fresh()` to begin empty instead.
//!
//! ```
//! use speculo_typed::{Liveness, Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Door { #[speculo(key)] id: u32, open: bool }
//!
//! # let root = Root::temporary()?;
//! let doors = Publisher::<Door>::builder("doors").root(root.clone());
//! let mut first = doors.clone().create()?;
//! first.publish(&Door { id: 7, open: true })?;
//! let mut reader = Subscriber::<Door>::builder("doors").root(root).open()?;
//! drop(first); // or its process was killed
//! assert_eq!(reader.publisher()?, Liveness::Dead);
//! assert!(reader.get(7)?.is_some(), "values stay");
//!
//! let second = doors.create()?;
//! assert!(second.get(7)?.is_some_and(|door| door.open));
//! assert_eq!(reader.publisher()?, Liveness::Alive);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Several publishers
//!
//! An area has one publisher. Where many programs have something to tell, each has an area of its own, under names that
//! readers know or can list.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Status { ready: bool }
//!
//! # let root = Root::temporary()?;
//! let publish = |name: &str| Publisher::<Status>::builder(&format!("status/{name}")).root(root.clone()).create();
//! let (mut arm, mut base) = (publish("arm")?, publish("base")?);
//! arm.publish(&Status { ready: true })?;
//! base.publish(&Status { ready: false })?;
//!
//! let mut ready = 0;
//! for name in ["arm", "base"] {
//!     let mut status = Subscriber::<Status>::builder(&format!("status/{name}")).root(root.clone()).open()?;
//!     ready += usize::from(status.latest()?.is_some_and(|status| status.ready));
//! }
//! assert_eq!(ready, 1);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Questions and answers
//!
//! Two areas: who asks publishes questions, who answers publishes answers by the question's number.
//!
//! ```
//! use std::time::Duration;
//! use speculo_typed::{Publisher, Root, Speculo, Start, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Question { number: u64, text: String }
//! #[derive(Speculo)]
//! struct Answer { #[speculo(key)] number: u64, text: String }
//!
//! # let root = Root::temporary()?;
//! let mut ask = Publisher::<Question>::builder("questions").root(root.clone()).create()?;
//! let mut asked = Subscriber::<Question>::builder("questions").root(root.clone()).open()?;
//! let mut answer = Publisher::<Answer>::builder("answers").root(root.clone()).create()?;
//! let mut answers = Subscriber::<Answer>::builder("answers").root(root).open()?;
//!
//! ask.publish(&Question { number: 1, text: "how far?".into() })?;
//! if let Some(question) = asked.try_recv()? {
//!     let text = format!("“{}” took thought", question.text);
//!     answer.publish_for(&Answer { number: question.number.into(), text }, Duration::from_secs(60))?;
//! }
//! let found = answers.wait_for(1, |_| true, Duration::from_secs(1))?;
//! assert!(found.is_some_and(|answer| answer.text.contains("how far")));
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # Sharing with another user
//!
//! By default nobody else can read an area, and nobody reads one of anybody else. The publisher says who may, the reader
//! whom it trusts, and both where the area is: a directory which the publisher owns and others can enter.
//!
//! ```no_run
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber, Trust};
//!
//! #[derive(Speculo)]
//! #[speculo(singleton)]
//! struct Status { ready: bool }
//!
//! // the daemon, as its own user: the group may read (0644: everybody)
//! let daemon = Publisher::<Status>::builder("status").root(Root::new("/dev/shm/daemon")).mode(0o640).create()?;
//!
//! // a program of another user, which is in that group; 990 is the daemon's uid
//! let status = Subscriber::<Status>::builder("status").root(Root::new("/dev/shm/daemon")).trust(Trust::Owner(990));
//! let status = status.open()?;
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! Such readers look by themselves every 20 ms while they wait; with `shared_bell()` they are woken, and can slow down or
//! crash the publisher. What each side can do to the other stands in the project's `SECURITY.md`.
//!
//! # Reading what nobody vouches for
//!
//! A publisher that is trusted can change bytes under its readers. Of one that is not, take copies: nothing of its files is
//! mapped, everything is validated in memory of your own. A look costs two system calls if nothing is new, and a copy of all
//! that is in use else.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber, Trust};
//!
//! #[derive(Speculo)]
//! struct Plugin { #[speculo(key)] name: String, version: u32 }
//!
//! # let root = Root::temporary()?;
//! # let mut plugins = Publisher::<Plugin>::builder("plugins").root(root.clone()).create()?;
//! # plugins.publish(&Plugin { name: "echo".into(), version: 2 })?;
//! let mut plugins = Subscriber::<Plugin>::builder("plugins").root(root).trust(Trust::Copy).open()?;
//! assert!(plugins.get("echo")?.is_some_and(|plugin| plugin.version == 2));
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # When there is no room
//!
//! A full area or file system is an error of that publish, and nothing else: what was there stays, and publishing goes on when
//! there is room. A stream drops its oldest instead, unless it says [`Overflow::Reject`](crate::Overflow::Reject).
//!
//! ```
//! use speculo_typed::{Publisher, PublishError, Root, Speculo};
//!
//! #[derive(Speculo)]
//! struct Note { #[speculo(key)] id: u32, text: String }
//!
//! # let root = Root::temporary()?;
//! let mut notes = Publisher::<Note>::builder("notes").root(root).max_size(64 << 10).create()?;
//! let mut id = 0;
//! let error = loop {
//!     match notes.publish(&Note { id, text: "x".repeat(1000) }) {
//!         Ok(_) => id += 1,
//!         Err(error) => break error,
//!     }
//! };
//! assert!(matches!(error, PublishError::LimitReached { .. }), "`NoSpace` where the file system is full");
//! notes.remove(0)?;
//! notes.publish(&Note { id, text: "fits again".into() })?;
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # In an async program
//!
//! Looking never waits, so `get`, `latest`, `try_recv` and `view` can be called anywhere. What waits wants a thread of its
//! own, which hands on what it finds.
//!
//! ```
//! use std::sync::mpsc; // or the channel of your runtime
//! use speculo_typed::{Publisher, Root, Sample, Speculo, Subscriber};
//!
//! #[derive(Speculo)]
//! struct Message { text: String }
//!
//! # let root = Root::temporary()?;
//! # let mut publisher = Publisher::<Message>::builder("messages").root(root.clone()).create()?;
//! let mut messages = Subscriber::<Message>::builder("messages").root(root).open()?;
//! let (sender, receiver) = mpsc::channel::<Sample<Message>>();
//! std::thread::spawn(move || {
//!     for message in messages.samples() {
//!         let Ok(message) = message else { break };
//!         if sender.send(message).is_err() {
//!             break;
//!         }
//!     }
//! });
//! # publisher.publish(&Message { text: "hello".into() })?;
//! let message = receiver.recv().expect("the thread lives");
//! assert_eq!(message.text, "hello");
//! # Ok::<(), speculo_typed::Error>(())
//! ```
//!
//! # In tests
//!
//! [`Root::temporary`](crate::Root::temporary) is a fresh place, deleted with its last clone: tests run beside each other, and
//! beside what runs on the machine. Let your code take a `Root`, or set `SPECULO_ROOT` for a process.
//!
//! ```
//! use speculo_typed::{Publisher, Root, Speculo, Subscriber};
//!
//! #[derive(Speculo, Clone, Debug, PartialEq)]
//! struct Door { #[speculo(key)] id: u32, open: bool }
//!
//! let root = Root::temporary()?;
//! let mut doors = Publisher::<Door>::builder("doors").root(root.clone()).create()?;
//! let expected = Door { id: 7, open: true };
//! doors.publish(&expected)?;
//! let mut reader = Subscriber::<Door>::builder("doors").root(root).open()?;
//! assert!(*reader.get(7)?.expect("published above") == expected);
//! # Ok::<(), speculo_typed::Error>(())
//! ```
