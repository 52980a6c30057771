//! Settings of an area, and the three things that can be done with a name: create, open, remove.

use std::path::Path;
use std::time::Duration;

use rustix::fs::Stat;

use super::copy::MAX_COPY;
use super::dir::Place;
use crate::error::{CreateError, OpenError, RemoveError, Untrusted};
use crate::name::Root;
use crate::os;
use crate::reader::Reader;
use crate::schema::{Kind, Schema};
use crate::writer::Writer;

bitflags::bitflags! {
    /// How an area is created.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Flags: u32 {
        /// Fail with [`CreateError::Exists`] if the area is there, instead of taking it over.
        const EXCLUSIVE = 1;
        /// Remove the area when its writer is dropped. Without it, what was published stays for readers and for
        /// the next writer.
        const REMOVE_ON_DROP = 1 << 1;
        /// Leave behind what a former writer published, and replace an area that is damaged or of an earlier boot.
        const FRESH = 1 << 2;
        /// Replace an area that holds another type.
        const REPLACE_ON_MISMATCH = 1 << 3;
        /// Let everybody who may read the area also ask to be woken, by write permission to its `.bell`. Whoever
        /// has that can make every publish a wake-up, or truncate that file under the writer.
        const SHARED_BELL = 1 << 4;
    }
}

/// What a stream does when its live messages reach `max_size`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// Drop the oldest, down to about half. Readers that had not come so far count them as lost.
    #[default]
    DropOldest,
    /// Refuse new messages with [`LimitReached`](crate::PublishError::LimitReached).
    Reject,
}

/// Whose areas a reader opens, and how.
///
/// Who is trusted could, on purpose, change bytes under a reader that has validated them, or shorten a file, which ends
/// the reader by SIGBUS. So for [`Own`](Self::Own) and [`Owner`](Self::Owner) directory, manifest and segments must
/// belong to a trusted user and be writable by nobody else. `SECURITY.md` has the whole of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// This process's own user, and root.
    #[default]
    Own,
    /// The user with this id as well.
    Owner(u32),
    /// Nobody: whoever owns the area, nothing of it is mapped. What is read is copied first, and validated in the copy,
    /// so it cannot change any more, and no file can be taken away under it. What the values *say* is still up to their
    /// owner.
    ///
    /// Each call looks whether there is anything new, which takes two system calls, and if there is, copies all of the
    /// segment that is in use: some tens of microseconds at least, milliseconds for megabytes. A follower gets
    /// everything that one copy holds before it looks again, so what was replaced meanwhile may still come. A waiter
    /// looks by itself, every 20 ms at last. Two descriptors stay open. Segments of more than 256 MiB are refused. Of a
    /// copy only what the segment uses is memory, for as long as somebody holds a value or a view of it.
    Copy,
}

impl Trust {
    pub(crate) fn check(self, stat: &Stat, path: &Path) -> Result<(), Untrusted> {
        if self == Self::Copy {
            return Ok(());
        }
        let owner = stat.st_uid;
        let trusted = owner == os::uid() || owner == 0 || matches!(self, Self::Owner(uid) if uid == owner);
        let what = if !trusted {
            format!(
                "it belongs to uid {owner}, this process runs as uid {}; if you trust that user with this process's \
                 memory, say so with `trust(Trust::Owner({owner}))`",
                os::uid()
            )
        } else if stat.st_mode & 0o022 != 0 {
            format!(
                "its mode is {:03o}, so others than its owner can write to it; take that away (chmod go-w)",
                stat.st_mode & 0o777
            )
        } else {
            return Ok(());
        };
        Err(Untrusted { path: path.to_owned(), what })
    }

    /// Whether a segment's file of `len` bytes may be read.
    pub(crate) fn check_len(self, len: u64, path: &Path) -> Result<(), Untrusted> {
        if self != Self::Copy || len <= MAX_COPY {
            return Ok(());
        }
        let what = format!(
            "it has {len} bytes, and of an owner who is not trusted (`Trust::Copy`) {MAX_COPY} bytes are copied at most"
        );
        Err(Untrusted { path: path.to_owned(), what })
    }
}

/// Where a reader begins to follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// At the oldest value that is live: a late joiner sees everything that still holds.
    #[default]
    Oldest,
    /// Behind everything that has been published before.
    Newest,
}

