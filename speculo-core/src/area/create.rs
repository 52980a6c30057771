//! Creating an area, and taking over what a dead writer left.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::attach::attach;
use super::builder::{AreaBuilder, Flags, Trust};
use super::dir::{BELL, Dir, LOCK, MANIFEST, MANIFEST_ASIDE, Place, segment_name};
use super::forge::Forge;
use super::manifest::{self, Unusable};
use crate::error::{CreateError, Fault, Untrusted};
use crate::failpoint;
use crate::layout::manifest::Identity;
use crate::layout::{PAGE, align_up};
use crate::log::census::Census;
use crate::log::plan::{Plan, Wish};
use crate::memory::fence::Light;
use crate::memory::lease::{Grip, Ownership, is_locked, try_lock};
use crate::memory::manifest::{mark_removed, move_pulse};
use crate::memory::region::Word;
use crate::memory::{FileId, Lease, Manifest, Process, Writable};
use crate::os;
use crate::writer::{Parts, Writer};

/// How often a lock file may vanish under us, to another who removes the area, before we give up.
const ATTEMPTS: usize = 100;

/// The lock of an area, taken.
pub(crate) struct Locked {
    pub(crate) dir: Dir,
    pub(crate) owner: Ownership,
    pub(crate) file: FileId,
}

/// Why it was not taken.
pub(crate) enum Refused {
    Busy(Option<u32>),
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Refused {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

/// Takes the writer's lock of the area in the directory that `open` gives; `None` if that gives none.
pub(crate) fn lock(
    place: &Place,
    process: Process,
    open: impl Fn() -> Result<Option<Dir>, Fault>,
) -> Result<Option<Locked>, Refused> {
    for _ in 0..ATTEMPTS {
        // Somebody removes the area, or the one above it, at the same time.
        let dir = match open() {
            Err(Fault::Removed(_)) => continue,
            other => other?,
        };
        let Some(dir) = dir else { return Ok(None) };
        failpoint::hit("lock.directory");
        check_owner(place, &dir)?;
        let (fd, file) = match dir.lock_file(place) {
            // The directory went away between `open` and here.
            Err(Fault::Removed(_)) => continue,
            other => other?,
        };
        let text = std::fs::File::from(fd.try_clone().map_err(|error| place.os_error("open", LOCK, error))?);
        failpoint::hit("lock.opened");
        let Some(owner) =
            Ownership::take(&fd, process).map_err(|error| place.os_error("lock", LOCK, error))?
        else {
            let mut pid = [0; 16];
            let len = text.read_at(&mut pid, 0).unwrap_or(0);
            let pid = pid.get(..len).and_then(|pid| std::str::from_utf8(pid).ok());
            return Err(Refused::Busy(pid.and_then(|pid| pid.trim().parse().ok())));
        };
        if dir.identity(LOCK) != Some(file) {
            continue;
        }
        let pid = format!("{:<10}\n", std::process::id());
        // For the message of the next who finds it locked; without it the message names no process.
        if os::may_reach(pid.len() as u64) {
            let _ = text.write_all_at(pid.as_bytes(), 0);
        }
        return Ok(Some(Locked { dir, owner, file }));
    }
    Err(place.removed().into())
}

/// Locks an open manifest as the area's writer; `false` if another writer has.
///
/// Whoever may read the manifest may hold a shared lock on it. That must not keep a writer out (P2); it only keeps
/// readers from seeing that this one is alive.
fn present(place: &Place, manifest: &OwnedFd) -> Result<bool, Fault> {
    let failed = |error| place.os_error("lock", MANIFEST, error);
    let mine = try_lock(manifest.as_fd(), Grip::Exclusive).map_err(failed)?;
    Ok(mine || !is_locked(manifest.as_fd(), Grip::Shared).map_err(failed)?)
}

/// A writer maps files for writing that only its own user can truncate.
fn check_owner(place: &Place, dir: &Dir) -> Result<(), Fault> {
    let stat = dir.stat();
    let what = if stat.st_uid != os::uid() {
        format!("it belongs to uid {}; publish as that user, or under another name or root", stat.st_uid)
    } else if stat.st_mode & 0o022 != 0 {
        format!("its mode is {:03o}, so others can write to it (chmod go-w)", stat.st_mode & 0o777)
    } else {
        return Ok(());
    };
    Err(Untrusted { path: place.path().to_owned(), what }.into())
}

/// Creates an area or takes it over.
pub(crate) fn create(builder: &AreaBuilder<'_>) -> Result<Writer, CreateError> {
    let place = builder.place()?;
    builder.check(&place)?;
    let process = Process::current().map_err(|error| place.os_error("mark this process for", "", error))?;
    let locked = lock(&place, process, || Dir::make(&place, dir_mode(builder.mode)).map(Some));
    let locked = match locked {
        Ok(Some(locked)) => locked,
        Ok(None) => return Err(place.removed().into()),
        Err(Refused::Busy(pid)) => {
            return Err(CreateError::WriterBusy { path: place.path().to_owned(), pid });
        }
        Err(Refused::Fault(fault)) => {
            if matches!(fault, Fault::NoSpace(_)) {
                // There may have been room for a directory, and none for a file in it. It stays if anything is there.
                let _ = std::fs::remove_dir(place.path());
            }
            return Err(fault.into());
        }
    };
    failpoint::hit("create.locked");
    let creation = Creation { builder, place, process };
    match manifest::open_file(&locked.dir, &creation.place, OFlags::RDWR)? {
        None => creation.fresh(locked, None),
        Some((fd, stat)) => {
            // The manifest's own lock says that its writer is alive, even if somebody deleted `.lock`.
            if !present(&creation.place, &fd)? {
                return Err(CreateError::WriterBusy { path: creation.place.path().to_owned(), pid: None });
            }
            let identity = manifest::identify(&creation.place, &fd, &stat);
            // A remover that died had told the readers already: nobody can reach what is left of that area.
            if identity.is_ok() && manifest::is_removed(&fd) {
                return creation.fresh(locked, Some(&fd));
            }
            if builder.flags.contains(Flags::EXCLUSIVE) {
                return Err(CreateError::Exists { path: creation.place.path().to_owned() });
            }
            let identity = identity.and_then(|identity| {
                manifest::check_schema(&creation.place, &identity, &builder.schema)?;
                Ok(identity)
            });
            match identity {
                Ok(identity) => creation.take_over(locked, &fd, identity),
                Err(unusable) if creation.may_replace(&unusable) => creation.fresh(locked, Some(&fd)),
                Err(unusable) => Err(unusable.into()),
            }
        }
    }
}

fn dir_mode(mode: u32) -> Mode {
    Mode::from_raw_mode(mode | 0o100 | (mode & 0o044) >> 2)
}

struct Creation<'a> {
    builder: &'a AreaBuilder<'a>,
    place: Place,
    process: Process,
}

impl Creation<'_> {
    fn may_replace(&self, unusable: &Unusable) -> bool {
        let flags = self.builder.flags;
        match unusable {
            Unusable::Schema(_) => flags.contains(Flags::REPLACE_ON_MISMATCH),
            Unusable::Foreign(_) | Unusable::EarlierBoot(_) | Unusable::Fault(Fault::Corrupt(_)) => {
                flags.contains(Flags::FRESH)
            }
            Unusable::Fault(_) => false,
        }
    }

