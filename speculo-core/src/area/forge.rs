//! Builds the next segment aside: nothing of it can be seen before the manifest names it.

use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::fs::Mode;

use super::dir::{Dir, Place, segment_name};
use super::retired::Spare;
use crate::error::Fault;
use crate::failpoint;
use crate::layout::PAGE;
use crate::layout::manifest::Identity;
use crate::layout::segment::{AT_INDEX, Geometry};
use crate::log::carry::Carry;
use crate::log::census::Census;
use crate::log::plan::Plan;
use crate::log::publish::Log;
use crate::memory::lease::Ownership;
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

/// How much memory a segment begins with.
#[derive(Clone, Copy)]
struct First {
    wished: u64,
    least: u64,
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
        let first = First { wished: plan.first_stretch(), least: plan.minimum };
        let blank = self.blank(plan, generation, spare, first)?;
        let name = segment_name(blank.segment().geometry().generation);
        self.fill(from, census, plan, blank, &name).inspect_err(|_| self.dir.unlink(&name))
    }

    /// Begins a segment that is going to be filled in steps, with just enough memory for its header, or what a spare has.
    pub(crate) fn begin(&self, plan: &Plan, generation: u64, spare: Option<Spare>) -> Result<Carry, Fault> {
        let blank = self.blank(plan, generation, spare, First { wished: PAGE, least: PAGE })?;
        Ok(Carry::new(blank, self.identity.kind, self.identity.seed))
    }

    fn blank(&self, plan: &Plan, generation: u64, spare: Option<Spare>, first: First) -> Result<Log, Fault> {
        let (generation, memory) = match spare {
            Some(spare) => self.recycle(spare, generation, first)?,
            None => self.fresh(generation, plan.limit, first)?,
        };
        let geometry = Geometry::blank(self.identity.uuid, generation, plan.index_slots, plan.limit);
        Ok(Log::blank(memory, geometry, self.place.shared_path(), self.owner))
    }

    /// A new file of at most `limit` bytes.
    fn fresh(&self, mut generation: u64, limit: u64, first: First) -> Result<(u64, Writable), Fault> {
        let (name, fd, id) = loop {
            let name = segment_name(generation);
            match self.dir.create(self.place, &name, self.mode)? {
                Some((fd, id)) => break (name, fd, id),
                None => generation += 1,
            }
        };
        failpoint::hit("segment.created");
        let reserved = os::reserve_between(fd.as_fd(), 0, first.least, first.wished)
            .map_err(|(needed, error)| self.place.no_space(fd.as_fd(), &name, needed, error));
        let result = reserved.and_then(|known| {
            failpoint::hit("segment.reserved");
            let memory = Writable::map(fd.as_fd(), id, limit, known)
                .map_err(|error| self.place.os_error("map", &name, error))?;
            memory.prefault(0, known);
            Ok((generation, memory))
        });
        result.inspect_err(|_| self.dir.unlink(&name))
    }

    /// A retired segment under its new name. Its lock was taken, so nobody holds it, and is let go of: who leases it from
    /// now on came for what it was, and finds that the area has moved on.
    fn recycle(&self, spare: Spare, mut generation: u64, first: First) -> Result<(u64, Writable), Fault> {
        let old_name = segment_name(spare.generation);
        let known = spare.memory.region().known();
        let result = if known < first.least {
            os::reserve_between(spare.fd.as_fd(), known, first.least, first.least)
                .map(|end| {
                    failpoint::hit("spare.grown");
                    spare.memory.region().learn(end);
                })
                .map_err(|(needed, error)| self.place.no_space(spare.fd.as_fd(), &old_name, needed, error))
        } else {
            Ok(())
        };
        let result = result.and_then(|()| {
            while !self.dir.rename(self.place, &old_name, &segment_name(generation))? {
                generation += 1;
            }
            failpoint::hit("segment.renamed");
            Ok((generation, spare.memory))
        });
        result.inspect_err(|_| self.dir.unlink(&old_name))
    }

    /// Wipes, carries, describes.
    fn fill(
        &self,
        from: Option<&Arc<Segment>>,
        census: &Census,
        plan: &Plan,
        blank: Log,
        name: &str,
    ) -> Result<Log, Fault> {
        let damaged = |damage: Damage| self.place.corrupt(name, damage.to_string());
        let log_start = blank.segment().geometry().log_start;
        let mut carry = Carry::new(blank, self.identity.kind, self.identity.seed);
        carry.wipe(AT_INDEX..log_start).map_err(damaged)?;
        failpoint::hit("segment.wiped");
        if let Some(from) = from {
            carry.all(from, census.runs()).map_err(|damage| from.corrupt(damage))?;
            failpoint::hit("segment.carried");
        }
        let log = carry.finish(&census.seqs, plan.limit).map_err(damaged)?;
        failpoint::hit("segment.filled");
        Ok(log)
    }
}
