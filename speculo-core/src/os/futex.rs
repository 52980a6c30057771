//! Sleeping on a word of shared memory, and waking who sleeps there.

use std::time::Duration;

use rustix::thread::futex::{self, Flags, Timespec};

use crate::sync::AtomicU32;

/// Sleeps while `word` holds `seen`, for `slice` at most. It works on a read-only mapping. Returning says nothing:
/// look again.
pub(crate) fn wait(word: &AtomicU32, seen: u32, slice: Duration) {
    let timeout = Timespec {
        tv_sec: i64::try_from(slice.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: slice.subsec_nanos().into(),
    };
    // A changed word, a signal and the time-out all mean the same to the caller.
    let _ = futex::wait(word, Flags::empty(), seen, Some(&timeout));
}

/// Wakes everybody who sleeps on `word`.
pub(crate) fn wake_all(word: &AtomicU32) {
    // There is no failure but a bad address, and the word is mapped.
    let _ = futex::wake(word, Flags::empty(), i32::MAX.unsigned_abs());
}
