//! The untyped core of speculo: areas, segments and chunks in shared memory, bytes in and bytes out.
//!
//! One process owns an *area* and appends immutable *chunks* to it; any number of processes map the area read-only
//! and read the chunks in place. There is no daemon, no lock and no copy. What it promises, the format and the
//! protocol are described in `docs/design.md`; this crate follows it with one folder for each part:
//!
//! - `layout`: the bytes, as offsets and packed words;
//! - `memory`: mappings, leases and committed chunks, the only unsafe code;
//! - `log`: the protocol: publish, look up, follow, carry over;
//! - `area`: the life of files: create, take over, attach, roll over, remove;
//! - `os`: clocks, futexes, reservation;
//! - [`Writer`], [`Reader`], [`View`]: the handles.
//!
//! It is the surface that `speculo-typed` stands on, not a second stable interface.
//!
//! ```
//! use speculo_core::{Area, Kind, Root, Schema};
//!
//! let doors = Area::builder("vehicle/doors").root(Root::temporary()?).schema(Schema::untyped(Kind::Keyed));
//! let mut writer = doors.create()?;
//! writer.put(b"rear", b"open")?;
//!
//! let mut reader = doors.open()?; // in any process
//! assert_eq!(reader.get(b"rear")?.unwrap().payload(), b"open");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// Under loom there are no files, so what only they need is dead.
#![cfg_attr(loom, expect(dead_code, reason = "the protocol without the life of files"))]

#[cfg(not(all(target_os = "linux", target_pointer_width = "64", target_endian = "little")))]
compile_error!(
    "speculo runs on 64-bit little-endian Linux: it rests on tmpfs, futexes and open-file-description locks"
);

#[cfg(not(loom))]
mod area;
mod error;
mod failpoint;
mod layout;
mod log;
mod memory;
mod name;
mod os;
#[cfg(not(loom))]
mod reader;
mod schema;
mod sync;
mod view;
#[cfg(not(loom))]
mod writer;

#[cfg(not(loom))]
pub use area::{Area, AreaBuilder, Flags, Overflow, Start, Trust};
pub use error::{
    Corrupt, CreateError, EarlierBoot, ForeignFormat, NoSpace, OpenError, OsError, PublishError, ReadError,
    ReadErrorKind, RemoveError, Removed, SchemaMismatch, Untrusted,
};
pub use layout::FORMAT_VERSION;
pub use memory::{Chunk, ChunkId, OwnedChunk};
pub use name::{MAX_NAME, NameError, Root};
#[cfg(not(loom))]
pub use reader::{Event, Liveness, Reader};
pub use schema::{Kind, Schema};
pub use view::{Iter, View};
#[cfg(not(loom))]
pub use writer::{Draft, Slot, Stats, To, Writer};
