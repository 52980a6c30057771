//! To be filled in.
use super::{Absent, Peer};
pub(super) fn write_64() -> Peer {
    Err(Absent { by: "mutex write_64".into(), why: "not yet".into() })
}
pub(super) fn read_64() -> Peer {
    Err(Absent { by: "mutex read_64".into(), why: "not yet".into() })
}
pub(super) fn latency_spinning(_: usize) -> Peer {
    Err(Absent { by: "mutex latency_spinning".into(), why: "not yet".into() })
}
pub(super) fn latency_blocking(_: usize, _: [usize; 2]) -> Peer {
    Err(Absent { by: "mutex latency_blocking".into(), why: "not yet".into() })
}
