//! The only file that names an atomic type: `std`'s, or loom's under `cfg(loom)`.
//!
//! Every ordering in this crate is written down, numbered, in `docs/ordering.md`; code cites the number as
//! `[O3]`.

#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
