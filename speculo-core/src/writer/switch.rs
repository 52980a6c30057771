//! Switching to the next segment, and telling those who wait.

use std::sync::Arc;

use rustix::fs::OFlags;

use super::Writer;
use crate::area::Flags;
use crate::area::dir::{Dir, LOCK, MANIFEST, segment_name};
use crate::error::Fault;
use crate::failpoint;
use crate::layout::segment::{AT_STATE, OBSOL};
use crate::log::wait::answers;
use crate::memory::manifest::{move_pulse, switch};
use crate::memory::{FileId, Segment, Writable};
use crate::os;
use crate::sync::Ordering;

impl Writer {
    /// Looks for waiters after a commit, and wakes them. \[O6\]
    #[inline]
    pub(super) fn ring(&self) {
        if answers(&self.parts.bell, self.parts.fence) {
            self.wake();
        }
    }

    /// Moves the pulse, and wakes everybody who sleeps on it.
    #[cold]
    pub(crate) fn wake(&self) {
        if let Some(pulse) = move_pulse(&self.parts.manifest_memory) {
            failpoint::hit("wake.moved");
            os::futex::wake_all(pulse);
        }
    }

    /// The area's directory, if it is still the one that this writer created.
    pub(super) fn dir(&self) -> Result<Option<Dir>, Fault> {
        Dir::reopen(&self.parts.place, self.parts.dir)
    }

    /// Makes a segment current: the one store that switches. Before it, everything must still be where it was, or
    /// somebody has removed the area behind our back. \[O7\]
    pub(crate) fn switch(&self, dir: &Dir, next: &Segment) -> Result<(), Fault> {
        let parts = &self.parts;
        let name = segment_name(next.geometry().generation);
        let intact = dir.identity(LOCK) == Some(parts.lock)
            && dir.identity(MANIFEST) == Some(parts.manifest.file())
            && dir.identity(&name) == Some(next.region().id());
        if !intact {
            if dir.identity(&name) == Some(next.region().id()) {
                dir.unlink(&name);
            }
            return Err(parts.place.removed().into());
        }
        failpoint::hit("switch.before");
        // A manifest without this word would not have been identified as one.
        let _ = switch(&parts.manifest_memory, next.geometry().generation);
        failpoint::hit("switch.after");
        self.ring();
        Ok(())
    }

    /// Makes the segment that this writer was built with current, in place of a dead writer's.
    pub(crate) fn take_over_from(&mut self, from: &Arc<Segment>) -> Result<(), Fault> {
        // Whoever fails to take an area over leaves it to the next one.
        let flags = self.parts.flags;
        self.parts.flags.remove(Flags::REMOVE_ON_DROP);
        let dir = self.dir()?.ok_or_else(|| self.parts.place.removed())?;
        self.switch(&dir, self.parts.log.segment())?;
        self.parts.flags = flags;
        self.wake();
        failpoint::hit("takeover.woken");
        // From here on the area is taken over, whatever becomes of the dead writer's memory.
        let generation = from.geometry().generation;
        match self.map_again(&dir, from) {
            Some(memory) => {
                retire(&memory);
                self.retired.add(generation, memory);
            }
            None => dir.unlink_if(&segment_name(generation), from.region().id()),
        }
        failpoint::hit("takeover.retired");
        Ok(())
    }

    /// A segment of a dead writer, to be used again.
    fn map_again(&self, dir: &Dir, from: &Segment) -> Option<Writable> {
        let name = segment_name(from.geometry().generation);
        let region = from.region();
        let (fd, stat) = dir.file(&self.parts.place, &name, OFlags::RDWR).ok()??;
        if FileId::of(&stat) != region.id() {
            return None;
        }
        rustix::fs::fchmod(&fd, self.parts.mode).ok()?;
        Writable::map(std::os::fd::AsFd::as_fd(&fd), region.id(), region.span(), region.known()).ok()
    }
}

/// Marks a segment as obsolete: a hint for tools; readers go by the manifest.
pub(super) fn retire(memory: &Writable) {
    if let Some(state) = memory.word(AT_STATE) {
        state.store(OBSOL, Ordering::Release);
    }
}
