//! Making room: the next stretch of reserved memory, or a rollover.

use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::fs::OFlags;

use super::ahead::{Ahead, PIECE, Reason};
use super::switch::retire;
use super::{Parts, Writer, damaged};
use crate::area::Overflow;
use crate::area::dir::{Dir, segment_name};
use crate::area::forge::Forge;
use crate::error::{Fault, PublishError};
use crate::failpoint;
use crate::layout::chunk::{self, MAX_PAYLOAD};
use crate::layout::{LINE, PAGE, align_up};
use crate::log::census::Census;
use crate::log::plan::{Plan, Wish};
use crate::log::publish::{Log, Spot};
use crate::memory::FileId;
use crate::os;
use crate::schema::Kind;

/// What an area occupies. All numbers are bytes, unless they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of the current segment.
    pub generation: u64,
    /// Seq of the last commit; 0 = none.
    pub last_seq: u64,
    /// Live chunks, headers and keys included. What has expired since the last rollover is still counted.
    pub live_bytes: u64,
    /// The limit of `live_bytes`.
    pub max_size: u64,
    /// Memory reserved for the current segment.
    pub segment_bytes: u64,
    /// Part of it that is written.
    pub used_bytes: u64,
    /// Memory of the next segment, which a large live set is copied to in steps, before it is needed.
    pub next_bytes: u64,
    /// Obsolete segments that are kept: for the next rollover, or because readers hold them.
    pub retired_segments: usize,
    /// Their memory.
    pub retired_bytes: u64,
    /// The part of it that readers hold: leases, views and samples of earlier generations.
    pub pinned_bytes: u64,
    /// Rollovers of this writer.
    pub rollovers: u64,
    /// How many of them used a retired segment again.
    pub reused: u64,
}

