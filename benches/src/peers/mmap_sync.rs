//! To be filled in.
use super::{Absent, Peer};
pub(super) fn write_messages() -> Peer {
    Err(Absent { by: "mmap_sync write_messages".into(), why: "not yet".into() })
}
pub(super) fn write_vector(_: usize) -> Peer {
    Err(Absent { by: "mmap_sync write_vector".into(), why: "not yet".into() })
}
pub(super) fn read_64(_: bool) -> Peer {
    Err(Absent { by: "mmap_sync read_64".into(), why: "not yet".into() })
}
pub(super) fn read_messages(_: bool) -> Peer {
    Err(Absent { by: "mmap_sync read_messages".into(), why: "not yet".into() })
}
pub(super) fn latency(_: usize) -> Peer {
    Err(Absent { by: "mmap_sync latency".into(), why: "not yet".into() })
}
