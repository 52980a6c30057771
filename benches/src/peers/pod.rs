//! The 64 bytes that the peers carry.

#![expect(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "what the derives of iceoryx2 and rkyv 0.7 expand to"
)]

use iceoryx2::prelude::ZeroCopySend;

/// 64 bytes, plain.
#[derive(Clone, Copy, Debug, PartialEq, ZeroCopySend)]
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

    /// For peers that carry bytes.
    pub(super) fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (words, _) = bytes.as_chunks_mut();
        let values = std::iter::once(self.id).chain(self.numbers.map(f64::to_bits));
        for (word, value) in words.iter_mut().zip(values) {
            *word = value.to_ne_bytes();
        }
        bytes
    }

    /// The other way round.
    pub(super) fn from_bytes(bytes: &[u8; 64]) -> Self {
        let (words, _) = bytes.as_chunks();
        let [id, numbers @ ..] = std::array::from_fn::<_, 8, _>(|at| u64::from_ne_bytes(words[at]));
        Self { id, numbers: numbers.map(f64::from_bits) }
    }
}
