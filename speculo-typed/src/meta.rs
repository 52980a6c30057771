//! What is known of a value beside the value.

use std::time::Duration;

use speculo_core::{Chunk, ChunkId};

/// What is known of a published value beside the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// Identity: kept by its updates and by rollovers.
    pub id: ChunkId,
    /// 1 for the first version of this id, 2 for the next, and so on.
    pub version: u64,
    /// Number of the commit, area-wide and growing.
    pub seq: u64,
    /// How much longer it lives; `None` = for ever.
    pub remaining: Option<Duration>,
}

impl Meta {
    pub(crate) fn of(chunk: &Chunk<'_>) -> Self {
        Self {
            id: ChunkId::new(chunk.id()),
            version: chunk.version(),
            seq: chunk.seq(),
            remaining: chunk.remaining(),
        }
    }
}
