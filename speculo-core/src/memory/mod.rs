//! Mappings, leases and committed chunks: the only unsafe code of this crate, behind safe interfaces.
//!
//! What the proofs in these files rest on, by number:
//!
//! 1. *Geometry.* Offsets given to a mapping are checked against `known`, the bytes that the file is known to
//!    have, before they become pointers. Files of an area are never shrunk in place, so `known` stays true.
//! 2. *Leased.* A [`Segment`] holds a shared lock on its file for as long as it lives (or belongs to the writer,
//!    which alone reuses files). A reader makes one only after it has seen, under that lock, that the
//!    generation is current; the writer fills a file again only after it has retired it and then held its exclusive
//!    lock. So the bytes under a `Segment` are those of one generation.
//! 3. *Committed.* A [`Chunk`] exists only where the control word said `WRITN`, loaded with acquire. Payload, key
//!    and header words of such a chunk are never written again in that generation (promise P1).
//! 4. *Scratch.* The writer fills only bytes behind the last committed chunk. Nobody makes references to those:
//!    readers look there through atomics, and stop at a control word that is not `WRITN`.
//! 5. *Private.* A [`Region`] made by [`Private`] is memory of this process alone: all of its bytes are there,
//!    and nobody writes to any of them while it lives, whatever becomes of the file. That stands in for 1 to 3.
//!
//! All but the last presume that writers of the area's files follow the protocol. What somebody with write permission
//! to them could do is said in `docs/design.md`, "Trust".

pub(crate) mod chunk;
#[cfg(not(loom))]
pub(crate) mod fence;
#[cfg(loom)]
#[path = "model/fence.rs"]
pub(crate) mod fence;
#[cfg(not(loom))]
pub(crate) mod lease;
#[cfg(loom)]
#[path = "model/lease.rs"]
pub(crate) mod lease;
pub(crate) mod lend;
pub(crate) mod manifest;
#[cfg(not(loom))]
pub(crate) mod private;
#[cfg(not(loom))]
pub(crate) mod process;
#[cfg(not(loom))]
#[cfg(test)]
mod refused;
#[cfg(not(loom))]
pub(crate) mod region;
#[cfg(loom)]
#[path = "model/region.rs"]
pub(crate) mod region;
pub(crate) mod run;
pub(crate) mod scratch;
pub(crate) mod segment;

pub use chunk::{Chunk, ChunkId, OwnedChunk};
pub(crate) use chunk::{Glance, Seen};
pub(crate) use lease::Lease;
pub(crate) use manifest::Manifest;
#[cfg(not(loom))]
pub(crate) use private::Private;
#[cfg(not(loom))]
pub(crate) use process::Process;
#[cfg(not(loom))]
pub(crate) use region::FileId;
pub(crate) use region::{Region, Writable};
pub(crate) use run::Run;
pub(crate) use segment::Segment;

/// A place in shared memory that does not hold what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Offset in the file.
    pub(crate) at: u64,
    /// What does not hold.
    pub(crate) what: &'static str,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (offset {})", self.what, self.at)
    }
}
