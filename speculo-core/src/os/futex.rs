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

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::ScopedJoinHandle;
    use std::time::Instant;

    #[test]
    fn who_waits_sleeps_until_the_slice_is_over_or_the_word_has_changed() {
        let word = AtomicU32::new(1);
        let begin = Instant::now();
        wait(&word, 1, Duration::from_millis(20));
        assert!(begin.elapsed() >= Duration::from_millis(20));
        wait(&word, 0, Duration::from_mins(1));
        assert!(begin.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn who_sleeps_can_be_woken() {
        let word = AtomicU32::new(1);
        let begin = Instant::now();
        std::thread::scope(|scope| {
            let sleepers = [(); 2].map(|()| scope.spawn(|| wait(&word, 1, Duration::from_secs(10))));
            // They may not be asleep yet.
            while begin.elapsed() < Duration::from_secs(10)
                && !sleepers.iter().all(ScopedJoinHandle::is_finished)
            {
                wake_all(&word);
                std::thread::yield_now();
            }
        });
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}
