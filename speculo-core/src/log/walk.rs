//! Rolling over in steps: while the writer goes on in its segment, the next one is filled.
//!
//! The old log is walked from its begin to its end, which moves on meanwhile. A chunk that something has replaced is
//! left behind, for what has replaced it is still to come; so is what has expired or was removed, unless there is a
//! copy of an earlier version in the next segment, which it then replaces there. So when the walk comes to the end of
//! the log, the next segment says what the old one says, and one store switches to it.

use super::carry::{Carry, Replaced};
use super::census::Seqs;
use super::plan::{Live, Plan};
use super::publish::Log;
use crate::layout::LINE;
use crate::layout::index::slot_offset;
use crate::layout::segment::AT_INDEX;
use crate::memory::{Chunk, Damage, Run};

/// Late chunks that are looked ahead at.
const BATCH: usize = 64;

/// A rollover on its way.
#[derive(Debug)]
pub(crate) struct Walk {
    carry: Carry,
    /// The index of the next segment is wiped up to here.
    wiped: u64,
    /// Chunks of the old log before this place are decided on.
    walked: u64,
    /// Where the old log ended when the walk began: of what stands before it no earlier version was copied.
    begun: u64,
    /// So many bytes of the oldest live chunks are to be left behind.
    to_drop: u64,
    seqs: Seqs,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more to do.
    On,
    /// The next segment needs memory up to here first.
    Reserve(u64),
    /// Both segments say the same.
    Done,
    /// There are more keys by now than the next segment's index was made for.
    Full,
}

/// What becomes of a chunk.
enum Fate {
    Left,
    Copied,
    /// It may replace one that was copied.
    Late,
}

impl Walk {
    /// Begins to copy `log` to where `carry` leads, but for the first `to_drop` bytes of what is live.
    pub(crate) fn new(log: &Log, carry: Carry, to_drop: u64) -> Self {
        let geometry = log.segment().geometry();
        Self {
            carry,
            wiped: AT_INDEX,
            walked: geometry.log_start,
            begun: log.end(),
            to_drop,
            seqs: Seqs::begin(geometry),
        }
    }

    /// The next segment.
    pub(crate) fn next(&self) -> &Log {
        self.carry.next()
    }

    /// How many bytes are still to be wiped and walked.
    pub(crate) fn left(&self, log: &Log) -> u64 {
        let index_end = self.next().segment().geometry().log_start;
        (index_end - self.wiped) + log.end().saturating_sub(self.walked)
    }

    /// Goes on by about `work` bytes, at `now`.
    pub(crate) fn step(&mut self, log: &Log, work: u64, now: u64) -> Result<Step, Damage> {
        let index_end = self.next().segment().geometry().log_start;
        if self.wiped == index_end {
            return self.walk(log, work, now);
        }
        let end = index_end.min(self.wiped.saturating_add(work));
        if end > self.next().segment().region().known() {
            return Ok(Step::Reserve(end));
        }
        self.carry.wipe(self.wiped..end)?;
        self.wiped = end;
        Ok(Step::On)
    }

    fn walk(&mut self, log: &Log, work: u64, now: u64) -> Result<Step, Damage> {
        let stop = self.fetch(log, log.end().min(self.walked.saturating_add(work)))?;
        let mut part = Run::at(log.segment(), self.walked);
        let mut step = Step::On;
        while part.end() < stop {
            let chunk = part.look()?;
            match self.fate(&chunk, now) {
                Fate::Left => part = self.flush(&part, chunk.end())?,
                _ if part.len() + chunk.total_len() > self.next().free() => {
                    step = Step::Reserve(self.next().end() + part.len() + chunk.total_len() + LINE);
                    break;
                }
                Fate::Copied => {
                    part.add(&chunk);
                    if self.carry.note(&part, &chunk) {
                        part = self.flush(&part, part.end())?;
                        self.carry.settle()?;
                    }
                    if self.next().slots_left() == 0 {
                        step = Step::Full;
                        break;
                    }
                }
                Fate::Late => {
                    part = self.flush(&part, part.end())?;
                    self.carry.settle()?;
                    part.add(&chunk);
                    match self.carry.replace(&part, &chunk, now)? {
                        // It has replaced something, so who still has that must hear of it.
                        Replaced::Nothing => self.seqs.forget(&chunk),
                        Replaced::Done => {}
                        Replaced::NoSlot => return Ok(Step::Full),
                    }
                    part = Run::at(log.segment(), part.end());
                }
            }
        }
        part = self.flush(&part, part.end())?;
        self.carry.settle()?;
        self.walked = part.end();
        Ok(if self.walked == log.end() { Step::Done } else { step })
    }

    /// Asks for what the late chunks before `stop` are going to meet in the next segment: the lines of its index, then the
    /// chunks that these name. That are two waits for memory in all instead of two for each. Gives the place up to
    /// which that was done.
    fn fetch(&self, log: &Log, stop: u64) -> Result<u64, Damage> {
        let next = self.next().segment();
        let mut hashes = [0; BATCH];
        let mut places = hashes.iter_mut();
        let mut run = Run::at(log.segment(), self.walked.max(self.begun));
        while run.end() < stop {
            let chunk = run.look()?;
            if self.is_late(&chunk) {
                let Some(place) = places.next() else { break };
                *place = self.carry.hash(&chunk);
                next.prefetch_slot(*place);
            }
            run.add(&chunk);
        }
        let left = places.len();
        for hash in hashes.iter().take(BATCH - left) {
            next.region().prefetch(slot_offset(next.slot(*hash)));
        }
        Ok(stop.min(run.end()))
    }

    /// Whether it may replace one that was copied.
    #[inline]
    fn is_late(&self, chunk: &Chunk<'_>) -> bool {
        chunk.offset() >= self.begun && chunk.has_prev() && !chunk.has_next()
    }

    #[inline]
    fn fate(&mut self, chunk: &Chunk<'_>, now: u64) -> Fate {
        if chunk.has_next() {
            return Fate::Left;
        }
        if self.is_late(chunk) {
            return Fate::Late;
        }
        if chunk.is_tombstone() {
            self.seqs.forget(chunk);
            return Fate::Left;
        }
        if chunk.is_expired(|| now) {
            self.seqs.forget_expired(chunk, self.carry.kind());
            return Fate::Left;
        }
        if self.to_drop > 0 && chunk.offset() < self.begun {
            self.to_drop = self.to_drop.saturating_sub(chunk.total_len());
            self.seqs.drop(chunk);
            return Fate::Left;
        }
        Fate::Copied
    }

    /// Copies `part`; the one that begins at `at`.
    #[inline]
    fn flush<'a>(&mut self, part: &Run<'a>, at: u64) -> Result<Run<'a>, Damage> {
        if part.len() > 0 {
            self.carry.copy(part)?;
        }
        Ok(Run::at(part.segment(), at))
    }

    /// What is live in the next segment.
    pub(crate) fn live(&self) -> Live {
        self.next().live()
    }

    /// Ends the next segment, which has come to say what `log` says, with a log as large as `plan` gives it, and room
    /// for what was copied and then replaced.
    pub(crate) fn finish(mut self, log: &Log, plan: &Plan) -> Result<Log, Damage> {
        self.seqs.next = log.next_seq();
        let start = self.next().segment().geometry().log_start;
        let replaced = (self.next().end() - start).saturating_sub(self.live().bytes);
        self.carry.finish(&self.seqs, plan.limit_of_log_at(start, replaced))
    }
}
