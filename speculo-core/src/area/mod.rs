//! The life of files: create, take over, open, roll over, reclaim, remove.

pub(crate) mod attach;
mod builder;
pub(crate) mod copy;
pub(crate) mod create;
pub(crate) mod dir;
pub(crate) mod forge;
pub(crate) mod manifest;
mod remove;
pub(crate) mod retired;

pub(crate) use remove::delete;

pub use builder::{Area, AreaBuilder, Flags, Overflow, Start, Trust};
