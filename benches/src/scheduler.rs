//! What the scheduler says about a thread.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use anyhow::Context as _;

/// The thread that opened it.
pub(crate) struct Scheduler(File);

impl Scheduler {
    pub(crate) fn open() -> anyhow::Result<Self> {
        Ok(Self(File::open("/proc/thread-self/schedstat").context("the kernel keeps no schedstat")?))
    }

    /// Nanoseconds that the thread has waited for a processor so far, while it could have run.
    pub(crate) fn waited(&self) -> anyhow::Result<u64> {
        let mut text = [0; 64];
        let len = self.0.read_at(&mut text, 0)?;
        let text = std::str::from_utf8(text.get(..len).unwrap_or_default())?;
        let waited = text.split_ascii_whitespace().nth(1).context("schedstat has no second number")?;
        Ok(waited.parse()?)
    }
}
