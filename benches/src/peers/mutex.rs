//! Bytes in shared memory under a process-shared mutex, as people write it by hand.
//!
//! The mutex and the condition variable as in the manual pages `pthread_mutexattr_setpshared(3)` and
//! `pthread_cond_init(3)`: lock, copy in or out, unlock. Who waits polls under the mutex, or sleeps on the condition
//! variable.

#![expect(unsafe_code, reason = "memory that is shared by hand")]

use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use libc::{c_int, pthread_cond_t, pthread_mutex_t};
use memmap2::MmapRaw;

use super::latency::{self, OF_CHILD, OF_PARENT, Setup};
use super::ping_pong::{check_message, is_message, numbered, spin};
use super::pod::Pod;
use super::{Peer, peer};
use crate::child::Parent;
use crate::measure::Run;
use crate::pair::{self, Side};

/// Locks, copies a [`Pod`] in, unlocks.
pub(super) fn write_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let shared = create_anywhere(64)?;
        let mut pod = Pod::new(7);
        Ok(Box::new(move |n| {
            let began = Instant::now();
            for _ in 0..n {
                pod.numbers[0] += 1.0;
                let bytes = black_box(&pod).to_bytes();
                shared.locked(|value| value.copy_from_slice(&bytes))?;
            }
            Ok(began.elapsed())
        }))
    };
    peer("mutex", run())
}

/// Locks, copies a [`Pod`] out, unlocks.
pub(super) fn read_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let shared = create_anywhere(64)?;
        shared.locked(|value| value.copy_from_slice(&Pod::new(7).to_bytes()))?;
        Ok(Box::new(move |n| {
            let began = Instant::now();
            for _ in 0..n {
                let bytes = black_box(&shared).locked(|value| value.first_chunk().copied())?;
                black_box(Pod::from_bytes(&bytes.context("64 bytes are shared")?).numbers[0]);
            }
            Ok(began.elapsed())
        }))
    };
    peer("mutex", run())
}

/// The names of the other sides.
pub(super) const SPINNING: &str = "mutex, polled";
pub(super) const BLOCKING: &str = "mutex and condition variable";

/// Receivers that poll under the mutex.
pub(super) fn latency_spinning(size: usize) -> Peer {
    peer(SPINNING, latency(size, 1, SPINNING))
}

/// Receivers that sleep on the condition variable.
pub(super) fn latency_blocking(size: usize, other: usize) -> Peer {
    peer(BLOCKING, latency(size, other, BLOCKING))
}

fn latency(size: usize, other: usize, way: &str) -> anyhow::Result<Box<Run<'static>>> {
    let home = tempfile::Builder::new().prefix("speculo-bench-").tempdir_in("/dev/shm")?;
    let setup = Setup::new(home.path(), size, other);
    for name in OF_PARENT {
        create(&home.path().join(name), size)?;
    }
    let side = Values::open(&setup, OF_PARENT, way == BLOCKING)?;
    let child = setup.start_other(way)?;
    Ok(latency::run(&setup, side, home, child))
}

/// The other side.
pub(super) fn answer(parent: Parent, setup: &Setup, sleeps: bool) -> anyhow::Result<()> {
    pair::answer(parent, setup.other, Values::open(setup, OF_CHILD, sleeps)?)
}

/// What guards the value, at the beginning of the memory.
#[repr(C, align(64))]
struct Guard {
    mutex: pthread_mutex_t,
    changed: pthread_cond_t,
}

/// A mapping of a [`Guard`] with the value behind it.
struct Shared {
    map: MmapRaw,
}

/// Makes memory for a value of this size, all zero, with its guard.
#[expect(clippy::multiple_unsafe_ops_per_block, reason = "six calls in a row, for one reason")]
fn create(path: &Path, size: usize) -> anyhow::Result<Shared> {
    File::create_new(path)?.set_len(u64::try_from(size_of::<Guard>() + size)?)?;
    let shared = Shared::open(path)?;
    let guard = shared.guard();
    let mut for_mutex = MaybeUninit::uninit();
    let mut for_condition = MaybeUninit::uninit();
    // SAFETY: each is initialised before it is used; the guard's memory is mapped, and nobody else knows it yet.
    unsafe {
        ok(libc::pthread_mutexattr_init(for_mutex.as_mut_ptr()))?;
        ok(libc::pthread_mutexattr_setpshared(for_mutex.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED))?;
        ok(libc::pthread_mutex_init(&raw mut (*guard).mutex, for_mutex.as_ptr()))?;
        ok(libc::pthread_condattr_init(for_condition.as_mut_ptr()))?;
        ok(libc::pthread_condattr_setpshared(for_condition.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED))?;
        ok(libc::pthread_cond_init(&raw mut (*guard).changed, for_condition.as_ptr()))?;
    }
    Ok(shared)
}

