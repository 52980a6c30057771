//! Waiting: of a commit and a waiter, one sees the other, so no wake-up is lost. \[O6\]

use std::sync::Arc;

use crate::layout::chunk::{HEADER, is_written};
use crate::memory::fence::{Light, heavy};
use crate::memory::region::Word;
use crate::memory::{Manifest, Region, Segment, Writable};
use crate::sync::{AtomicU32, Ordering};

/// A place in the log of a generation, through a mapping that needs no lease: only control words are looked at.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    region: Arc<Region>,
    generation: u64,
    at: u64,
}

impl Mark {
    /// Where `segment` holds, or will hold, the chunk at `at`.
    pub(crate) fn new(segment: &Segment, at: u64) -> Self {
        Self { region: Arc::clone(segment.region()), generation: segment.geometry().generation, at }
    }

    /// The same in a copy, of which it keeps nothing: newer ones are looked at. `region` is whatever else there is.
    #[cfg(not(loom))]
    pub(crate) fn in_copies(region: &Arc<Region>, segment: &Segment, at: u64) -> Self {
        Self { region: Arc::clone(region), generation: segment.geometry().generation, at }
    }

    /// Lets go of the memory of a generation that is over now that `segment` is current: whoever asks hears that it has
    /// passed, and nobody looks there.
    #[cfg(not(loom))]
    pub(crate) fn leave_for(&mut self, segment: &Segment) {
        if self.generation != segment.geometry().generation {
            self.region = Arc::clone(segment.region());
        }
    }

    /// Whether something was committed here in `segment`, a copy, or that is another generation.
    pub(crate) fn is_passed_in(&self, segment: &Arc<Segment>) -> bool {
        // Damage is for the look that follows to find.
        segment.geometry().generation != self.generation || !matches!(segment.chunk(self.at), Ok(None))
    }

    /// Whether something was committed here, or the area has moved on. Only control words are read, so no lease
    /// is needed: if the memory has been reused, then the manifest has moved as well, and that is looked at first. A file
    /// that was deleted keeps its memory as long as it is mapped.
    pub(crate) fn is_passed(&self, manifest: &Manifest) -> bool {
        if manifest.current() != self.generation {
            return true;
        }
        let control = self.region.reaches(self.at.saturating_add(HEADER));
        let control = control.then(|| self.region.load(self.at, Ordering::Acquire)).flatten();
        control.is_some_and(is_written) || manifest.current() != self.generation
    }

    /// Announces a waiter on `bell`, then looks once more; `None` if there is no need to sleep.
    ///
    /// The look between setting `waiting` and sleeping pairs with the writer's look at `waiting` after its commit:
    /// one of the two sees the other. \[O6\]
    pub(crate) fn announce(
        &self,
        manifest: &Manifest,
        pulse: &AtomicU32,
        bell: Option<&Writable>,
    ) -> Option<Sleep> {
        // Acquires the writer's clearing of `waiting` before that pulse: what is stored below comes after it.
        let seen = pulse.load(Ordering::Acquire);
        let heard = bell.and_then(|bell| bell.word(0)).is_some_and(|waiting| {
            waiting.store(1, Ordering::Relaxed);
            heavy()
        });
        (!self.is_passed(manifest)).then_some(Sleep { seen, heard })
    }
}

/// How to sleep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleep {
    /// The pulse to sleep on, as it was before the last look.
    pub(crate) seen: u32,
    /// Whether the writer will see that somebody sleeps, and move it.
    pub(crate) heard: bool,
}

/// Looks for waiters after a commit or a switch; whether they are to be woken. \[O6\]
#[inline]
pub(crate) fn answers(bell: &Word, fence: Light) -> bool {
    fence.fence();
    let waiting = bell.get();
    let waits = waiting.load(Ordering::Relaxed) != 0;
    if waits {
        waiting.store(0, Ordering::Relaxed);
    }
    waits
}
