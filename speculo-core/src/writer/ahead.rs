//! Rolling over ahead of need, in steps, so that no publish has to copy everything that is live.
//!
//! Whatever fails here fails silently: the segment on its way is dropped, and the rollover at the end of the log fails
//! in the same way, and says so, or does not fail.

use super::Writer;
use crate::area::dir::segment_name;
use crate::failpoint;
use crate::layout::LINE;
use crate::layout::segment::{AT_INDEX, Geometry};
use crate::log::plan::{Plan, for_removals};
use crate::log::walk::{Step, Walk};
use crate::os;
use crate::schema::Kind;

/// What is smaller is copied at once, when its time has come: it takes some 50 µs, and steps have their price.
const SMALL: u64 = 128 << 10;
/// So are fewer chunks than these: publishing one that large takes as long.
const FEW: u64 = 32;
/// For each byte that is published, a rollover walks so many, if it begins when it should.
const PACE: u64 = 8;
/// Bytes that are published between two steps, at least.
const GRANULE: u64 = 512;
/// Memory that is reserved at once: fresh, that takes some 30 µs.
pub(super) const PIECE: u64 = 64 << 10;

/// The next segment, on its way.
#[derive(Debug)]
pub(super) struct Ahead {
    walk: Walk,
    reason: Reason,
    reused: bool,
    /// What is to be left when it comes to its end: nobody knows how large the next value is.
    margin: Left,
    /// Where the log ended, and how many keys its index took, at the last step.
    end: u64,
    slots: u64,
}

/// Why there is going to be a rollover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The log, or its index, ends.
    End,
    /// There is going to be too much: the next segment leaves the oldest behind. It may become current only when there
    /// is too much, for something may be removed before.
    Limit,
}

impl Ahead {
    /// Memory that it has by now.
    pub(super) fn bytes(&self) -> u64 {
        self.walk.next().segment().region().known()
    }
}

/// How much can be published before a rollover is due.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Bytes up to the end of the log.
    log: u64,
    /// Bytes up to the limit at which the oldest is dropped.
    limit: u64,
    /// New keys.
    slots: u64,
}

impl Left {
    fn bytes(self) -> u64 {
        self.log.min(self.limit)
    }

    /// An eighth of it.
    fn margin(self) -> Self {
        Self { log: self.log / 8, limit: self.limit / 8, slots: self.slots / 8 }
    }
}

impl Writer {
    /// After a commit: a step of the rollover that is going to come, if it is time for one.
    #[inline(always)]
    pub(super) fn look_ahead(&mut self) {
        if self.parts.log.is_due() {
            self.go_ahead();
        }
    }

    #[cold]
    #[inline(never)]
    fn go_ahead(&mut self) {
        let gone = if self.ahead.is_some() { self.step_ahead() } else { self.begin_ahead() };
        if gone.is_none() {
            self.drop_ahead();
        }
    }

    /// Leaves the segment that is on its way, and begins no other before the next rollover.
    pub(super) fn drop_ahead(&mut self) {
        self.parts.log.set_due(u64::MAX);
        let Some(ahead) = self.ahead.take() else { return };
        let next = ahead.walk.next();
        let generation = next.segment().geometry().generation;
        match self.dir() {
            Ok(Some(dir)) => {
                failpoint::hit("ahead.dropped");
                dir.unlink_if(&segment_name(generation), next.segment().region().id());
            }
            Ok(None) => {}
            // It cannot be deleted now, for want of a descriptor: a later rollover uses it, or deletes it.
            Err(_) => self.retired.add(generation, next.memory().clone()),
        }
    }

    /// Walks all the rest at once; `false` if there is nothing on its way for this `reason`, or it comes to nothing.
    pub(super) fn hurry_ahead(&mut self, reason: Reason) -> bool {
        if self.ahead.as_ref().is_none_or(|ahead| ahead.reason != reason) {
            return false;
        }
        // What has expired does not count: perhaps the limit is not reached at all.
        let drops_too_much = reason == Reason::Limit && self.parts.log.is_expiring();
        let done = !drops_too_much && self.walk_ahead(u64::MAX).is_some();
        if !done {
            self.drop_ahead();
        }
        done
    }

    /// Sets when to look ahead first, in a segment that has just become current.
    pub(super) fn plan_ahead(&mut self) {
        let due = if self.kind() == Kind::Singleton { u64::MAX } else { self.next_step() };
        self.parts.log.set_due(due);
    }

    fn left(&self) -> Left {
        let log = &self.parts.log;
        let end = log.end() + log.for_removals() + LINE;
        let to_the_limit = || self.parts.max_size.saturating_sub(log.live().bytes);
        Left {
            log: log.segment().geometry().log_limit.saturating_sub(end),
            limit: if self.may_drop() { to_the_limit() } else { u64::MAX },
            slots: log.slots_left(),
        }
    }

    /// Where the log ends, at the earliest, when a rollover has to begin.
    fn next_step(&self) -> u64 {
        let log = &self.parts.log;
        let (left, work) = (self.left(), log.end() - AT_INDEX);
        // What is published on the way leaves less room, and makes more work.
        let ahead = |left: u64, work: u64| left.saturating_mul(PACE).saturating_sub(work) / (PACE + 1);
        // A new key takes a line at least.
        let (bytes, slots) = (ahead(left.bytes(), work), ahead(left.slots, log.used_slots()));
        log.end() + bytes.min(slots * LINE)
    }

