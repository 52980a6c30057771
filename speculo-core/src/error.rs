//! What can go wrong: one enum per operation, each variant with the area's path and what to do about it.
//!
//! A cause that several operations share is a struct of its own, so that its message stands once.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::name::NameError;

/// The memory file system, or the process's own limit, has no room.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error(
    "no memory for area {}: {needed} more bytes are needed, its file system has {size} bytes, {free} of them free; \
     free some, make it larger (in a container: --shm-size), or use another root. What was committed is untouched",
    path.display()
)]
pub struct NoSpace {
    /// Directory of the area.
    pub path: PathBuf,
    /// Bytes that were asked for.
    pub needed: u64,
    /// Bytes that the file system has in all, as far as it tells.
    pub size: u64,
    /// Bytes that are free.
    pub free: u64,
}

/// The area's bytes are not what a publisher writes.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error(
    "{} is damaged: {what}; if no publisher is using it, remove the area or create it afresh (`fresh`)",
    path.display()
)]
pub struct Corrupt {
    /// The damaged file.
    pub path: PathBuf,
    /// What does not hold.
    pub what: String,
}

/// The area has been removed, or replaced by another one of the same name.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error(
    "area {} has been removed or replaced; values already in hand stay valid; open or create it again",
    path.display()
)]
pub struct Removed {
    /// Directory of the area.
    pub path: PathBuf,
}

/// The operating system refused something.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error("cannot {action} {}: {source}", path.display())]
pub struct OsError {
    /// The file or directory.
    pub path: PathBuf,
    /// What was tried.
    pub action: &'static str,
    /// The system's answer.
    pub source: io::Error,
}

/// The area was written by a library with another format version.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error(
    "area {} has format version {found}, this library reads version {supported}: use the same major version of \
     speculo on both sides, or remove the area",
    path.display()
)]
pub struct ForeignFormat {
    /// Directory of the area.
    pub path: PathBuf,
    /// Version in the file.
    pub found: u32,
    /// The version of this library.
    pub supported: u32,
}

/// The area was written before this machine last started.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error(
    "area {} was written before this machine last started, so its values and expiry times mean nothing any more; \
     its publisher has to create it afresh (`fresh`), or remove it",
    path.display()
)]
pub struct EarlierBoot {
    /// Directory of the area.
    pub path: PathBuf,
}

/// A file belongs to, or can be written by, somebody who is not trusted.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error("{} is not trusted: {what}", path.display())]
pub struct Untrusted {
    /// The file or directory.
    pub path: PathBuf,
    /// Why, and how to allow it.
    pub what: String,
}

/// The area holds another type.
#[derive(Debug, Error)]
#[non_exhaustive]
#[error("area {} holds another type: {difference}", path.display())]
pub struct SchemaMismatch {
    /// Directory of the area.
    pub path: PathBuf,
    /// The first differences, both sides.
    pub difference: String,
}

