//! Which process made a handle: a child of `fork` inherits the memory of its parent's handles, not their rights.

#![expect(unsafe_code, reason = "maps the page that the kernel wipes in children")]

use std::io;
use std::sync::OnceLock;

use rustix::mm::{Advice, MapFlags, ProtFlags};

use crate::layout::{PAGE, to_usize};
use crate::sync::{AtomicU64, Ordering};

/// The process that made a handle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    /// A word that the kernel sets to 0 in children.
    word: &'static AtomicU64,
    token: u64,
}

impl Process {
    /// The calling process.
    pub(crate) fn current() -> io::Result<Self> {
        static WORD: OnceLock<&'static AtomicU64> = OnceLock::new();
        /// Copied by `fork`, so a child's tokens are higher than those it inherited.
        static NEXT: AtomicU64 = AtomicU64::new(1);

        let word = match WORD.get() {
            Some(word) => word,
            None => {
                let fresh = wiped_on_fork()?;
                WORD.get_or_init(|| fresh)
            }
        };
        // Relaxed: the word carries no other data.
        if word.load(Ordering::Relaxed) == 0 {
            let token = NEXT.fetch_add(1, Ordering::Relaxed);
            // Another thread may have been first; its token serves as well.
            let _ = word.compare_exchange(0, token, Ordering::Relaxed, Ordering::Relaxed);
        }
        Ok(Self { word, token: word.load(Ordering::Relaxed) })
    }

    /// Whether the caller is that process, not a child of it. One load.
    #[inline]
    pub(crate) fn is_current(self) -> bool {
        self.word.load(Ordering::Relaxed) == self.token
    }
}

/// A word on a page of its own that reads 0 in a child of `fork`.
fn wiped_on_fork() -> io::Result<&'static AtomicU64> {
    let len = to_usize(PAGE);
    // SAFETY: a new private anonymous mapping at an address of the kernel's choice disturbs nothing.
    let page = unsafe {
        rustix::mm::mmap_anonymous(
            std::ptr::null_mut(),
            len,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE,
        )
    }?;
    // SAFETY: the range is the mapping just made; in this process the advice changes nothing.
    unsafe { rustix::mm::madvise(page, len, Advice::LinuxWipeOnFork) }?;
    // SAFETY: aligned to a page, zeroed by the kernel, never unmapped, and reached only through this atomic.
    Ok(unsafe { AtomicU64::from_ptr(page.cast()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_current() {
        let first = Process::current().unwrap();
        let second = Process::current().unwrap();
        assert!(first.is_current() && second.is_current());
        assert_eq!(first.token, second.token);
    }
}