    fn begin_ahead(&mut self) -> Option<()> {
        let (due, end, live) = (self.next_step(), self.parts.log.end(), self.parts.log.live());
        if due > end {
            self.parts.log.set_due(due);
            return Some(());
        }
        if live.bytes < SMALL || live.chunks < FEW {
            return None;
        }
        let left = self.left();
        let reason = if left.log <= left.limit { Reason::End } else { Reason::Limit };
        if reason == Reason::Limit && self.parts.log.is_expiring() {
            return None;
        }
        let dir = self.dir().ok()??;
        let mut plan = Plan::roomy(&self.wish(), live, 0);
        // What is replaced on the way takes room as well.
        plan.limit = plan.limit_of_log_at(Geometry::log_start(plan.index_slots), live.bytes / 2);
        let spare = self.retired.pick(&dir, &self.parts.place, &plan);
        let reused = spare.is_some();
        let carry = self.forge(&dir).begin(&plan, self.next_generation(), spare).ok()?;
        failpoint::hit("ahead.begun");
        let to_drop = match reason {
            Reason::End => 0,
            // When the limit is reached, half of it is to stay.
            Reason::Limit => live.bytes.max(self.parts.max_size) - self.parts.max_size / 2,
        };
        let walk = Walk::new(&self.parts.log, carry, to_drop);
        self.ahead = Some(Ahead { walk, reason, reused, margin: left.margin(), end, slots: left.slots });
        self.parts.log.set_due(end + GRANULE);
        Some(())
    }

    fn step_ahead(&mut self) -> Option<()> {
        let (left, end) = (self.left(), self.parts.log.end());
        let ahead = self.ahead.as_mut()?;
        let work = ahead.walk.left(&self.parts.log);
        let pace = |left: u64, margin: u64| work.div_ceil(left.saturating_sub(margin).max(1));
        let published = end - ahead.end;
        // What is published has to be walked as well.
        let for_bytes = published.saturating_mul(1 + pace(left.bytes(), ahead.margin.bytes()));
        let for_slots =
            ahead.slots.saturating_sub(left.slots).saturating_mul(pace(left.slots, ahead.margin.slots));
        (ahead.end, ahead.slots) = (end, left.slots);
        self.parts.log.set_due(end + GRANULE);
        self.walk_ahead(for_bytes.max(for_slots))
    }

    /// Walks on by `work` bytes, all of them for `u64::MAX`, and switches if that was the rest.
    fn walk_ahead(&mut self, work: u64) -> Option<()> {
        let now = if self.parts.log.is_expiring() { os::now() } else { 0 };
        let hurried = work == u64::MAX;
        let mut to_do = work;
        loop {
            let Ahead { walk, reason, .. } = self.ahead.as_mut()?;
            let (reason, before) = (*reason, walk.left(&self.parts.log));
            let step = walk.step(&self.parts.log, to_do, now);
            to_do = to_do.saturating_sub(before - walk.left(&self.parts.log));
            failpoint::hit("ahead.walked");
            match step.ok()? {
                Step::On if to_do == 0 => return Some(()),
                Step::On => {}
                Step::Reserve(end) => self.reserve_ahead(end)?,
                Step::Full => return None,
                Step::Done if hurried => return self.end_ahead(),
                // What tombstones need is reserved here, where there is time, and not by the first publish. Without it
                // the two segments say the same all the same.
                Step::Done if !self.has_memory()? && self.reserve_ahead(0).is_some() => return Some(()),
                Step::Done if reason == Reason::Limit => return Some(()),
                Step::Done => return self.end_ahead(),
            }
        }
    }

    /// Reserves one more piece for the next segment, up to `end` at least; `None` if it has no room for that.
    fn reserve_ahead(&self, end: u64) -> Option<()> {
        let next = self.ahead.as_ref()?.walk.next();
        let (known, span) = (next.segment().region().known(), next.segment().region().span());
        let least = Some(end.max(known + 1)).filter(|least| *least <= span)?;
        self.reserve(next, least, least.max(known + PIECE).min(span)).ok()?;
        failpoint::hit("ahead.reserved");
        Some(())
    }

    /// Whether the next segment has the memory to be published to at once.
    fn has_memory(&self) -> Option<bool> {
        let next = self.ahead.as_ref()?.walk.next();
        let (known, span) = (next.segment().region().known(), next.segment().region().span());
        Some(known >= span.min(next.end() + for_removals(known) + PIECE))
    }

    fn end_ahead(&mut self) -> Option<()> {
        let dir = self.dir().ok()??;
        let Ahead { walk, reused, .. } = self.ahead.take()?;
        let plan = Plan::roomy(&self.wish(), walk.next().live(), 0);
        let next = walk.next().segment();
        let (name, file) = (segment_name(next.geometry().generation), next.region().id());
        let next = walk.finish(&self.parts.log, &plan);
        failpoint::hit("ahead.ended");
        let turned = next.ok().and_then(|next| self.turn_to(&dir, next, reused).ok());
        if turned.is_none() {
            dir.unlink_if(&name, file);
        }
        turned
    }
}

#[cfg(test)]
mod tests;
