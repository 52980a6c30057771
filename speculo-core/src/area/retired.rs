//! Obsolete segments: memory to be used again, once no reader holds it.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::OFlags;

use super::dir::{Dir, Place, segment_name};
use crate::error::Fault;
use crate::failpoint;
use crate::log::plan::Plan;
use crate::memory::lease::{Grip, is_locked, try_lock};
use crate::memory::{FileId, Writable};

/// How many retired segments a rollover looks at: readers that hold many must not make it slow (P2).
const LOOKS: usize = 4;

/// A segment that was current once, newest last.
#[derive(Debug)]
struct Old {
    generation: u64,
    memory: Writable,
}

/// A retired segment that nobody holds, locked exclusively.
#[derive(Debug)]
pub(crate) struct Spare {
    pub(crate) generation: u64,
    pub(crate) memory: Writable,
    pub(crate) fd: OwnedFd,
}

/// The retired segments of one writer.
#[derive(Debug, Default)]
pub(crate) struct Retired {
    list: Vec<Old>,
    /// Where the next look at the older ones begins.
    turn: usize,
}

impl Retired {
    pub(crate) fn add(&mut self, generation: u64, memory: Writable) {
        self.list.push(Old { generation, memory });
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Bytes of all retired segments, and of those that readers hold.
    pub(crate) fn bytes(&self, dir: &Dir, place: &Place) -> (u64, u64) {
        self.list.iter().fold((0, 0), |(all, pinned), old| {
            let bytes = old.memory.region().known();
            let held = dir.file(place, &segment_name(old.generation), OFlags::RDONLY).ok().flatten();
            let held = held.is_some_and(|(fd, _)| is_locked(fd.as_fd(), Grip::Exclusive).unwrap_or(true));
            (all + bytes, pinned + if held { bytes } else { 0 })
        })
    }

    /// Takes a segment that nobody holds and that suits `plan`; deletes the free ones that do not suit. Those still
    /// held stay, and are looked at again. The latest is tried first: readers leave it soonest.
    pub(crate) fn pick(&mut self, dir: &Dir, place: &Place, plan: &Plan) -> Option<Spare> {
        let mut spare = None;
        for look in 0..LOOKS.min(self.list.len()) {
            let last = self.list.len().checked_sub(1)?;
            let at = if look < 2 { last.saturating_sub(look) } else { self.next_turn() };
            match self.try_take(at, dir, place) {
                Take::Held => {}
                Take::Gone => drop(self.list.remove(at)),
                Take::Free(fd) => {
                    let old = self.list.remove(at);
                    if spare.is_none() && suits(&old.memory, plan) {
                        spare = Some(Spare { generation: old.generation, memory: old.memory, fd });
                        failpoint::hit("spare.locked");
                    } else {
                        dir.unlink(&segment_name(old.generation));
                        failpoint::hit("spare.deleted");
                    }
                }
            }
            if self.list.is_empty() {
                break;
            }
        }
        spare
    }

    /// Deletes the segments that nobody holds.
    pub(crate) fn free(&mut self, dir: &Dir, place: &Place) {
        for at in (0..self.list.len()).rev() {
            if !matches!(self.try_take(at, dir, place), Take::Held) {
                let old = self.list.remove(at);
                dir.unlink_if(&segment_name(old.generation), old.memory.region().id());
                failpoint::hit("spare.freed");
            }
        }
    }

    /// Deletes every retired segment; who holds one keeps its memory.
    pub(crate) fn clear(&mut self, dir: &Dir) {
        for old in self.list.drain(..) {
            dir.unlink_if(&segment_name(old.generation), old.memory.region().id());
            failpoint::hit("drop.freed");
        }
    }

    fn next_turn(&mut self) -> usize {
        self.turn = (self.turn + 1) % self.list.len().max(1);
        self.turn
    }

    fn try_take(&self, at: usize, dir: &Dir, place: &Place) -> Take {
        let Some(old) = self.list.get(at) else { return Take::Held };
        match dir.file(place, &segment_name(old.generation), OFlags::RDWR) {
            Ok(Some((fd, stat))) if FileId::of(&stat) == old.memory.region().id() => {
                match try_lock(fd.as_fd(), Grip::Exclusive) {
                    Ok(true) => Take::Free(fd),
                    _ => Take::Held,
                }
            }
            // Without a descriptor nothing can be said of it.
            Err(Fault::Os(_)) => Take::Held,
            // Somebody cleaned up behind us, or put another file there: that one is not ours to touch.
            _ => Take::Gone,
        }
    }
}

enum Take {
    Free(OwnedFd),
    Held,
    Gone,
}

/// Not much smaller than wished for, nor so much larger that the area would not shrink.
fn suits(memory: &Writable, plan: &Plan) -> bool {
    let (span, known) = (memory.region().span(), memory.region().known());
    span >= plan.minimum && span >= plan.limit / 4 * 3 && known <= plan.limit.saturating_mul(4)
}
