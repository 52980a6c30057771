//! The types that are published.
