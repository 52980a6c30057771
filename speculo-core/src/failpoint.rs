//! Named points at which a test can end the process: `SPECULO_KILL=name`, or `name:n` for the n-th time that it is
//! passed, by SIGKILL; with `name:n:abort` by SIGABRT. Neither lets a destructor run. What each of them leaves is
//! written down in `docs/crash.md`. With `name:n:stop` it is stopped there (SIGSTOP), until it is told to go on.
//!
//! Compiled in with the feature `failpoints` only; otherwise [`hit`] is nothing.

/// Dies or stops here if the environment asks for it.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub(crate) fn hit(_name: &str) {}

/// Dies or stops here if the environment asks for it.
#[cfg(feature = "failpoints")]
pub(crate) fn hit(name: &str) {
    use std::sync::OnceLock;

    use rustix::process::{Signal, getpid, kill_process};

    use crate::sync::{AtomicU64, Ordering};

    struct Wanted {
        point: String,
        left: AtomicU64,
        signal: Signal,
    }
    static WANTED: OnceLock<Option<Wanted>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("SPECULO_KILL").ok()?;
        let mut parts = text.split(':');
        let point = parts.next()?.to_owned();
        let left = AtomicU64::new(parts.next().map_or(Some(1), |count| count.parse().ok())?);
        let signal = match parts.next() {
            Some("abort") => Signal::ABORT,
            Some("stop") => Signal::STOP,
            _ => Signal::KILL,
        };
        Some(Wanted { point, left, signal })
    });
    if let Some(Wanted { point, left, signal }) = wanted
        && point == name
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        if *signal == Signal::ABORT {
            std::process::abort();
        }
        let _ = kill_process(getpid(), *signal);
    }
}