/// An area could not be created or taken over.
#[derive(Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The name or the root cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Another publisher owns the area and is alive.
    #[error(
        "area {} already has a publisher{}; an area has one writer: end that one first, or publish under another name",
        path.display(),
        pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
    )]
    WriterBusy {
        /// Directory of the area.
        path: PathBuf,
        /// The process that owns it, if it could be read.
        pid: Option<u32>,
    },
    /// The area is there already, and exclusive creation was asked for.
    #[error("area {} exists already: remove it, or create without `exclusive` to take it over", path.display())]
    Exists {
        /// Directory of the area.
        path: PathBuf,
    },
    /// A setting makes no sense.
    #[error("area {} cannot have these settings: {what}", path.display())]
    Settings {
        /// Directory of the area.
        path: PathBuf,
        /// Which, and what is possible.
        what: String,
    },
    /// What a former publisher left is of another type.
    #[error("{0}; create it with `replace_on_mismatch` to discard what is there")]
    SchemaMismatch(SchemaMismatch),
    /// See [`NoSpace`].
    #[error(transparent)]
    NoSpace(#[from] NoSpace),
    /// See [`Corrupt`].
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// See [`Removed`]: somebody deleted it while it was being taken over.
    #[error(transparent)]
    Removed(#[from] Removed),
    /// See [`ForeignFormat`].
    #[error(transparent)]
    ForeignFormat(#[from] ForeignFormat),
    /// See [`EarlierBoot`].
    #[error(transparent)]
    EarlierBoot(#[from] EarlierBoot),
    /// See [`Untrusted`].
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// See [`OsError`].
    #[error(transparent)]
    Os(#[from] OsError),
}

/// An area could not be opened for reading.
#[derive(Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The name or the root cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Nobody has published there yet.
    #[error(
        "no area at {}, as seen by uid {uid}: start its publisher first, or wait for it (`open_wait`); publisher and \
         subscriber must agree on the root (SPECULO_ROOT, or a `Root`)",
        path.display()
    )]
    NotFound {
        /// Directory that was looked at.
        path: PathBuf,
        /// Effective user id of this process, part of the default root.
        uid: u32,
    },
    /// The area holds another type than this subscriber's.
    #[error("{0}; publisher and subscriber need the same definition of the type")]
    SchemaMismatch(SchemaMismatch),
    /// See [`Corrupt`].
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// See [`Removed`].
    #[error(transparent)]
    Removed(#[from] Removed),
    /// See [`ForeignFormat`].
    #[error(transparent)]
    ForeignFormat(#[from] ForeignFormat),
    /// See [`EarlierBoot`].
    #[error(transparent)]
    EarlierBoot(#[from] EarlierBoot),
    /// See [`Untrusted`].
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// See [`OsError`].
    #[error(transparent)]
    Os(#[from] OsError),
}

/// Nothing was published, updated or removed; what was committed before is untouched.
#[derive(Error)]
#[non_exhaustive]
pub enum PublishError {
    /// See [`NoSpace`].
    #[error(transparent)]
    NoSpace(#[from] NoSpace),
    /// The live values and this one are more than the area may hold.
    #[error(
        "area {} is full: {live} bytes are live and {needed} more do not fit its max_size of {max_size}; remove \
         something, let values expire, or raise max_size",
        path.display()
    )]
    LimitReached {
        /// Directory of the area.
        path: PathBuf,
        /// Bytes that this value needs.
        needed: u64,
        /// Bytes that are live.
        live: u64,
        /// The limit.
        max_size: u64,
    },
    /// One value is larger than the area, or the format, allows.
    #[error(
        "a value of {needed} bytes does not fit area {}: at most {limit} are possible; raise max_size, or split it",
        path.display()
    )]
    TooLarge {
        /// Directory of the area.
        path: PathBuf,
        /// Bytes that this value needs.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// A key is longer than the format allows.
    #[error("a key of {len} bytes is too long for area {}: at most {} are possible", path.display(), u16::MAX)]
    KeyTooLong {
        /// Directory of the area.
        path: PathBuf,
        /// Its length in bytes.
        len: usize,
    },
    /// There is no live chunk with this id: it never was, has expired, or was removed or dropped.
    #[error("area {} has no live chunk with id {id}: it expired, or was removed or dropped; publish a new one", path.display())]
    NoSuchChunk {
        /// Directory of the area.
        path: PathBuf,
        /// The id that was looked for.
        id: u64,
    },
    /// The value's key is not the key of the slot.
    #[error("the value has another key than the slot of area {}; take a slot for each key", path.display())]
    KeyMismatch {
        /// Directory of the area.
        path: PathBuf,
    },
    /// The area is of another kind: keys are for keyed areas, ids are updated in streams.
    #[error("area {} is a {kind:?} area: {what}", path.display())]
    WrongKind {
        /// Directory of the area.
        path: PathBuf,
        /// Its kind.
        kind: crate::Kind,
        /// What does not fit.
        what: &'static str,
    },
    /// The value could not be written down.
    #[error("a value for area {} cannot be serialized: {source}", path.display())]
    Encode {
        /// Directory of the area.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This publisher was inherited through `fork`; the parent still owns the area.
    #[error("this publisher of area {} came through fork: only the process that created it may publish", path.display())]
    Forked {
        /// Directory of the area.
        path: PathBuf,
    },
    /// See [`Corrupt`]: somebody else wrote into the area's files.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// See [`Removed`]: somebody deleted the area's files.
    #[error(transparent)]
    Removed(#[from] Removed),
    /// See [`OsError`].
    #[error(transparent)]
    Os(#[from] OsError),
}

/// Why a value could not be read. Boxed, so that `Result<Option<&T>, ReadError>` stays two words.
#[derive(Error)]
#[error(transparent)]
pub struct ReadError(Box<ReadErrorKind>);

impl ReadError {
    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ReadErrorKind {
        &self.0
    }
}

/// What happened while reading.
#[derive(Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// See [`Corrupt`].
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// A committed payload was refused by the check of its type.
    #[error(
        "chunk {seq} of area {} is no valid value of its type: {reason}; its publisher is broken, or somebody else \
         wrote into the area's files",
        path.display()
    )]
    Invalid {
        /// Directory of the area.
        path: PathBuf,
        /// The chunk's seq.
        seq: u64,
        /// What the check said.
        reason: String,
    },
    /// See [`Removed`].
    #[error(transparent)]
    Removed(#[from] Removed),
    /// See [`Untrusted`].
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// See [`OsError`].
    #[error(transparent)]
    Os(#[from] OsError),
}

impl<T: Into<ReadErrorKind>> From<T> for ReadError {
    #[cold]
    fn from(kind: T) -> Self {
        Self(Box::new(kind.into()))
    }
}

/// An area could not be removed.
#[derive(Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// The name or the root cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// There is no such area.
    #[error("no area at {}: nothing to remove", path.display())]
    NotFound {
        /// Directory that was looked at.
        path: PathBuf,
    },
    /// Its publisher is alive.
    #[error(
        "area {} has a publisher{}: end it first",
        path.display(),
        pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
    )]
    WriterBusy {
        /// Directory of the area.
        path: PathBuf,
        /// The process that owns it, if it could be read.
        pid: Option<u32>,
    },
    /// See [`Untrusted`].
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// See [`OsError`].
    #[error(transparent)]
    Os(#[from] OsError),
}

/// `{:?}` says what `{}` says: it is what `unwrap`, `expect` and a `main` that returns an error print, and those who
/// read that need to know what to do.
macro_rules! debug_is_display {
    ($($error:ident),*) => {$(
        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
debug_is_display!(CreateError, OpenError, PublishError, ReadError, ReadErrorKind, RemoveError);

/// What the life of segments can run into; every operation that touches them has these variants.
#[derive(Debug)]
pub(crate) enum Fault {
    NoSpace(NoSpace),
    Corrupt(Corrupt),
    Removed(Removed),
    Untrusted(Untrusted),
    Os(OsError),
}

macro_rules! fault_from {
    ($($cause:ident = $type:ident),*) => {$(
        impl From<$type> for Fault {
            fn from(cause: $type) -> Self {
                Self::$cause(cause)
            }
        }
    )*};
}
fault_from!(NoSpace = NoSpace, Corrupt = Corrupt, Removed = Removed, Untrusted = Untrusted, Os = OsError);

/// A file that has become untrustworthy while we use it was tampered with.
fn tampered(cause: Untrusted) -> Corrupt {
    Corrupt { path: cause.path, what: cause.what }
}

/// Readers reserve nothing; should the case arise, it is the system's refusal.
fn out_of_space(cause: NoSpace) -> OsError {
    OsError { path: cause.path, action: "reserve memory for", source: io::ErrorKind::StorageFull.into() }
}

macro_rules! from_fault {
    ($($error:ident: $no_space:expr, $untrusted:expr;)*) => {$(
        impl From<Fault> for $error {
            fn from(fault: Fault) -> Self {
                match fault {
                    Fault::NoSpace(cause) => $no_space(cause).into(),
                    Fault::Corrupt(cause) => cause.into(),
                    Fault::Removed(cause) => cause.into(),
                    Fault::Untrusted(cause) => $untrusted(cause).into(),
                    Fault::Os(cause) => cause.into(),
                }
            }
        }
    )*};
}
from_fault! {
    CreateError: NoSpace::from, Untrusted::from;
    PublishError: NoSpace::from, tampered;
    OpenError: out_of_space, Untrusted::from;
    ReadErrorKind: out_of_space, Untrusted::from;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_result_is_two_words() {
        assert_eq!(size_of::<Result<Option<&u8>, ReadError>>(), 2 * size_of::<usize>());
    }
}
