//! One-way latency of the peers: the two processes of [`crate::pair`], the other being a child in this role.
//!
//! A message is copied from memory of the sender's into what it sends, with its number in the first 8 bytes. The
//! receiver looks at it in place where the peer allows that.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{blackboard, dbus, iceoryx2, mmap_sync, mutex, socket};
use crate::child::{Child, Parent};
use crate::measure::Run;
use crate::pair::{self, Side};

/// The role of the other side.
pub(crate) const ROLE: &str = "peer";

/// The names of what a process sends under and what it receives under: the parent's, and the child's.
pub(super) const OF_PARENT: [&str; 2] = ["there", "back"];
pub(super) const OF_CHILD: [&str; 2] = ["back", "there"];

/// What both sides are told.
pub(super) struct Setup {
    /// Where they find each other.
    pub(super) directory: PathBuf,
    /// Bytes in a message.
    pub(super) size: usize,
    /// The core of the other side.
    pub(super) other: usize,
}

impl Setup {
    pub(super) fn new(directory: &Path, size: usize, other: usize) -> Self {
        Self { directory: directory.to_owned(), size, other }
    }

    /// Starts the other side of this peer, and waits until it is ready.
    pub(super) fn start_other(&self, peer: &str) -> anyhow::Result<Child> {
        let directory = self.directory.to_str().context("the path is text")?;
        let mut child =
            Child::start(ROLE, &[peer, directory, &self.size.to_string(), &self.other.to_string()])?;
        child.is_ready()?;
        Ok(child)
    }
}

/// Answers, as the child.
pub(crate) fn play(parent: Parent) -> anyhow::Result<()> {
    let directory = Path::new(parent.argument(1)?);
    let setup = Setup::new(directory, parent.argument(2)?.parse()?, parent.argument(3)?.parse()?);
    match parent.argument(0)? {
        iceoryx2::SPINNING => iceoryx2::answer_spinning(parent, &setup),
        iceoryx2::BLOCKING => iceoryx2::answer_blocking(parent, &setup),
        blackboard::PEER => blackboard::answer(parent, &setup),
        mmap_sync::PEER => mmap_sync::answer(parent, &setup),
        mutex::SPINNING => mutex::answer(parent, &setup, false),
        mutex::BLOCKING => mutex::answer(parent, &setup, true),
        socket::PEER => socket::answer(parent, &setup),
        dbus::PEER => dbus::answer(parent, &setup),
        unknown => anyhow::bail!("there is no peer `{unknown}`"),
    }
}

/// Measures with this side and its child; keeps what must live as long as they.
pub(super) fn run<S, H>(setup: &Setup, side: S, home: H, child: Child) -> Box<Run<'static>>
where
    S: Side + 'static,
    H: 'static,
{
    pair::contender("the peer", setup.size, Housed { side, _home: home }, child).run
}

struct Housed<S, H> {
    side: S,
    _home: H,
}

impl<S: Side, H> Side for Housed<S, H> {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        self.side.send(number)
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        self.side.receive(number)
    }

    fn sleeps(&self) -> bool {
        self.side.sleeps()
    }
}
