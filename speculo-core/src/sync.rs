//! The only file that names an atomic type: `std`'s, or loom's under `cfg(loom)`.
//!
//! Every ordering in this crate is written down, numbered, in `docs/ordering.md`; code cites the number as
//! `[O3]`.

#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Publishes `value` in `word`, and is a full fence towards the loads that follow it. \[O1\]
///
/// On the machine one locked exchange does both. Loom gives sequential consistency to fences only, so the model
/// spells the fence out.
#[inline]
pub(crate) fn publish(word: &AtomicU64, value: u64) {
    word.swap(value, Ordering::SeqCst);
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}

/// The fence on the waiter's side, between announcing itself and looking once more. \[O6\]
#[inline]
pub(crate) fn full_fence() {
    #[cfg(not(loom))]
    std::sync::atomic::fence(Ordering::SeqCst);
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}
