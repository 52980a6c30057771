//! Committed chunks that stand one behind the other.

use std::sync::Arc;

use super::{Chunk, Damage, Segment};

/// Part of a log: committed chunks from one place to another, all of which were looked at.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    segment: &'a Arc<Segment>,
    from: u64,
    end: u64,
}

impl<'a> Run<'a> {
    /// A run that begins at `at`, without a chunk in it yet.
    pub(crate) fn at(segment: &'a Arc<Segment>, at: u64) -> Self {
        Self { segment, from: at, end: at }
    }

    /// The chunk behind the last, which is known to be committed.
    #[inline]
    pub(crate) fn look(&self) -> Result<Chunk<'a>, Damage> {
        let uncommitted = Damage { at: self.end, what: "a committed chunk is committed no more" };
        self.segment.chunk(self.end)?.ok_or(uncommitted)
    }

    /// Takes in the chunk that [`look`](Self::look) gave.
    #[inline]
    pub(crate) fn add(&mut self, chunk: &Chunk<'a>) {
        self.end = chunk.end();
    }

    /// Takes in the chunk behind the last.
    #[inline]
    pub(crate) fn take(&mut self) -> Result<Chunk<'a>, Damage> {
        let chunk = self.look()?;
        self.add(&chunk);
        Ok(chunk)
    }

    pub(crate) fn segment(&self) -> &'a Arc<Segment> {
        self.segment
    }

    /// Where it begins.
    pub(crate) fn from(&self) -> u64 {
        self.from
    }

    /// Where it ends.
    #[inline]
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn len(&self) -> u64 {
        self.end - self.from
    }
}