/// A name to publish under. See [`Area::builder`].
#[derive(Debug)]
pub struct Area(());

impl Area {
    /// Settings for the area `name`, made of parts of `[A-Za-z0-9._-]` separated by `/`. Nothing is touched until
    /// [`create`](AreaBuilder::create), [`open`](AreaBuilder::open) or [`remove`](AreaBuilder::remove).
    ///
    /// ```
    /// use speculo_core::{Area, Kind, Root, Schema};
    ///
    /// let root = Root::temporary()?;
    /// let area = Area::builder("vehicle/speed").root(root).schema(Schema::untyped(Kind::Stream));
    /// let mut writer = area.create()?;
    /// writer.publish(b"88")?;
    /// let mut reader = area.open()?;
    /// assert_eq!(reader.try_next()?.unwrap().payload(), b"88");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn builder(name: &str) -> AreaBuilder<'static> {
        AreaBuilder {
            name: name.to_owned(),
            root: Root::default(),
            flags: Flags::empty(),
            max_size: DEFAULT_MAX_SIZE,
            initial_size: None,
            mode: 0o600,
            ttl: None,
            overflow: Overflow::default(),
            trust: Trust::default(),
            start: Start::default(),
            schema: Schema::untyped(Kind::Stream),
        }
    }
}

/// Two full segments fit a container's `/dev/shm`, which has 64 MiB by default.
const DEFAULT_MAX_SIZE: u64 = 16 << 20;
/// Two segments of this stay in a core's own cache, and rollovers are rare enough to cost little per publish.
const DEFAULT_INITIAL_SIZE: u64 = 1 << 20;
const LEAST_SIZE: u64 = 4096;

/// Settings of an area. Writer and reader share the type; each ignores what only concerns the other.
#[derive(Clone, Debug)]
pub struct AreaBuilder<'a> {
    pub(crate) name: String,
    pub(crate) root: Root,
    pub(crate) flags: Flags,
    pub(crate) max_size: u64,
    initial_size: Option<u64>,
    pub(crate) mode: u32,
    pub(crate) ttl: Option<Duration>,
    pub(crate) overflow: Overflow,
    pub(crate) trust: Trust,
    pub(crate) start: Start,
    pub(crate) schema: Schema<'a>,
}