/// The same where nobody else looks for it: it goes with the mapping.
fn create_anywhere(size: usize) -> anyhow::Result<Shared> {
    let home = tempfile::Builder::new().prefix("speculo-bench-").tempdir_in("/dev/shm")?;
    create(&home.path().join("value"), size)
}

/// The error that a function of pthreads returned, if it did.
fn ok(code: c_int) -> anyhow::Result<()> {
    ensure!(code == 0, std::io::Error::from_raw_os_error(code));
    Ok(())
}

impl Shared {
    fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { map: MmapRaw::map_raw(&OpenOptions::new().read(true).write(true).open(path)?)? })
    }

    fn guard(&self) -> *mut Guard {
        self.map.as_mut_ptr().cast()
    }

    fn mutex(&self) -> *mut pthread_mutex_t {
        // SAFETY: the guard is within the mapping.
        unsafe { &raw mut (*self.guard()).mutex }
    }

    fn changed(&self) -> *mut pthread_cond_t {
        // SAFETY: the guard is within the mapping.
        unsafe { &raw mut (*self.guard()).changed }
    }

    /// Looks at the value, or changes it, under the mutex.
    fn locked<T>(&self, look: impl FnOnce(&mut [u8]) -> T) -> anyhow::Result<T> {
        self.lock()?;
        // SAFETY: the mutex is held, and no other reference to the value is made without it.
        let looked = look(unsafe { self.value() });
        self.unlock()?;
        Ok(looked)
    }

    /// Sleeps until the value is as wanted.
    fn locked_until(&self, mut is_as_wanted: impl FnMut(&mut [u8]) -> bool) -> anyhow::Result<()> {
        self.lock()?;
        // SAFETY: the mutex is held, and no other reference to the value is made without it.
        while !is_as_wanted(unsafe { self.value() }) {
            // SAFETY: both are initialised, and the mutex is held.
            let code = unsafe { libc::pthread_cond_wait(self.changed(), self.mutex()) };
            ok(code)?;
        }
        self.unlock()
    }

    /// Wakes who sleeps.
    fn wake(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it.
        ok(unsafe { libc::pthread_cond_signal(self.changed()) })
    }

    fn lock(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it.
        ok(unsafe { libc::pthread_mutex_lock(self.mutex()) })
    }

    fn unlock(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it, and it is held.
        ok(unsafe { libc::pthread_mutex_unlock(self.mutex()) })
    }

    /// The value behind the guard.
    ///
    /// # Safety
    ///
    /// The mutex is held for as long as the reference is used, and there is no other one.
    #[expect(clippy::mut_from_ref, reason = "the mutex sees to it that there is one reference only")]
    unsafe fn value(&self) -> &mut [u8] {
        let size = self.map.len() - size_of::<Guard>();
        // SAFETY: the guard is at the beginning of the mapping, which is at least as long.
        let value = unsafe { self.map.as_mut_ptr().add(size_of::<Guard>()) };
        // SAFETY: these bytes are mapped, and the caller holds the mutex.
        unsafe { std::slice::from_raw_parts_mut(value, size) }
    }
}

/// One side: writes one value, reads another.
struct Values {
    message: Vec<u8>,
    to: Shared,
    from: Shared,
    received: Vec<u8>,
    sleeps: bool,
}

impl Values {
    fn open(setup: &Setup, names: [&str; 2], sleeps: bool) -> anyhow::Result<Self> {
        let [to, from] = names.map(|name| Shared::open(&setup.directory.join(name)));
        Ok(Self { message: vec![1; setup.size], to: to?, from: from?, received: vec![0; setup.size], sleeps })
    }
}

impl Side for Values {
    fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let message = numbered(&mut self.message, number)?;
        self.to.locked(|value| value.copy_from_slice(message))?;
        if self.sleeps { self.to.wake() } else { Ok(()) }
    }

    fn receive(&mut self, number: u64) -> anyhow::Result<()> {
        let Self { from, received, sleeps, .. } = self;
        let mut copy_out = |value: &mut [u8]| {
            let is_next = is_message(value, number);
            if is_next {
                received.copy_from_slice(value);
            }
            is_next
        };
        if *sleeps {
            from.locked_until(copy_out)?;
        } else {
            spin(|| Ok(from.locked(&mut copy_out)?.then_some(())))?;
        }
        check_message(&self.received, number)
    }

    fn sleeps(&self) -> bool {
        self.sleeps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_through_another_mapping() -> anyhow::Result<()> {
        let home = tempfile::tempdir_in("/dev/shm")?;
        let path = home.path().join("value");
        let (pod, size) = (Pod::new(3), 64);
        create(&path, size)?.locked(|value| value.copy_from_slice(&pod.to_bytes()))?;
        let read = Shared::open(&path)?.locked(|value| value.first_chunk().map(Pod::from_bytes))?;
        assert_eq!(read, Some(pod));
        Ok(())
    }
}
