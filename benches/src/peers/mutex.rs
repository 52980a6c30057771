//! Bytes in shared memory under a process-shared mutex, as people write it by hand.
//!
//! The mutex and the condition variable as in the manual pages `pthread_mutexattr_setpshared(3)` and
//! `pthread_cond_init(3)`: lock, copy in or out, unlock. Who waits polls under the mutex, or sleeps on the condition
//! variable.

#![expect(unsafe_code, reason = "memory that is shared by hand")]

use std::fs::File;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use libc::{c_int, pthread_cond_t, pthread_mutex_t};
use memmap2::MmapRaw;
use rustix::fs::{MemfdFlags, memfd_create};

use super::ping_pong::{Side, check_message, is_message, ping_pong, spin};
use super::pod::Pod;
use super::{Peer, Run, peer};

/// Locks, copies a [`Pod`] in, unlocks.
pub(super) fn write_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run>> {
        let shared = Shared::open(&create(64)?)?;
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
    let run = || -> anyhow::Result<Box<Run>> {
        let file = create(64)?;
        Shared::open(&file)?.locked(|value| value.copy_from_slice(&Pod::new(7).to_bytes()))?;
        let shared = Shared::open(&file)?;
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

/// Receivers that poll under the mutex.
pub(super) fn latency_spinning(size: usize) -> Peer {
    peer("mutex, polled", latency(size, [0, 1], false))
}

/// Receivers that sleep on the condition variable.
pub(super) fn latency_blocking(size: usize, cores: [usize; 2]) -> Peer {
    peer("mutex and condition variable", latency(size, cores, true))
}

fn latency(size: usize, cores: [usize; 2], sleeps: bool) -> anyhow::Result<Box<Run>> {
    let (a, b) = (create(size)?, create(size)?);
    Ok(Box::new(move |n| {
        let ping = || Values::open(&a, &b, size, sleeps);
        let pong = || Values::open(&b, &a, size, sleeps);
        ping_pong(n, size, cores, ping, pong)
    }))
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

/// Memory for a value of this size, all zero, with its guard.
#[expect(clippy::multiple_unsafe_ops_per_block, reason = "six calls in a row, for one reason")]
fn create(size: usize) -> anyhow::Result<File> {
    let file = File::from(memfd_create("mutex", MemfdFlags::CLOEXEC)?);
    file.set_len(u64::try_from(size_of::<Guard>() + size)?)?;
    let shared = Shared::open(&file)?;
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
    Ok(file)
}

/// The error that a function of pthreads returned, if it did.
fn ok(code: c_int) -> anyhow::Result<()> {
    ensure!(code == 0, std::io::Error::from_raw_os_error(code));
    Ok(())
}

impl Shared {
    fn open(file: &File) -> anyhow::Result<Self> {
        Ok(Self { map: MmapRaw::map_raw(file)? })
    }

    fn guard(&self) -> *mut Guard {
        self.map.as_mut_ptr().cast()
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
            let code = unsafe {
                libc::pthread_cond_wait(&raw mut (*self.guard()).changed, &raw mut (*self.guard()).mutex)
            };
            ok(code)?;
        }
        self.unlock()
    }

    /// Wakes who sleeps.
    fn wake(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it.
        ok(unsafe { libc::pthread_cond_signal(&raw mut (*self.guard()).changed) })
    }

    fn lock(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it.
        ok(unsafe { libc::pthread_mutex_lock(&raw mut (*self.guard()).mutex) })
    }

    fn unlock(&self) -> anyhow::Result<()> {
        // SAFETY: `create` has initialised it, and it is held.
        ok(unsafe { libc::pthread_mutex_unlock(&raw mut (*self.guard()).mutex) })
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
    to: Shared,
    from: Shared,
    received: Vec<u8>,
    sleeps: bool,
}

impl Values {
    fn open(to: &File, from: &File, size: usize, sleeps: bool) -> anyhow::Result<Self> {
        Ok(Self { to: Shared::open(to)?, from: Shared::open(from)?, received: vec![0; size], sleeps })
    }
}

impl Side for Values {
    fn send(&mut self, message: &[u8]) -> anyhow::Result<()> {
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
}
