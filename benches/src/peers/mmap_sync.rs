//! mmap-sync 2.0: one value in shared memory, with rkyv 0.7.
//!
//! As its own benchmark (`benches/synchronizer.rs`) uses it: files in `/dev/shm` as its README advises, the default
//! parameters (no write lock: the fastest), `write` with a grace of 10 ns, `read` with and without `check_bytes`. Who
//! polls looks at `version`, which its documentation gives for detecting a change. For latency the grace is long: a
//! reader holds nothing while its writer writes, so that it is never waited for.

#![expect(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "its `read` is unsafe, and so is what the derives expand to"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use bytecheck::CheckBytes;
use mmap_sync::instance::InstanceVersion;
use mmap_sync::synchronizer::Synchronizer;
use rkyv_07::ser::serializers::AllocSerializer;
use rkyv_07::validation::validators::DefaultValidator;
use rkyv_07::with::CopyOptimize;
use rkyv_07::{Archive, Serialize};
use tempfile::TempDir;

use super::latency::{self, OF_CHILD, OF_PARENT, Setup};
use super::ping_pong::{PATIENCE, check_message, numbered, spin};
use super::{Peer, peer};
use crate::child::Parent;
use crate::measure::Run;
use crate::pair::{self, Side};

/// Of its own benchmark.
const GRACE: Duration = Duration::from_nanos(10);

/// The struct of its own benchmark.
#[derive(Archive, Serialize)]
#[archive(crate = "rkyv_07", check_bytes)]
struct HelloWorld {
    version: u32,
    messages: Vec<String>,
}

impl HelloWorld {
    fn new() -> Self {
        Self { version: 7, messages: vec!["Hello".to_owned(), "World".to_owned(), "!".to_owned()] }
    }
}

/// The 64 bytes.
#[derive(Archive, Serialize)]
#[archive(crate = "rkyv_07", check_bytes)]
struct Pod {
    id: u64,
    numbers: [f64; 7],
}

#[derive(Archive, Serialize)]
#[archive(crate = "rkyv_07", check_bytes)]
struct Samples {
    #[with(CopyOptimize)]
    samples: Vec<f32>,
}

#[derive(Archive, Serialize)]
#[archive(crate = "rkyv_07", check_bytes)]
struct Message {
    #[with(CopyOptimize)]
    bytes: Vec<u8>,
}

/// Writes the struct of its own benchmark.
pub(super) fn write_messages() -> Peer {
    peer("mmap-sync", write(HelloWorld::new()))
}

/// Writes a vector of this many numbers.
pub(super) fn write_vector(len: usize) -> Peer {
    peer("mmap-sync", write(Samples { samples: vec![0.5; len] }))
}

/// Reads the 64 bytes, validating them or not.
pub(super) fn read_64(check: bool) -> Peer {
    let super::pod::Pod { id, numbers } = super::pod::Pod::new(7);
    peer(reader(check), read(check, &Pod { id, numbers }, |pod| pod.numbers[0]))
}

/// Reads the struct of its own benchmark, validating it or not.
pub(super) fn read_messages(check: bool) -> Peer {
    peer(reader(check), read(check, &HelloWorld::new(), |hello| hello.version))
}

fn reader(check: bool) -> &'static str {
    if check { "mmap-sync, checked" } else { "mmap-sync, unchecked" }
}

/// The name of the other side.
pub(super) const PEER: &str = "mmap-sync, polled";

/// Spinning readers of one value in each direction.
pub(super) fn latency(size: usize) -> Peer {
    let run = || {
        let home = Home::new()?;
        let setup = Setup::new(home.directory.path(), size, 1);
        let side = Values::new(home.directory.path(), size, OF_PARENT);
        let child = setup.start_other(PEER)?;
        Ok(latency::run(&setup, side, home, child))
    };
    peer(PEER, run())
}

/// The other side.
pub(super) fn answer(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    pair::answer(parent, setup.other, Values::new(&setup.directory, setup.size, OF_CHILD))
}

/// The directory of its files.
struct Home {
    directory: TempDir,
}

impl Home {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { directory: tempfile::Builder::new().prefix("speculo-bench-").tempdir_in("/dev/shm")? })
    }

    /// A handle of the value.
    fn open(&self) -> Synchronizer {
        open(self.directory.path(), "value")
    }
}

/// A handle of the value with this name in this directory.
fn open(directory: &Path, name: &str) -> Synchronizer {
    Synchronizer::new(directory.join(name).as_os_str())
}

fn write<T>(value: T) -> anyhow::Result<Box<Run<'static>>>
where
    T: Serialize<AllocSerializer<1024>> + 'static,
    T::Archived: for<'b> CheckBytes<DefaultValidator<'b>>,
{
    let home = Home::new()?;
    let mut it = (home.open(), home);
    Ok(Box::new(move |n| {
        let (synchronizer, _) = &mut it;
        let began = Instant::now();
        for _ in 0..n {
            synchronizer.write(black_box(&value), GRACE)?;
        }
        Ok(began.elapsed())
    }))
}

/// Reads part of a value that is written once.
fn read<T, P>(check: bool, value: &T, part: fn(&T::Archived) -> P) -> anyhow::Result<Box<Run<'static>>>
where
    T: Serialize<AllocSerializer<1024>> + 'static,
    T::Archived: for<'b> CheckBytes<DefaultValidator<'b>>,
    P: 'static,
{
    let home = Home::new()?;
    home.open().write(value, GRACE)?;
    let mut it = (home.open(), home);
    Ok(Box::new(move |n| {
        let (synchronizer, _) = &mut it;
        let began = Instant::now();
        for _ in 0..n {
            // SAFETY: what was written above is a `T`, and nobody writes while it is read.
            let value = unsafe { synchronizer.read::<T>(check) }?;
            black_box(part(&value));
        }
        Ok(began.elapsed())
    }))
}

/// One side: writes one value, reads another.
struct Values {
    message: Message,
    to: Synchronizer,
    from: Synchronizer,
    last: Option<InstanceVersion>,
}

impl Values {
    fn new(directory: &Path, size: usize, [to, from]: [&str; 2]) -> Self {
        let message = Message { bytes: vec![1; size] };
        Self { message, to: open(directory, to), from: open(directory, from), last: None }
    }
}

impl Side for Values {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        numbered(&mut self.message.bytes, number)?;
        self.to.write(&self.message, PATIENCE)?;
        Ok(())
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        // Before the first write there is no version.
        let version = spin(|| Ok(self.from.version().ok().filter(|version| Some(*version) != self.last)))?;
        // SAFETY: the other side wrote a `Message`, and writes the next one only after it has heard of this one.
        let message = unsafe { self.from.read::<Message>(false) }?;
        check_message(&message.bytes, number)?;
        self.last = Some(version);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() -> anyhow::Result<()> {
        let home = Home::new()?;
        home.open().write(&HelloWorld::new(), GRACE)?;
        let mut reader = home.open();
        for check in [true, false] {
            // SAFETY: a `HelloWorld` has been written, and nobody writes now.
            let hello = unsafe { reader.read::<HelloWorld>(check) }?;
            assert_eq!(hello.version, 7);
            assert_eq!(hello.messages.as_slice(), ["Hello", "World", "!"]);
        }
        home.open().write(&Samples { samples: vec![0.5, 1.5] }, GRACE)?;
        // SAFETY: `Samples` have been written, and nobody writes now.
        let samples = unsafe { reader.read::<Samples>(true) }?;
        assert_eq!(samples.samples.as_slice(), [0.5, 1.5]);
        Ok(())
    }
}
