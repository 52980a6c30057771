//! To be filled in.
use super::{Absent, Peer};
pub(super) fn latency(_: usize, _: [usize; 2]) -> Peer {
    Err(Absent { by: "dbus latency".into(), why: "not yet".into() })
}
