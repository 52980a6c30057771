//! Builds the next segment completely, aside: nothing of it can be seen before the manifest names it.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::Mode;

use super::dir::{Dir, Place, segment_name};
use super::retired::Spare;
use crate::error::Fault;
use crate::failpoint;
use crate::layout::manifest::Identity;
use crate::layout::segment::Geometry;
use crate::log::carry::{Carried, Census, Plan, carry, finish};
use crate::log::publish::{Log, Start};
use crate::memory::lease::Ownership;
use crate::memory::scratch::Scratch;
use crate::memory::{Damage, Segment, Writable};
use crate::os;

/// What every segment of an area is made with.
pub(crate) struct Forge<'a> {
    pub(crate) place: &'a Place,
    pub(crate) dir: &'a Dir,
    pub(crate) identity: &'a Identity,
    pub(crate) mode: Mode,
    pub(crate) owner: &'a Ownership,
}

/// Memory for a segment: a fresh file or a spare, held so that nobody can attach to it yet.
struct Blank {
    name: String,
    generation: u64,
    memory: Writable,
    /// The exclusive lock of a spare; a fresh file needs none, for no reader knows it.
    lock: Option<OwnedFd>,
}

impl Forge<'_> {
    /// Builds a segment of a `generation` not below the one given, with what `census` counted in `from`. On failure
    /// no file is left.
    pub(crate) fn build(
        &self,
        from: Option<&Arc<Segment>>,
        census: &Census,
        plan: &Plan,
        generation: u64,
        spare: Option<Spare>,
    ) -> Result<Log, Fault> {
        let blank = match spare {
            Some(spare) => self.recycle(spare, generation, plan)?,
            None => self.fresh(generation, plan)?,
        };
        let name = blank.name.clone();
        self.fill(from, census, plan, blank).inspect_err(|_| self.dir.unlink(&name))
    }

    /// A new file, with the first stretch reserved, or the least that will do.
    fn fresh(&self, mut generation: u64, plan: &Plan) -> Result<Blank, Fault> {
        let (name, fd, id) = loop {
            let name = segment_name(generation);
            match self.dir.create(self.place, &name, self.mode)? {
                Some((fd, id)) => break (name, fd, id),
                None => generation += 1,
            }
        };
        failpoint::hit("segment.created");
        let result = self.reserve_first(&fd, &name, plan).and_then(|known| {
            let memory = Writable::map(fd.as_fd(), id, plan.limit, known)
                .map_err(|error| self.place.os_error("map", &name, error))?;
            memory.prefault(0, known);
            Ok(Blank { name: name.clone(), generation, memory, lock: None })
        });
        result.inspect_err(|_| self.dir.unlink(&name))
    }

    fn reserve_first(&self, fd: &OwnedFd, name: &str, plan: &Plan) -> Result<u64, Fault> {
        let mut wished = plan.first_stretch();
        loop {
            match os::reserve(fd.as_fd(), 0, wished) {
                Ok(()) => return Ok(wished),
                Err(_) if wished > plan.minimum => wished = plan.minimum,
                Err(error) => return Err(self.place.no_space(fd.as_fd(), name, wished, error)),
            }
        }
    }

    /// A retired segment under its new name.
    fn recycle(&self, spare: Spare, mut generation: u64, plan: &Plan) -> Result<Blank, Fault> {
        let old_name = segment_name(spare.generation);
        let known = spare.memory.region().known();
        let result = if known < plan.minimum {
            os::reserve(spare.fd.as_fd(), known, plan.minimum)
                .map(|()| spare.memory.region().learn(plan.minimum))
                .map_err(|error| {
                    self.place.no_space(spare.fd.as_fd(), &old_name, plan.minimum - known, error)
                })
        } else {
            Ok(())
        };
        let result = result.and_then(|()| {
            let mut name = segment_name(generation);
            while !self.dir.rename(self.place, &old_name, &name)? {
                generation += 1;
                name = segment_name(generation);
            }
            failpoint::hit("segment.renamed");
            Ok(name)
        });
        match result {
            Ok(name) => Ok(Blank { name, generation, memory: spare.memory, lock: Some(spare.fd) }),
            Err(fault) => {
                self.dir.unlink(&old_name);
                Err(fault)
            }
        }
    }

    /// Wipes, carries, describes; then lets go of the exclusive lock.
    fn fill(
        &self,
        from: Option<&Arc<Segment>>,
        census: &Census,
        plan: &Plan,
        blank: Blank,
    ) -> Result<Log, Fault> {
        let Blank { name, generation, memory, lock } = blank;
        let damaged = |damage: Damage| self.place.corrupt(&name, damage.to_string());
        let log_start = Geometry::log_start(plan.index_slots);
        let mut scratch = Scratch::new(memory.clone(), plan.index_slots, log_start, self.owner);
        scratch.wipe().ok_or_else(|| damaged(scratch.outside()))?;
        failpoint::hit("segment.wiped");
        let carried = match from {
            Some(from) => carry(from, census, self.identity.seed, self.identity.kind, &mut scratch)
                .map_err(|damage| from.corrupt(damage))?,
            None => Carried::default(),
        };
        let geometry = finish(&mut scratch, census, plan, carried, self.identity.uuid, generation)
            .ok_or_else(|| damaged(scratch.outside()))?;
        failpoint::hit("segment.filled");

        // From here on readers may take their leases; before the switch none does.
        drop(lock);
        let segment =
            Arc::new(Segment::new(Arc::clone(memory.region()), geometry, None, self.place.shared_path()));
        let start = Start {
            next_seq: census.next_seq,
            used_slots: census.live(),
            live_bytes: census.live_bytes,
            expiring: census.expiring,
        };
        Ok(Log::new(segment, scratch, start))
    }
}
