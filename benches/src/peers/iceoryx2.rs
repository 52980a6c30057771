//! To be filled in.
use super::{Absent, Peer};
pub(super) fn publish_64() -> Peer {
    Err(Absent { by: "iceoryx2 publish_64".into(), why: "not yet".into() })
}
pub(super) fn publish_64_followed() -> Peer {
    Err(Absent { by: "iceoryx2 publish_64_followed".into(), why: "not yet".into() })
}
pub(super) fn blackboard_update_64() -> Peer {
    Err(Absent { by: "iceoryx2 blackboard_update_64".into(), why: "not yet".into() })
}
pub(super) fn blackboard_get_64() -> Peer {
    Err(Absent { by: "iceoryx2 blackboard_get_64".into(), why: "not yet".into() })
}
pub(super) fn publish_vector(_: usize) -> Peer {
    Err(Absent { by: "iceoryx2 publish_vector".into(), why: "not yet".into() })
}
pub(super) fn latency_spinning(_: usize) -> Peer {
    Err(Absent { by: "iceoryx2 latency_spinning".into(), why: "not yet".into() })
}
pub(super) fn blackboard_latency(_: usize) -> Peer {
    Err(Absent { by: "iceoryx2 blackboard_latency".into(), why: "not yet".into() })
}
pub(super) fn latency_blocking(_: usize, _: [usize; 2]) -> Peer {
    Err(Absent { by: "iceoryx2 latency_blocking".into(), why: "not yet".into() })
}
