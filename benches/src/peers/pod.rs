//! The 64 bytes that the peers carry.

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
        let mut words = words.iter().map(|word| u64::from_ne_bytes(*word));
        let id = words.next().unwrap_or_default();
        Self { id, numbers: std::array::from_fn(|_| f64::from_bits(words.next().unwrap_or_default())) }
    }
}

#[cfg(test)]
mod tests {
    use super::Pod;

    #[test]
    fn bytes_and_back() {
        let pod = Pod { id: 7, numbers: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.5] };
        assert_eq!(Pod::from_bytes(&pod.to_bytes()), pod);
    }
}