impl Writer {
    /// What the area occupies. A few system calls for each retired segment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let place = &self.parts.place;
        let (retired_bytes, pinned_bytes) =
            self.dir().ok().flatten().map_or((0, 0), |dir| self.retired.bytes(&dir, place));
        let log = &self.parts.log;
        Stats {
            generation: log.segment().geometry().generation,
            last_seq: log.next_seq().saturating_sub(1),
            live_bytes: log.live().bytes,
            max_size: self.parts.max_size,
            segment_bytes: log.segment().region().known(),
            used_bytes: log.end(),
            next_bytes: self.ahead.as_ref().map_or(0, Ahead::bytes),
            retired_segments: self.retired.len(),
            retired_bytes,
            pinned_bytes,
            rollovers: self.rollovers,
            reused: self.reused,
        }
    }

    /// Makes room for a chunk that would replace what stands at `spot`.
    #[cold]
    pub(super) fn make_room(&mut self, payload: u64, key: u64, spot: &Spot) -> Result<(), PublishError> {
        let total = chunk::total(payload.min(MAX_PAYLOAD), key);
        let max_size = self.parts.max_size;
        let limit =
            (max_size & !(LINE - 1)).saturating_sub(chunk::HEADER + chunk::key_behind(key)).min(MAX_PAYLOAD);
        if payload > MAX_PAYLOAD || total > max_size {
            return Err(PublishError::TooLarge { path: self.path().to_owned(), needed: payload, limit });
        }
        let live_after = self.parts.log.live_after(spot, total);
        if self.parts.log.keeps_to(max_size, spot, total) {
            return self.make_log_room(total, self.parts.log.for_removals());
        }
        // Too much is live: what has expired goes, then the oldest, where that is allowed.
        let path = self.path().to_owned();
        let full = |live: u64| PublishError::LimitReached { path, needed: total, live, max_size };
        let may_drop = self.may_drop();
        if !may_drop && !self.parts.log.is_expiring() {
            return Err(full(self.parts.log.live().bytes));
        }
        if may_drop && self.hurry_ahead(Reason::Limit) {
            return Ok(());
        }
        let mut census = self.census()?;
        let expired = self.parts.log.live().bytes.saturating_sub(census.live.bytes);
        if live_after - expired.min(live_after) > max_size {
            if !may_drop {
                return Err(full(census.live.bytes));
            }
            // Dropping just enough would copy the whole live set at every publish.
            let target = (max_size / 2).min(max_size - total);
            census
                .drop_to(self.parts.log.segment(), target)
                .map_err(|damage| damaged(&self.parts, damage))?;
        }
        Ok(self.rollover(&census, total, false)?)
    }

    /// Makes room in the log, beside `kept` bytes that stay free: within the segment as long as it may grow, else in the next one.
    #[cold]
    pub(super) fn make_log_room(&mut self, total: u64, kept: u64) -> Result<(), PublishError> {
        let end = self.parts.log.end() + total + kept + LINE;
        if end <= self.parts.log.segment().geometry().log_limit {
            match self.reserve_stretch(end) {
                // Where there is no memory to grow into, a spare may still take what is live.
                Err(Fault::NoSpace(cause)) => {
                    let census = self.census()?;
                    return match self.rollover(&census, total, true) {
                        // It has given back what was retired: that may be enough to grow into.
                        Err(Fault::NoSpace(_)) => match self.reserve_stretch(end) {
                            Err(Fault::NoSpace(_)) => Err(cause.into()),
                            result => Ok(result?),
                        },
                        result => Ok(result?),
                    };
                }
                // Somebody has deleted this file. All that is in it is still mapped, and goes to the next one, if the
                // area is there at all: the switch looks.
                Err(Fault::Removed(_)) => {}
                result => return Ok(result?),
            }
        }
        if self.hurry_ahead(Reason::End) {
            return Ok(());
        }
        let census = self.census()?;
        Ok(self.rollover(&census, total, false)?)
    }

    /// Rolls over because the index has no slot left.
    #[cold]
    pub(super) fn enlarge_index(&mut self) -> Result<(), PublishError> {
        if self.hurry_ahead(Reason::End) {
            return Ok(());
        }
        let census = self.census()?;
        Ok(self.rollover(&census, LINE, false)?)
    }

    pub(super) fn census(&self) -> Result<Census, PublishError> {
        let log = &self.parts.log;
        let census = Census::of_own(log, self.kind(), os::now());
        census.map_err(|damage| damaged(&self.parts, damage))
    }

    /// Whether what is oldest goes when there is too much.
    pub(super) fn may_drop(&self) -> bool {
        self.kind() == Kind::Stream && self.parts.overflow == Overflow::DropOldest
    }

    /// Reserves the next stretch of the log, up to `end` at least.
    fn reserve_stretch(&self, end: u64) -> Result<(), Fault> {
        let log = &self.parts.log;
        let wished = end.max(log.segment().region().known() + PIECE);
        self.reserve(log, end, wished.min(log.segment().geometry().log_limit))
    }

    /// Reserves memory for `log`, up to `wished`, or to `least` if there is not so much, before anybody touches it (P6).
    pub(super) fn reserve(&self, log: &Log, least: u64, wished: u64) -> Result<(), Fault> {
        // A file is made of pages: no other length fits what its header may say later.
        let (least, wished) = (align_up(least, PAGE), align_up(wished, PAGE));
        let place = &self.parts.place;
        let segment = log.segment();
        let region = segment.region();
        let name = segment_name(segment.geometry().generation);
        let dir = self.dir()?.ok_or_else(|| place.removed())?;
        let (fd, _) = dir
            .file(place, &name, OFlags::RDWR)?
            .filter(|(_, stat)| FileId::of(stat) == region.id())
            .ok_or_else(|| place.removed())?;
        let known = region.known();
        let end = os::reserve_between(fd.as_fd(), known, least, wished)
            .map_err(|(needed, error)| place.no_space(fd.as_fd(), &name, needed, error))?;
        failpoint::hit("stretch.reserved");
        region.learn(end);
        log.memory().prefault(known, end);
        Ok(())
    }

    /// Copies what `census` counted into the next segment, with room for `needed` bytes more, and switches to it.
    pub(super) fn rollover(&mut self, census: &Census, needed: u64, tight: bool) -> Result<(), Fault> {
        self.drop_ahead();
        let dir = self.dir()?.ok_or_else(|| self.parts.place.removed())?;
        let (wish, live) = (self.wish(), census.live);
        let plan = if tight { Plan::tight(&wish, live, needed) } else { Plan::roomy(&wish, live, needed) };
        let spare = self.retired.pick(&dir, &self.parts.place, &plan);
        let mut reused = spare.is_some();
        let from = Arc::clone(self.parts.log.segment());
        let generation = self.next_generation();
        let next = match self.forge(&dir).build(Some(&from), census, &plan, generation, spare) {
            // What was retired and is free by now may be all the memory there is.
            Err(Fault::NoSpace(_)) => {
                self.retired.free(&dir, &self.parts.place);
                reused = false;
                self.forge(&dir).build(Some(&from), census, &plan, generation, None)?
            }
            result => result?,
        };
        failpoint::hit("rollover.built");
        self.turn_to(&dir, next, reused)
    }

    pub(super) fn wish(&self) -> Wish {
        let Parts { log_size, max_size, .. } = self.parts;
        Wish { kind: self.kind(), log_size, max_size }
    }

    pub(super) fn forge<'a>(&'a self, dir: &'a Dir) -> Forge<'a> {
        let Parts { place, manifest, mode, owner, .. } = &self.parts;
        Forge { place, dir, identity: manifest.identity(), mode: *mode, owner }
    }

    pub(super) fn next_generation(&self) -> u64 {
        self.parts.log.segment().geometry().generation.saturating_add(1)
    }

    /// Switches to `next`, which was built aside, and retires what was current.
    pub(super) fn turn_to(&mut self, dir: &Dir, next: Log, reused: bool) -> Result<(), Fault> {
        self.switch(dir, next.segment())?;
        let old = std::mem::replace(&mut self.parts.log, next);
        self.reading = std::sync::OnceLock::new();
        retire(old.memory());
        failpoint::hit("rollover.retired");
        self.retired.add(old.segment().geometry().generation, old.memory().clone());
        self.rollovers += 1;
        self.reused += u64::from(reused);
        self.plan_ahead();
        Ok(())
    }
}
