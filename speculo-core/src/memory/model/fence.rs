//! Stands in for the asymmetric fence under `cfg(loom)`, which knows symmetric ones only: a full fence on each side.

use crate::sync::{Ordering, fence};

/// The writer's side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Light;

impl Light {
    /// As in `fence`.
    pub(crate) fn fence(self) {
        fence(Ordering::SeqCst);
    }
}

/// The waiter's side.
pub(crate) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    true
}
