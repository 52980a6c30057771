//! Named points at which a test can end the process: `SPECULO_KILL=name`, or `name:n` for the n-th time that it is
//! passed, by SIGKILL; with `name:n:abort` by SIGABRT. Neither lets a destructor run. What each of them leaves is
//! written down in `docs/crash.md`.
//!
//! Compiled in with the feature `failpoints` only; otherwise [`hit`] is nothing.

/// Dies here if the environment asks for it.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub(crate) fn hit(_name: &str) {}

/// Dies here if the environment asks for it.
#[cfg(feature = "failpoints")]
pub(crate) fn hit(name: &str) {
    use std::sync::OnceLock;

    use crate::sync::{AtomicU64, Ordering};

    struct Wanted {
        point: String,
        left: AtomicU64,
        abort: bool,
    }
    static WANTED: OnceLock<Option<Wanted>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("SPECULO_KILL").ok()?;
        let mut parts = text.split(':');
        let point = parts.next()?.to_owned();
        let left = AtomicU64::new(parts.next().map_or(Some(1), |count| count.parse().ok())?);
        Some(Wanted { point, left, abort: parts.next() == Some("abort") })
    });
    if let Some(Wanted { point, left, abort }) = wanted
        && point == name
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        if *abort {
            std::process::abort();
        }
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
