//! When to end: the arguments that every role takes.

use std::os::unix::process::parent_id;
use std::time::{Duration, Instant};

use crate::{Result, USAGE};

/// When to end.
pub(crate) struct Until {
    /// After the first time.
    pub(crate) once: bool,
    end: Option<Instant>,
    parent: Option<u32>,
}

impl Until {
    pub(crate) fn from_args(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut until = Self { once: false, end: None, parent: None };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--once" => until.once = true,
                "--for" => {
                    let seconds = args.next().ok_or("--for takes a number of seconds")?;
                    until.end = Some(Instant::now() + Duration::try_from_secs_f64(seconds.parse()?)?);
                }
                // What `together` tells its publisher: not to outlive it.
                "--parent" => until.parent = args.next().map(|pid| pid.parse()).transpose()?,
                other => return Err(format!("unknown argument {other:?}; {USAGE}").into()),
            }
        }
        Ok(until)
    }

    pub(crate) fn is_over(&self) -> bool {
        let orphaned = self.parent.is_some_and(|pid| pid != parent_id());
        self.once || orphaned || self.end.is_some_and(|end| end <= Instant::now())
    }

    /// How long to wait before asking [`is_over`](Self::is_over) again.
    pub(crate) fn wait(&self) -> Duration {
        let left = self.end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        if self.once { Duration::ZERO } else { left.min(Duration::from_secs(1)) }
    }
}