    fn forge<'f>(&'f self, locked: &'f Locked, identity: &'f Identity) -> Forge<'f> {
        Forge {
            place: &self.place,
            dir: &locked.dir,
            identity,
            mode: Mode::from_raw_mode(self.builder.mode),
            owner: &locked.owner,
        }
    }

    fn plan(&self, census: &Census) -> Plan {
        let wish = Wish {
            kind: self.builder.schema.kind,
            log_size: self.builder.log_size(),
            max_size: self.builder.max_size,
        };
        Plan::roomy(&wish, census.live, 0)
    }

    /// A new area; `replaced` is the manifest of the one that it replaces.
    fn fresh(self, locked: Locked, replaced: Option<&OwnedFd>) -> Result<Writer, CreateError> {
        match self.try_fresh(&locked, replaced) {
            Ok((manifest, memory, presence, bell, log)) => {
                Ok(self.writer(locked, manifest, memory, presence, bell, log))
            }
            Err(error) => {
                // There was no area before; nothing stays of the attempt, unless somebody has deleted the lock: then what is
                // there may be another's. The first error is the one to tell.
                if replaced.is_none() && locked.dir.identity(LOCK) == Some(locked.file) {
                    let _ = super::delete(&self.place, &locked.dir, None);
                }
                Err(error)
            }
        }
    }

    fn try_fresh(
        &self,
        locked: &Locked,
        replaced: Option<&OwnedFd>,
    ) -> Result<(Manifest, Writable, Lease, Word, crate::log::publish::Log), CreateError> {
        let place = &self.place;
        let random =
            || os::random_u128().map_err(|error| place.os_error("draw random numbers for", "", error));
        let identity = Identity {
            kind: self.builder.schema.kind,
            uuid: random()?,
            boot: os::boot_id().map_err(|error| place.os_error("read the boot id for", "", error))?,
            fingerprint: self.builder.schema.fingerprint,
            seed: u64::try_from(random()? >> 64).unwrap_or(0),
            descriptor: self.builder.schema.descriptor.to_vec(),
        };
        let leftover = locked.dir.generations(place)?;
        if replaced.is_none() {
            // Without a manifest nobody can reach them.
            discard(&locked.dir, &leftover, None);
            failpoint::hit("create.discarded");
        }
        let generation = leftover.iter().max().map_or(1, |last| last.saturating_add(1));
        let census = Census::empty();
        let log =
            self.forge(locked, &identity).build(None, &census, &self.plan(&census), generation, None)?;
        let built = segment_name(log.segment().geometry().generation);
        failpoint::hit("create.segment");

        let installed = self.bell(&locked.dir).and_then(|bell| {
            failpoint::hit("create.bell");
            let manifest = self.install(&locked.dir, &identity, &log, replaced)?;
            Ok((bell, manifest))
        });
        let (bell, (memory, presence)) = installed.inspect_err(|_| locked.dir.unlink(&built))?;
        if replaced.is_some() {
            discard(&locked.dir, &leftover, None);
            failpoint::hit("create.tidied");
        }
        let manifest = Manifest::new(Arc::clone(memory.region()), identity);
        Ok((manifest, memory, presence, bell, log))
    }

    /// Writes the manifest aside, whole, and links it in.
    fn install(
        &self,
        dir: &Dir,
        identity: &Identity,
        log: &crate::log::publish::Log,
        replaced: Option<&OwnedFd>,
    ) -> Result<(Writable, Lease), Fault> {
        let place = &self.place;
        let failed = |action, error: std::io::Error| Fault::from(place.os_error(action, MANIFEST, error));
        dir.unlink(MANIFEST_ASIDE);
        let mode = Mode::from_raw_mode(self.builder.mode);
        let Some((fd, id)) = dir.create(place, MANIFEST_ASIDE, mode)? else {
            return Err(place.corrupt(MANIFEST_ASIDE, "somebody else creates it at the same time").into());
        };
        failpoint::hit("create.manifest_empty");
        let bytes = identity.encode(log.segment().geometry().generation);
        let len = align_up(bytes.len() as u64, PAGE);
        let written = os::reserve(fd.as_fd(), 0, len)
            .map_err(|error| place.no_space(fd.as_fd(), MANIFEST, len, error))
            .and_then(|()| {
                failpoint::hit("create.manifest_reserved");
                let file = std::fs::File::from(fd.try_clone().map_err(|error| failed("open", error))?);
                file.write_all_at(&bytes, 0).map_err(|error| failed("write", error))?;
                drop(file);
                self.hold(&fd, id, len, dir)
            });
        failpoint::hit("create.manifest_aside");
        let result = written.and_then(|held| {
            if let Some(old) = replaced {
                retire_manifest(old);
                dir.unlink(MANIFEST);
                failpoint::hit("create.replaced");
            }
            if !dir.rename(place, MANIFEST_ASIDE, MANIFEST)? {
                return Err(place.corrupt(MANIFEST, "somebody else creates it at the same time").into());
            }
            failpoint::hit("create.manifest");
            Ok(held)
        });
        result.inspect_err(|_| dir.unlink(MANIFEST_ASIDE))
    }

    /// Maps an open manifest for writing, and keeps its lock: that says "alive" to readers.
    fn hold(&self, lock: &OwnedFd, id: FileId, len: u64, dir: &Dir) -> Result<(Writable, Lease), Fault> {
        let place = &self.place;
        let failed = |action, error: std::io::Error| Fault::from(place.os_error(action, MANIFEST, error));
        if !present(place, lock)? {
            return Err(place.corrupt(MANIFEST, "somebody else has locked it").into());
        }
        // The mapping must not carry the lock, so it gets a description of its own.
        let data = [MANIFEST, MANIFEST_ASIDE].into_iter().find_map(|name| {
            let opened = dir.file(place, name, OFlags::RDWR).ok().flatten();
            opened.filter(|(_, stat)| FileId::of(stat) == id)
        });
        let (data, _) = data.ok_or_else(|| place.removed())?;
        let memory = Writable::map(data.as_fd(), id, len, len).map_err(|error| failed("map", error))?;
        let presence = Lease::keep_for(lock, self.process).map_err(|error| failed("lease", error))?;
        Ok((memory, presence))
    }

    /// Creates `.bell`, or opens the one that is there: waiters may be asleep on it.
    fn bell(&self, dir: &Dir) -> Result<Word, Fault> {
        let place = &self.place;
        let mode = self.builder.mode & 0o600
            | if self.builder.flags.contains(Flags::SHARED_BELL) {
                self.builder.mode & 0o044 | (self.builder.mode & 0o044) >> 1
            } else {
                0
            };
        let mode = Mode::from_raw_mode(mode);
        let (fd, id) = match dir.create(place, BELL, mode)? {
            Some(created) => {
                failpoint::hit("bell.created");
                created
            }
            None => {
                let (fd, stat) = dir.file(place, BELL, OFlags::RDWR)?.ok_or_else(|| place.removed())?;
                rustix::fs::fchmod(&fd, mode)
                    .map_err(|error| place.os_error("set the mode of", BELL, error))?;
                (fd, FileId::of(&stat))
            }
        };
        os::reserve(fd.as_fd(), 0, PAGE).map_err(|error| place.no_space(fd.as_fd(), BELL, PAGE, error))?;
        let memory =
            Writable::map(fd.as_fd(), id, PAGE, PAGE).map_err(|error| place.os_error("map", BELL, error))?;
        Word::of(memory.region(), 0).ok_or_else(|| place.corrupt(BELL, "it is empty").into())
    }

    /// Takes over what a dead writer left: a rollover from its last segment.
    fn take_over(self, locked: Locked, fd: &OwnedFd, identity: Identity) -> Result<Writer, CreateError> {
        let place = &self.place;
        let stat = rustix::fs::fstat(fd).map_err(|error| place.os_error("look at", MANIFEST, error))?;
        let len = u64::try_from(stat.st_size).unwrap_or(0);
        let (memory, presence) = self.hold(fd, FileId::of(&stat), len, &locked.dir)?;
        let manifest = Manifest::new(Arc::clone(memory.region()), identity);
        let fresh = self.builder.flags.contains(Flags::FRESH);

        let left = attach(place, &manifest, Trust::Own, &[]).and_then(|from| {
            let census = Census::of_log(&from, self.builder.schema.kind, os::now())
                .map_err(|damage| from.corrupt(damage))?;
            Ok((from, census))
        });
        let (from, mut census) = match left {
            // What is to be discarded may be damaged.
            Err(Fault::Corrupt(_) | Fault::Removed(_)) if fresh => return self.fresh(locked, Some(fd)),
            left => left?,
        };
        let current = from.geometry().generation;
        let damaged = |damage| from.corrupt(damage);
        if fresh {
            census.forget_all();
        } else if manifest.identity().kind == crate::Kind::Stream
            && self.builder.overflow == super::Overflow::DropOldest
            && census.live.bytes > self.builder.max_size
        {
            census.drop_to(&from, self.builder.max_size / 2).map_err(damaged)?;
        }

        failpoint::hit("takeover.counted");
        // From here on files change: first what the dead writer left beside its current segment.
        let leftover = locked.dir.generations(place)?;
        discard(&locked.dir, &leftover, Some(current));
        locked.dir.unlink(MANIFEST_ASIDE);
        failpoint::hit("takeover.discarded");
        let generation = leftover.iter().copied().max().unwrap_or(0).max(current).saturating_add(1);
        let bell = self.bell(&locked.dir)?;
        rustix::fs::fchmod(fd, Mode::from_raw_mode(self.builder.mode))
            .map_err(|error| place.os_error("set the mode of", MANIFEST, error))?;
        failpoint::hit("takeover.bell");
        let plan = self.plan(&census);
        let log =
            self.forge(&locked, manifest.identity()).build(Some(&from), &census, &plan, generation, None)?;
        failpoint::hit("takeover.built");

        let mut writer = self.writer(locked, manifest, memory, presence, bell, log);
        writer.take_over_from(&from)?;
        Ok(writer)
    }

    fn writer(
        self,
        locked: Locked,
        manifest: Manifest,
        memory: Writable,
        presence: Lease,
        bell: Word,
        log: crate::log::publish::Log,
    ) -> Writer {
        let log_size = self.builder.log_size();
        Writer::new(Parts {
            dir: locked.dir.id(),
            place: self.place,
            process: self.process,
            owner: locked.owner,
            lock: locked.file,
            manifest,
            manifest_memory: memory,
            presence,
            bell,
            fence: Light::register(),
            log,
            mode: Mode::from_raw_mode(self.builder.mode),
            flags: self.builder.flags,
            max_size: self.builder.max_size,
            log_size,
            ttl: self.builder.ttl,
            overflow: self.builder.overflow,
        })
    }
}

/// Deletes segments, but for the one to keep. Readers that hold one keep its memory.
fn discard(dir: &Dir, generations: &[u64], keep: Option<u64>) {
    for generation in generations.iter().filter(|generation| Some(**generation) != keep) {
        dir.unlink(&segment_name(*generation));
    }
}

/// Tells the readers of an area that it is gone: through its manifest, which they have mapped.
pub(crate) fn retire_manifest(fd: &OwnedFd) {
    let Ok(stat) = rustix::fs::fstat(fd) else { return };
    let len = u64::try_from(stat.st_size).unwrap_or(0);
    let Ok(memory) = Writable::map(fd.as_fd(), FileId::of(&stat), len.max(1), len) else { return };
    // A manifest too short for these words has no readers.
    let _ = mark_removed(&memory);
    failpoint::hit("remove.told");
    if let Some(pulse) = move_pulse(&memory) {
        os::futex::wake_all(pulse);
    }
}
