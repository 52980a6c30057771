//! Following the log: a cursor over one segment at a time, kept by seq across segments.

use std::sync::Arc;

use super::read;
use crate::layout::segment::Geometry;
use crate::memory::{Chunk, Damage, Segment};

/// What a follower comes to.
#[derive(Debug)]
pub(crate) enum Next<'a> {
    /// A chunk that has not been seen.
    Chunk(Chunk<'a>),
    /// The end of the log.
    End,
    /// Nothing more in this segment: the area has moved on.
    Moved,
}

/// How far a follower has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    /// Place of the next chunk in the segment it is in.
    at: u64,
    /// Everything up to this seq has been seen, or passed over.
    seq: u64,
    /// Messages that retention took away before they were seen, at most.
    lost: u64,
    /// Tombstones up to this seq were gone before this cursor came to its segment.
    forgotten: u64,
    /// Removals may have been missed.
    resync: bool,
}

impl Cursor {
    /// Before everything that is live.
    pub(crate) fn oldest(segment: &Segment) -> Self {
        let geometry = segment.geometry();
        // What was dropped or forgotten before one came was never there for one.
        let none_carried = geometry.carried_last_seq == 0;
        let seq = if none_carried { geometry.first_seq.saturating_sub(1) } else { geometry.dropped_through };
        Self { at: geometry.log_start, seq, lost: 0, forgotten: geometry.forgotten_through, resync: false }
    }

    /// After everything that is committed now.
    pub(crate) fn newest(segment: &Arc<Segment>) -> Result<Self, Damage> {
        let (last, at) = read::last(segment)?;
        let before = segment.geometry().first_seq.saturating_sub(1);
        let seq = last.map_or(before, |chunk| chunk.seq().max(before));
        let forgotten = segment.geometry().forgotten_through;
        Ok(Self { at, seq, lost: 0, forgotten, resync: false })
    }

    /// Goes on in a newer segment: behind the carried chunks if they are all known, else through them again.
    pub(crate) fn enter(&mut self, geometry: &Geometry) {
        self.lost = self.lost.saturating_add(geometry.dropped_through.saturating_sub(self.seq));
        self.resync |=
            geometry.dropped_through > self.seq || geometry.forgotten_through > self.seq.max(self.forgotten);
        self.forgotten = geometry.forgotten_through;
        self.seq = self.seq.max(geometry.dropped_through);
        self.at =
            if geometry.carried_last_seq <= self.seq { geometry.carried_end } else { geometry.log_start };
    }

    /// The next committed chunk that has not been seen. Superseded and expired chunks and tombstones are included.
    ///
    /// `current` is the area's current generation. If it has moved on, then what was committed here before that can
    /// be seen now, so one more look makes sure that nothing of it is missed. \[O7\]
    #[inline]
    pub(crate) fn advance<'a>(
        &mut self,
        segment: &'a Arc<Segment>,
        current: impl FnOnce() -> u64,
    ) -> Result<Next<'a>, Damage> {
        if let Some(chunk) = self.look(segment)? {
            return Ok(Next::Chunk(chunk));
        }
        if current() == segment.geometry().generation {
            return Ok(Next::End);
        }
        Ok(self.look(segment)?.map_or(Next::Moved, Next::Chunk))
    }

    #[inline]
    fn look<'a>(&mut self, segment: &'a Arc<Segment>) -> Result<Option<Chunk<'a>>, Damage> {
        while let Some(chunk) = segment.chunk(self.at)? {
            self.at = chunk.end();
            let seq = chunk.seq();
            if seq > self.seq {
                self.seq = seq;
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// [`advance`](Self::advance) where nothing is out of the ordinary: the next chunk is a new value that lasts and
    /// has not been replaced. `None` says nothing.
    #[inline(always)]
    pub(crate) fn advance_plain<'a>(&mut self, segment: &'a Arc<Segment>) -> Option<Chunk<'a>> {
        let chunk = Chunk::plain(segment, self.at)?;
        let seq = chunk.seq();
        if seq <= self.seq || !chunk.is_lasting() || chunk.has_next() {
            return None;
        }
        self.at = chunk.end();
        self.seq = seq;
        Some(chunk)
    }

    /// Whether nothing follows, where nothing is out of the ordinary: [`advance`](Self::advance) would say that the log
    /// ends here. `false` says nothing. The log is looked at first, as there. \[O7\]
    #[inline(always)]
    pub(crate) fn is_plain_end(&self, segment: &Segment, current: impl FnOnce() -> u64) -> bool {
        segment.is_plain_end(self.at) && current() == segment.geometry().generation
    }

    /// Place of the next chunk.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Whether removals may have been missed since this was asked last.
    pub(crate) fn take_resync(&mut self) -> bool {
        std::mem::take(&mut self.resync)
    }
}