impl AreaBuilder<'_> {
    /// Where areas live. Default: [`Root::default`].
    #[must_use]
    pub fn root(mut self, root: Root) -> Self {
        self.root = root;
        self
    }

    /// How the area is created. Default: none.
    #[must_use]
    pub fn flags(mut self, flags: Flags) -> Self {
        self.flags = flags;
        self
    }

    /// Adds flags to those that are set.
    #[must_use]
    pub fn add_flags(mut self, flags: Flags) -> Self {
        self.flags |= flags;
        self
    }

    /// Limit of the live bytes: headers, payloads and keys of chunks that have not expired and have not been
    /// replaced or removed. Peak memory is more: two segments, each up to four times the live bytes, and one for
    /// each generation that readers hold. Default: 16 MiB.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    /// Size of the log when little is live, in bytes. Larger ones roll over less often, smaller ones stay in the
    /// processor's cache. Default: 1 MiB, or `max_size` if that is less.
    #[must_use]
    pub fn initial_size(mut self, bytes: u64) -> Self {
        self.initial_size = Some(bytes);
        self
    }

    /// Mode of the area's files; directories get the matching `x` bits, beside what they allowed before (areas may nest). Only the owner can write, whatever it says,
    /// so 0600, 0640 and 0644 make sense. Default: 0600.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// How long values live that are published without a time of their own. Default: for ever.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// What a stream does at its limit. Default: [`Overflow::DropOldest`].
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Whose areas are opened for reading, and how. Default: [`Trust::Own`].
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Where a reader begins to follow. Default: [`Start::Oldest`].
    #[must_use]
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// What the area holds. Default: an untyped stream.
    #[must_use]
    pub fn schema(self, schema: Schema<'_>) -> AreaBuilder<'_> {
        let Self { name, root, flags, max_size, initial_size, mode, ttl, overflow, trust, start, schema: _ } =
            self;
        AreaBuilder { name, root, flags, max_size, initial_size, mode, ttl, overflow, trust, start, schema }
    }

    /// Creates the area, or takes over what a former writer left in it, values included.
    ///
    /// # Errors
    ///
    /// [`CreateError::WriterBusy`] if another writer is alive; the others say what they are about. On an error no
    /// file has been changed, but for directories that were missing.
    pub fn create(&self) -> Result<Writer, CreateError> {
        super::create::create(self)
    }

    /// Opens the area read-only.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] if nobody has published there yet.
    pub fn open(&self) -> Result<Reader, OpenError> {
        Reader::open(self, Some(&self.schema))
    }

    /// Opens the area read-only, whatever it holds: [`Reader::kind`] and [`Reader::descriptor`] tell.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), without [`OpenError::SchemaMismatch`].
    pub fn open_any(&self) -> Result<Reader, OpenError> {
        Reader::open(self, None)
    }

    /// Opens the area, waiting up to `timeout` for it to come into being.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_wait(&self, timeout: Duration) -> Result<Reader, OpenError> {
        let end = std::time::Instant::now().checked_add(timeout);
        let mut pause = Duration::from_millis(1);
        loop {
            match self.open() {
                Err(OpenError::NotFound { .. } | OpenError::Removed(_))
                    if end.is_none_or(|end| std::time::Instant::now() < end) =>
                {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                result => return result,
            }
        }
    }

    /// Removes the area and everything in it. What readers hold stays readable to them.
    ///
    /// # Errors
    ///
    /// [`RemoveError::WriterBusy`] while its writer is alive.
    pub fn remove(&self) -> Result<(), RemoveError> {
        super::remove::remove(&self.place()?)
    }

    pub(crate) fn place(&self) -> Result<Place, crate::NameError> {
        Place::new(&self.root, &self.name)
    }

    /// The log's least size.
    pub(crate) fn log_size(&self) -> u64 {
        self.initial_size.unwrap_or(DEFAULT_INITIAL_SIZE.min(self.max_size))
    }

    /// Checks what concerns a writer.
    pub(crate) fn check(&self, place: &Place) -> Result<(), CreateError> {
        let wrong = |what: String| Err(CreateError::Settings { path: place.path().to_owned(), what });
        if self.max_size < LEAST_SIZE {
            return wrong(format!("max_size is {} bytes; it must be {LEAST_SIZE} at least", self.max_size));
        }
        if self.max_size > crate::layout::segment::MAX_LEN / 8 {
            return wrong(format!("max_size is {} bytes; 8 TiB are the most", self.max_size));
        }
        if self.initial_size.is_some_and(|size| size > self.max_size) {
            return wrong(format!("initial_size is more than max_size ({} bytes)", self.max_size));
        }
        if self.mode & 0o600 != 0o600 || self.mode & !0o644 != 0 {
            return wrong(format!(
                "mode {:04o} is not possible: its owner reads and writes, others read at most (0600, 0640, 0644)",
                self.mode
            ));
        }
        if self.schema.descriptor.len() as u64 > crate::layout::manifest::MAX_DESCRIPTOR {
            return wrong("the schema's descriptor is longer than 1 MiB".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a user who is not root, where that can be had: to root the two are one.
    #[test]
    fn trusted_are_oneself_and_root_and_who_is_named() {
        std::thread::spawn(|| {
            let _ = rustix::thread::set_thread_res_uid(None, rustix::process::Uid::from_raw(12_345), None);
            let mut stat = rustix::fs::stat("/dev/shm").unwrap();
            let mut check = |trust: Trust, owner: u32, mode: u32| {
                (stat.st_uid, stat.st_mode) = (owner, mode);
                trust.check(&stat, Path::new("/dev/shm")).is_ok()
            };
            let stranger = os::uid() + 1;
            for trust in [Trust::Own, Trust::Owner(stranger), Trust::Owner(stranger + 1)] {
                assert!(check(trust, os::uid(), 0o644) && check(trust, 0, 0o644));
                assert_eq!(check(trust, stranger, 0o644), trust == Trust::Owner(stranger));
                assert!(!check(trust, os::uid(), 0o664) && !check(trust, os::uid(), 0o646));
            }
            assert!(check(Trust::Copy, stranger, 0o666));
        })
        .join()
        .unwrap();
    }
}
