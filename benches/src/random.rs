//! Numbers that look random, at next to no cost.

/// Numbers that look random: `xorshift64`.
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// A number below this, each as likely.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The high half of a product is as uniform as the number, and takes no division.
        let product = u128::from(self.0) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or_default()
    }
}
