//! What the core's tests share.
#![allow(
    dead_code,
    clippy::unnecessary_wraps,
    reason = "each of them uses a part of it, in the shape that is asked for"
)]

use speculo_core::*;

/// A small area of `root`'s.
pub(crate) fn area(root: &Root, kind: Kind) -> AreaBuilder<'static> {
    Area::builder("test/area").root(root.clone()).schema(Schema::untyped(kind)).initial_size(4096)
}

/// Writes a value as [`Writer::publish_with`] has it written.
pub(crate) fn fill(room: &mut [u8], value: &[u8]) -> Result<usize, std::convert::Infallible> {
    if let Some(place) = room.get_mut(..value.len()) {
        place.copy_from_slice(value);
    }
    Ok(value.len())
}

/// Numbers that look random, always the same: a linear congruential generator (Knuth's MMIX).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.draw() >> 33).unwrap_or_default() % end
    }
}
