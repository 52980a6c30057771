//! The untyped core of speculo.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64", target_endian = "little")))]
compile_error!("speculo runs on 64-bit little-endian Linux: it rests on tmpfs, futexes and open-file-description locks");

mod error;
mod failpoint;
mod layout;
mod memory;
mod name;
mod os;
mod schema;
mod sync;

pub use error::*;
pub use name::*;
pub use schema::*;
