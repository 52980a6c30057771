//! Waiting for the log to move.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Reader;
use super::follow::{Event, Step};
use crate::error::ReadError;
use crate::log::read::last;
use crate::log::wait::{Mark, Sleep};
use crate::memory::Chunk;
use crate::os::futex;
use crate::sync::Ordering;

/// A waiter looks by itself at least this often, whatever became of the writer that should wake it.
const SLICE: Duration = Duration::from_millis(100);
/// Without `.bell`, or where the kernel refuses its part, nobody wakes a waiter: it looks by itself, soon at first,
/// then less often.
const FIRST_NAP: Duration = Duration::from_micros(200);
const LAST_NAP: Duration = Duration::from_millis(20);

impl Reader {
    /// Waits until the log has moved past where it was when this returned last (at first: when the reader was
    /// opened); at once if it has already. `false` after `timeout`. Commits, removals and rollovers count as moves,
    /// so look what is new; there may be nothing of interest.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]; [`Removed`](crate::error::Removed) if the area is removed.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Result<bool, ReadError> {
        let moved = self.block(&self.mark.clone(), deadline(timeout))?;
        if moved {
            let segment = self.current()?;
            let end = last(segment).map_err(|damage| segment.corrupt(damage))?.1;
            let segment = Arc::clone(segment);
            self.mark = self.mark_at(&segment, end);
        }
        Ok(moved)
    }

    /// As [`try_next`](Self::try_next), but waits for it.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn next_chunk(&mut self) -> Result<Chunk<'_>, ReadError> {
        let at = self.next_at(None)?;
        // Without a deadline there is a chunk, or an error before.
        let chunk = at.map(|at| self.chunk_at(at)).transpose()?.flatten();
        chunk.ok_or_else(|| self.place.removed().into())
    }

    /// As [`try_next`](Self::try_next), but waits for it; `None` after `timeout`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn next_timeout(&mut self, timeout: Option<Duration>) -> Result<Option<Chunk<'_>>, ReadError> {
        match self.next_at(deadline(timeout))? {
            Some(at) => self.chunk_at(at),
            None => Ok(None),
        }
    }

    fn next_at(&mut self, end: Option<Instant>) -> Result<Option<u64>, ReadError> {
        loop {
            match self.step(false)? {
                Step::At(at) => return Ok(Some(at)),
                Step::Resync => {}
                Step::End => {
                    if !self.block_at_cursor(end)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// As [`try_event`](Self::try_event), but waits for it; `None` after `timeout`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn event_timeout(&mut self, timeout: Option<Duration>) -> Result<Option<Event<'_>>, ReadError> {
        let end = deadline(timeout);
        loop {
            match self.step(true)? {
                Step::End => {
                    if !self.block_at_cursor(end)? {
                        return Ok(None);
                    }
                }
                step => return self.event(&step),
            }
        }
    }

    fn block_at_cursor(&mut self, end: Option<Instant>) -> Result<bool, ReadError> {
        let Some(segment) = &self.segment else { return Ok(true) };
        let mark = self.mark_at(segment, self.cursor.at());
        self.block(&mark, end)
    }

    /// Sleeps until the log has moved past `mark`; `false` at the deadline.
    fn block(&mut self, mark: &Mark, end: Option<Instant>) -> Result<bool, ReadError> {
        if self.source.is_some() {
            return self.block_on_copies(mark, end);
        }
        let mut nap = FIRST_NAP;
        loop {
            if mark.is_passed(&self.manifest) {
                return Ok(true);
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
            let manifest = Arc::clone(&self.manifest);
            let Some(pulse) = manifest.pulse() else { return Err(self.place.removed().into()) };
            let Some(Sleep { seen, heard }) = mark.announce(&manifest, pulse, self.bell.as_ref()) else {
                return Ok(true);
            };
            let slice = if heard { SLICE } else { nap };
            futex::wait(pulse, seen, left.map_or(slice, |left| left.min(slice)));
            nap = longer(nap);
            // A short wait keeps the lease; a longer one must not keep the memory.
            if pulse.load(Ordering::Acquire) == seen && !mark.is_passed(&self.manifest) {
                self.idle();
            }
        }
    }

    /// [`block`](Self::block) where nothing is mapped that one could sleep on.
    fn block_on_copies(&mut self, mark: &Mark, end: Option<Instant>) -> Result<bool, ReadError> {
        let mut nap = FIRST_NAP;
        loop {
            self.attach()?;
            if self.segment.as_ref().is_none_or(|segment| mark.is_passed_in(segment)) {
                return Ok(true);
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
            std::thread::sleep(left.map_or(nap, |left| left.min(nap)));
            nap = longer(nap);
        }
    }
}

fn longer(nap: Duration) -> Duration {
    (nap * 2).min(LAST_NAP)
}

fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_by_itself_does_so_less_and_less_often() {
        let naps: Vec<_> =
            std::iter::successors(Some(FIRST_NAP), |nap| Some(longer(*nap))).take(10).collect();
        assert!(
            naps.iter().zip(naps.iter().skip(1)).all(|(nap, next)| *next == LAST_NAP || *next == *nap * 2)
        );
        assert_eq!(naps.last(), Some(&LAST_NAP));
    }
}
