//! The bare hand-over of a message between two processes.
//!
//! Two areas of shared memory, one for each direction, with nothing in them but a number on a cache line of its own and
//! the message's bytes: on the rest of that line as far as they fit, else behind it. The number is stored last. Who
//! waits polls it, or sleeps on it in the kernel.

#![expect(unsafe_code, reason = "memory that is shared by hand")]

use std::fs::OpenOptions;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use memmap2::MmapRaw;
use rustix::io::Errno;
use rustix::thread::futex;

use crate::child::{Child, Parent};
use crate::measure::Contender;
use crate::pair::{self, Side};
use crate::peers::ping_pong::{PATIENCE, spin};

/// The role of the other side.
pub(crate) const ROLE: &str = "handover";

/// Polling a cache line, from this core to core `other`.
pub(crate) fn spinning(size: usize, other: usize) -> anyhow::Result<Contender<'static>> {
    contender("bare cache line", size, other, "spinning")
}

/// Sleeping in the kernel, from core 0 to core `other`.
pub(crate) fn blocking(size: usize, other: usize) -> anyhow::Result<Contender<'static>> {
    contender("bare futex", size, other, "blocking")
}

fn contender(by: &str, size: usize, other: usize, way: &str) -> anyhow::Result<Contender<'static>> {
    let directory = tempfile::tempdir_in("/dev/shm")?;
    let path = directory.path().to_str().context("the path is text")?;
    let side = Handover::open(directory.path(), ["there", "back"], size, way)?;
    let mut child = Child::start(ROLE, &[path, &size.to_string(), &other.to_string(), way])?;
    child.is_ready()?;
    let by = if size > LINE { format!("{by} and memcpy") } else { by.to_owned() };
    // The files may go: both have mapped them.
    Ok(pair::contender(&by, size, side, child))
}

/// Answers, as the child.
pub(crate) fn play(parent: Parent) -> anyhow::Result<()> {
    let (path, size) = (PathBuf::from(parent.argument(0)?), parent.argument(1)?.parse()?);
    let (core, way) = (parent.argument(2)?.parse()?, parent.argument(3)?);
    let side = Handover::open(&path, ["back", "there"], size, way)?;
    pair::answer(parent, core, side)
}

/// One of the two.
struct Handover {
    to: Shared,
    from: Shared,
    message: Vec<u8>,
    sleeps: bool,
}

impl Handover {
    fn open(directory: &Path, [to, from]: [&str; 2], size: usize, way: &str) -> anyhow::Result<Self> {
        let shared = |name| Shared::open(&directory.join(name), size);
        Ok(Self { to: shared(to)?, from: shared(from)?, message: vec![1; size], sleeps: way == "blocking" })
    }
}

impl Side for Handover {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        self.to.write(&self.message);
        let word = self.to.number();
        word.store(u32::try_from(number)?, Ordering::Release);
        if self.sleeps {
            futex::wake(word, futex::Flags::empty(), 1)?;
        }
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let word = self.from.number();
        let number = u32::try_from(number)?;
        if self.sleeps {
            sleep_until(word, number)?;
        } else {
            spin(|| Ok((word.load(Ordering::Acquire) == number).then_some(())))?;
        }
        black_box(self.from.last_byte());
        Ok(())
    }

    fn sleeps(&self) -> bool {
        self.sleeps
    }
}

/// Sleeps until the word is this number.
fn sleep_until(word: &AtomicU32, number: u32) -> anyhow::Result<()> {
    loop {
        let seen = word.load(Ordering::Acquire);
        if seen == number {
            return Ok(());
        }
        let patience = futex::Timespec { tv_sec: i64::try_from(PATIENCE.as_secs())?, tv_nsec: 0 };
        match futex::wait(word, futex::Flags::empty(), seen, Some(&patience)) {
            Ok(()) | Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(error).context("the other side no longer answers"),
        }
    }
}

const LINE: usize = 64;

/// Memory for a number and a message.
struct Shared {
    map: MmapRaw,
    /// Where the message's bytes begin, behind the number.
    begin: usize,
    /// How many there are; its first four are the number.
    len: usize,
}

impl Shared {
    fn open(path: &Path, size: usize) -> anyhow::Result<Self> {
        ensure!(size > size_of::<u32>(), "a message holds more than its number");
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let begin = if size > LINE { LINE } else { size_of::<u32>() };
        let len = size - size_of::<u32>();
        file.set_len(u64::try_from(begin + len)?)?;
        Ok(Self { map: MmapRaw::map_raw(&file)?, begin, len })
    }

    fn number(&self) -> &AtomicU32 {
        // SAFETY: the mapping is page-aligned, has more than four bytes, and lasts as long as `self`; this word is
        // only ever accessed as an atomic.
        unsafe { AtomicU32::from_ptr(self.map.as_mut_ptr().cast()) }
    }

    /// Copies the message in, but for its number.
    fn write(&self, message: &[u8]) {
        let len = self.len.min(message.len());
        // SAFETY: `begin + len` bytes are mapped. The other process reads them only between a number that it was sent
        // and its answer, and it is this process's turn now.
        let place = unsafe { self.map.as_mut_ptr().add(self.begin) };
        // SAFETY: as above; a mapping and a vector do not overlap.
        unsafe { black_box(message).as_ptr().copy_to_nonoverlapping(place, len) };
    }

    fn last_byte(&self) -> u8 {
        // SAFETY: within the mapping, whose length is `begin + len`.
        let place = unsafe { self.map.as_ptr().add(self.begin + self.len - 1) };
        // SAFETY: mapped and initialised, as every byte of a file; the other process does not write now.
        unsafe { place.read_volatile() }
    }
}
