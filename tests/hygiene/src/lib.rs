//! Nothing here is run by anybody: it has to compile, under all lints that a user could deny, and be the same type
//! elsewhere.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    rust_2024_compatibility,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_qualifications,
    unused_import_braces,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

/// What the types' attributes name.
pub use ::shared as dependency;

pub mod allowed;
pub mod edition;
pub mod hostile;
pub mod kept;

#[cfg(test)]
mod tests {
    #[test]
    fn p9_fingerprints_stay() {
        assert_eq!(crate::kept::fingerprints(), include_str!("fingerprints.txt"));
    }
}
