//! To be filled in.
use super::{Absent, Peer};
pub(super) fn put_64() -> Peer {
    Err(Absent { by: "lmdb put_64".into(), why: "not yet".into() })
}
pub(super) fn get_64() -> Peer {
    Err(Absent { by: "lmdb get_64".into(), why: "not yet".into() })
}
pub(super) fn get_64_by_key(_: u64) -> Peer {
    Err(Absent { by: "lmdb get_64_by_key".into(), why: "not yet".into() })
}
pub(super) fn get_64_by_key_in_one_transaction(_: u64) -> Peer {
    Err(Absent { by: "lmdb get_64_by_key_in_one_transaction".into(), why: "not yet".into() })
}
