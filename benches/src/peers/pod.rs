//! The 64 bytes that the peers carry: the same for all, each with its own derives.

#![expect(unsafe_code, unsafe_op_in_unsafe_fn, reason = "what the derives of iceoryx2 and rkyv 0.7 expand to")]

use iceoryx2::prelude::ZeroCopySend;

/// 64 bytes, plain.
#[derive(Clone, Copy, Debug, PartialEq, ZeroCopySend, rkyv_07::Archive, rkyv_07::Serialize)]
#[archive(crate = "rkyv_07", check_bytes)]
#[repr(C)]
pub(super) struct Pod {
    pub(super) id: u64,
    pub(super) numbers: [f64; 7],
}

impl Pod {
    /// Under this key, with numbers that say so.
    pub(super) fn new(id: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "keys are small")]
        Self { id, numbers: [id as f64; 7] }
    }
}
