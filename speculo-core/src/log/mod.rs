//! The protocol over `memory`: look up, follow, pin, publish, carry, wait. It names no file and makes no system call.

pub(crate) mod carry;
pub(crate) mod census;
pub(crate) mod follow;
#[cfg(loom)]
#[cfg(test)]
mod model;
pub(crate) mod plan;
pub(crate) mod publish;
pub(crate) mod read;
#[cfg(not(loom))]
#[cfg(test)]
mod tests;
pub(crate) mod wait;
pub(crate) mod walk;
