//! File locks that live as long as a mapping.
//!
//! A lock of an open file description lasts until the description is gone. A mapping keeps the description alive,
//! so after `open`, lock, map one page without any rights, `close`, the lock costs no descriptor, survives
//! `closefrom`, and ends with `munmap` or with the process, however it ends. It is never unlocked by a call. (Who copies
//! a segment holds a lock for as long as that takes, on an open descriptor, and unlocks it.)

#![expect(unsafe_code, reason = "maps the page that holds the lock, and calls fcntl")]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use rustix::mm::{Advice, MapFlags, ProtFlags};

use super::Process;
use crate::layout::{PAGE, to_usize};

/// How a lock excludes others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Together with other shared ones. A read-only descriptor is enough.
    Shared,
    /// Alone. Needs a writable descriptor, so readers cannot take it.
    Exclusive,
}

/// Takes a lock on the whole file for `fd`'s open file description, or turns the one it has into another; `false`
/// if somebody else's is in the way.
pub(crate) fn try_lock(fd: BorrowedFd<'_>, grip: Grip) -> io::Result<bool> {
    match ofd_lock(fd, libc::F_OFD_SETLK, grip) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets go of the lock of `fd`'s open file description.
pub(crate) fn unlock(fd: BorrowedFd<'_>) -> io::Result<()> {
    fcntl_lock(fd, libc::F_OFD_SETLK, libc::F_UNLCK).map(drop)
}

/// Whether somebody else's lock stands in the way of `grip`. Takes nothing.
pub(crate) fn is_locked(fd: BorrowedFd<'_>, grip: Grip) -> io::Result<bool> {
    Ok(i32::from(ofd_lock(fd, libc::F_OFD_GETLK, grip)?.l_type) != libc::F_UNLCK)
}

fn ofd_lock(fd: BorrowedFd<'_>, command: libc::c_int, grip: Grip) -> io::Result<libc::flock> {
    let kind = match grip {
        Grip::Shared => libc::F_RDLCK,
        Grip::Exclusive => libc::F_WRLCK,
    };
    fcntl_lock(fd, command, kind)
}

fn fcntl_lock(fd: BorrowedFd<'_>, command: libc::c_int, kind: libc::c_int) -> io::Result<libc::flock> {
    let narrow =
        |n: i32| libc::c_short::try_from(n).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    // From 0 for length 0: the whole file, however long it grows.
    let mut lock = libc::flock {
        l_type: narrow(kind)?,
        l_whence: narrow(libc::SEEK_SET)?,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    loop {
        // SAFETY: the descriptor is open for the call's duration, and `lock` is a valid `flock` that the kernel
        // reads and, for F_OFD_GETLK, writes.
        if unsafe { libc::fcntl(fd.as_raw_fd(), command, &raw mut lock) } == 0 {
            return Ok(lock);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Proof that this process is an area's only writer: it holds the exclusive lock of `.lock`.
#[derive(Debug)]
pub(crate) struct Ownership(#[expect(dead_code, reason = "held, not used")] Lease);

impl Ownership {
    /// Takes the lock for the lifetime of the value; `None` if somebody else has it.
    pub(crate) fn take(fd: &OwnedFd, owner: Process) -> io::Result<Option<Self>> {
        if try_lock(fd.as_fd(), Grip::Exclusive)? {
            Ok(Some(Self(Lease::keep_for(fd, owner)?)))
        } else {
            Ok(None)
        }
    }
}

/// A held lock. Dropping it releases it.
#[derive(Debug)]
pub(crate) struct Lease {
    page: NonNull<libc::c_void>,
    /// Set if children do not inherit the mapping: then only this process may unmap it.
    owner: Option<Process>,
}

impl Lease {
    /// Keeps `fd`'s lock after `fd` is closed, and lets children of `fork` keep it as well: what a reader holds is readable in its
    /// children too (P7).
    pub(crate) fn keep(fd: &OwnedFd) -> io::Result<Self> {
        Ok(Self { page: hold(fd.as_fd())?, owner: None })
    }

    /// Keeps `fd`'s lock after `fd` is closed, for this process only: it ends with it, even while children live on (P5).
    pub(crate) fn keep_for(fd: &OwnedFd, owner: Process) -> io::Result<Self> {
        let lease = Self { page: hold(fd.as_fd())?, owner: Some(owner) };
        // SAFETY: the range is the page that `lease` maps; the advice only concerns what children inherit.
        unsafe { rustix::mm::madvise(lease.page.as_ptr(), to_usize(PAGE), Advice::LinuxDontFork) }?;
        Ok(lease)
    }
}

/// Maps one page through `fd`, without any rights: it is never touched, so the file's length does not matter.
fn hold(fd: BorrowedFd<'_>) -> io::Result<NonNull<libc::c_void>> {
    // SAFETY: a new mapping at an address of the kernel's choice disturbs nothing.
    let page = unsafe {
        rustix::mm::mmap(std::ptr::null_mut(), to_usize(PAGE), ProtFlags::empty(), MapFlags::SHARED, fd, 0)
    }?;
    NonNull::new(page).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.owner.is_some_and(|owner| !owner.is_current()) {
            // A child of `fork` has no such mapping; by now its address may belong to something else.
            return;
        }
        // SAFETY: the page was mapped by `hold` in this process, or inherited from it, and is unmapped only here.
        // No reference into it exists, for it has no rights.
        let _ = unsafe { rustix::mm::munmap(self.page.as_ptr(), to_usize(PAGE)) };
    }
}

// SAFETY: the page is an address to unmap, and nothing is reached through it: any thread may do that.
unsafe impl Send for Lease {}
// SAFETY: a shared `Lease` offers no operation.
unsafe impl Sync for Lease {}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{Mode, OFlags};

    fn open(path: &std::path::Path, flags: OFlags) -> OwnedFd {
        rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty()).unwrap()
    }

    #[test]
    fn a_lease_lives_without_a_descriptor_and_keeps_writers_out() {
        let root = crate::Root::temporary().unwrap();
        let path = root.path().unwrap().join("file");
        std::fs::write(&path, b"x").unwrap();

        let reader = open(&path, OFlags::RDONLY);
        assert!(try_lock(reader.as_fd(), Grip::Shared).unwrap());
        let lease = Lease::keep(&reader).unwrap();
        drop(reader);

        let writer = open(&path, OFlags::RDWR);
        assert!(!try_lock(writer.as_fd(), Grip::Exclusive).unwrap());
        assert!(is_locked(writer.as_fd(), Grip::Exclusive).unwrap());
        assert!(!is_locked(writer.as_fd(), Grip::Shared).unwrap());

        drop(lease);
        assert!(try_lock(writer.as_fd(), Grip::Exclusive).unwrap());
    }

    #[test]
    fn a_read_only_descriptor_cannot_lock_others_out() {
        let root = crate::Root::temporary().unwrap();
        let path = root.path().unwrap().join("file");
        std::fs::write(&path, b"x").unwrap();
        assert!(try_lock(open(&path, OFlags::RDONLY).as_fd(), Grip::Exclusive).is_err());
    }
}
