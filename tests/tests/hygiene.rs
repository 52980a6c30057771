//! The types of `tests/hygiene` in the workspace's edition, and with the library under its own name: they compile, and
//! are the same types.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]

/// What the types' attributes name.
pub use speculo_typed as dependency;

#[path = "../hygiene/src/hostile.rs"]
pub mod hostile;
#[path = "../hygiene/src/kept.rs"]
pub mod kept;

#[test]
fn p9_fingerprints_are_equal_in_every_crate() {
    assert_eq!(kept::fingerprints(), include_str!("../hygiene/src/fingerprints.txt"));
}
