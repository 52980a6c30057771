//! Builds the next segment completely, aside: nothing of it can be seen before the manifest names it.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::dir::{Dir, Place, segment_name};
use super::retired::Spare;
use crate::error::Fault;
use crate::failpoint;
use crate::layout::manifest::Identity;
use crate::layout::segment::Geometry;
use crate::log::carry::{Carried, Census, Plan, carry, finish};
use crate::log::publish::{Log, Start};
use crate::memory::lease::{Grip, Ownership, try_lock};
use crate::memory::scratch::Scratch;
use crate::memory::{Damage, FileId, Lease, Process, Segment, Writable};
use crate::os;

/// What every segment of an area is made with.
pub(crate) struct Forge<'a> {
    pub(crate) place: &'a Place,
    pub(crate) dir: &'a Dir,
    pub(crate) identity: &'a Identity,
    pub(crate) mode: Mode,
    pub(crate) owner: &'a Ownership,
    pub(crate) process: Process,
}

/// Memory for a segment: a fresh file or a spare, held so that nobody can attach to it yet.
struct Blank {
    name: String,
    generation: u64,
    memory: Writable,
    /// The description that carries the lock: exclusive for a spare, none yet for a fresh file.
    lock: OwnedFd,
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
            // The data mapping must not hold the lock, so the lock gets a description of its own.
            let (lock, _) = self
                .dir
                .file(self.place, &name, OFlags::RDONLY)?
                .filter(|(_, stat)| FileId::of(stat) == id)
                .ok_or_else(|| self.place.removed())?;
            Ok(Blank { name: name.clone(), generation, memory, lock })
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
            Ok(name) => Ok(Blank { name, generation, memory: spare.memory, lock: spare.fd }),
            Err(fault) => {
                self.dir.unlink(&old_name);
                Err(fault)
            }
        }
    }

    /// Wipes, carries, describes; then lets go of the exclusive lock by turning it into the writer's own lease.
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

        let failed = |error| self.place.os_error("lease", &name, error);
        if !try_lock(lock.as_fd(), Grip::Shared).map_err(failed)? {
            return Err(self.place.corrupt(&name, "somebody else has locked it").into());
        }
        // The writer's own lease keeps others that might take the area over from reusing what it writes to.
        let lease = Lease::keep_for(&lock, self.process).map_err(failed)?;
        let segment =
            Arc::new(Segment::new(Arc::clone(memory.region()), geometry, lease, self.place.shared_path()));
        let start = Start {
            next_seq: census.next_seq,
            used_slots: census.live(),
            live_bytes: census.live_bytes,
            expiring: census.expiring,
        };
        Ok(Log::new(segment, scratch, start))
    }
}
