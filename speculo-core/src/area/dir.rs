//! An area's directory: every file is reached relative to its descriptor, without following links.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::area::Trust;
use crate::error::{Corrupt, Fault, NoSpace, OsError, Removed, Untrusted};
use crate::layout::PAGE;
use crate::memory::FileId;
use crate::name::{NameError, Root, check_name};
use crate::os;

pub(crate) use crate::layout::segment::segment_name;

pub(crate) const MANIFEST: &str = ".manifest";
pub(crate) const MANIFEST_ASIDE: &str = ".manifest.new";
pub(crate) const LOCK: &str = ".lock";
pub(crate) const BELL: &str = ".bell";

fn parse_segment_name(name: &[u8]) -> Option<u64> {
    let digits = name.strip_prefix(b".")?.strip_suffix(b".segment")?;
    // No writer comes to numbers near the largest, which means "removed".
    let generation =
        std::str::from_utf8(digits).ok()?.parse().ok().filter(|generation| *generation < 1 << 62)?;
    (segment_name(generation).as_bytes() == name).then_some(generation)
}

/// Where an area is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    root: PathBuf,
    private_root: bool,
    name: String,
    path: Arc<Path>,
    /// A temporary root lasts as long as somebody uses it.
    _keep: Root,
}

impl Place {
    /// Checks name and root; touches no file.
    pub(crate) fn new(root: &Root, name: &str) -> Result<Self, NameError> {
        check_name(name)?;
        let private_root = root.is_private();
        let keep = root.clone();
        let root = root.path()?;
        let path = root.join(name).into();
        Ok(Self { root, private_root, name: name.to_owned(), path, _keep: keep })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn shared_path(&self) -> Arc<Path> {
        Arc::clone(&self.path)
    }

    pub(crate) fn removed(&self) -> Removed {
        Removed { path: self.path.to_path_buf() }
    }

    pub(crate) fn os_error(&self, action: &'static str, file: &str, source: impl Into<io::Error>) -> OsError {
        OsError { path: self.path.join(file), action, source: source.into() }
    }

    pub(crate) fn corrupt(&self, file: &str, what: impl Into<String>) -> Corrupt {
        Corrupt { path: self.path.join(file), what: what.into() }
    }

    /// Turns the failure to reserve memory into what the user can do about it.
    pub(crate) fn no_space(&self, fd: BorrowedFd<'_>, file: &str, needed: u64, error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                let (size, free) = os::free_bytes(fd);
                NoSpace { path: self.path.to_path_buf(), needed, size, free }.into()
            }
            _ => self.os_error("reserve memory for", file, error).into(),
        }
    }
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// A FIFO in place of a file must not block the one who opens it.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// An area's open directory.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
    id: FileId,
    stat: Stat,
}

impl Dir {
    /// Opens the directory; `None` if it, or one above it, is not there.
    pub(crate) fn open(place: &Place) -> Result<Option<Self>, Fault> {
        Self::walk(place, "open the directory", None)
    }

    /// Opens the directory again, if it still is the one that `id` names: whatever leads to it now, it was checked when
    /// it was opened first.
    pub(crate) fn reopen(place: &Place, id: FileId) -> Result<Option<Self>, Fault> {
        let fd = match rustix::fs::open(&*place.path, DIRECTORY, Mode::empty()) {
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
            opened => opened.map_err(|error| place.os_error("open the directory", "", error))?,
        };
        let stat = rustix::fs::fstat(&fd).map_err(|error| place.os_error("look at", "", error))?;
        Ok((FileId::of(&stat) == id).then_some(Self { fd, id, stat }))
    }

    /// Makes the directory and those above it, as far as they are missing.
    pub(crate) fn make(place: &Place, mode: Mode) -> Result<Self, Fault> {
        let action = "create the directory";
        if !place.root.exists() {
            if let Some(parent) = place.root.parent() {
                let failed = |source| OsError { path: parent.to_owned(), action, source };
                std::fs::create_dir_all(parent).map_err(failed)?;
            }
            let failed = |error: Errno| place.os_error(action, "", error);
            let root_mode = if place.private_root { Mode::RWXU } else { mode };
            match rustix::fs::mkdir(&place.root, root_mode) {
                // The umask took its share of the mode. By a descriptor: what has the name by now may be another's.
                Ok(()) => rustix::fs::open(&place.root, DIRECTORY, Mode::empty())
                    .and_then(|fd| open_up(&fd, root_mode, true))
                    .map_err(failed)?,
                Err(Errno::EXIST) => {}
                Err(error) => return Err(failed(error).into()),
            }
        }
        Self::walk(place, action, Some(mode))?.ok_or_else(|| place.removed().into())
    }

    /// Goes from the root down the parts of the name, making those that are missing if a mode is given.
    fn walk(place: &Place, action: &'static str, make: Option<Mode>) -> Result<Option<Self>, Fault> {
        let failed = |path: &Path, error: Errno| {
            symlink_or(path, error).unwrap_or_else(|| place.os_error(action, "", error).into())
        };
        // Directories are made of memory as well, and of inodes.
        let not_made = |within: &OwnedFd, path: &Path, error: Errno| match error {
            Errno::NOSPC | Errno::DQUOT => place.no_space(within.as_fd(), "", PAGE, error.into()),
            error => failed(path, error),
        };
        let mut path = place.root.clone();
        let mut fd = match rustix::fs::open(&path, DIRECTORY, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(None),
            opened => opened.map_err(|error| failed(&path, error))?,
        };
        if place.private_root {
            check_private(&place.root, fd.as_fd())
                .map_err(|error| error.unwrap_or_else(failed_stat(place)))?;
        }
        for part in place.name.split('/') {
            path.push(part);
            let made = match make.map(|mode| rustix::fs::mkdirat(&fd, part, mode)) {
                None | Some(Err(Errno::EXIST)) => false,
                // The one above it was removed meanwhile: the caller begins anew.
                Some(Err(Errno::NOENT)) => return Ok(None),
                Some(made) => made.map(|()| true).map_err(|error| not_made(&fd, &path, error))?,
            };
            fd = match rustix::fs::openat(&fd, part, DIRECTORY, Mode::empty()) {
                Err(Errno::NOENT) => return Ok(None),
                opened => opened.map_err(|error| failed(&path, error))?,
            };
            if let Some(mode) = make {
                open_up(&fd, mode, made).map_err(|error| failed(&path, error))?;
            }
        }
        let stat = rustix::fs::fstat(&fd).map_err(|error| place.os_error("look at", "", error))?;
        Ok(Some(Self { fd, id: FileId::of(&stat), stat }))
    }

    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    pub(crate) fn stat(&self) -> &Stat {
        &self.stat
    }

    /// Whether the directory itself belongs to somebody trusted.
    pub(crate) fn check(&self, place: &Place, trust: Trust) -> Result<(), Untrusted> {
        trust.check(&self.stat, place.path())
    }

    /// Opens a regular file; `None` if it is not there.
    pub(crate) fn file(
        &self,
        place: &Place,
        name: &str,
        access: OFlags,
    ) -> Result<Option<(OwnedFd, Stat)>, Fault> {
        let fd = match rustix::fs::openat(&self.fd, name, FILE | access, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => {
                let link = symlink_or(&place.path.join(name), error);
                return Err(link.unwrap_or_else(|| place.os_error("open", name, error).into()));
            }
        };
        let stat = rustix::fs::fstat(&fd).map_err(|error| place.os_error("look at", name, error))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(place.corrupt(name, "it is no regular file").into());
        }
        Ok(Some((fd, stat)))
    }

    /// Creates a file that must not exist yet, with exactly `mode`; `None` if it exists.
    pub(crate) fn create(
        &self,
        place: &Place,
        name: &str,
        mode: Mode,
    ) -> Result<Option<(OwnedFd, FileId)>, Fault> {
        let flags = FILE | OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let fd = match rustix::fs::openat(&self.fd, name, flags, mode) {
            Ok(fd) => fd,
            Err(Errno::EXIST) => return Ok(None),
            Err(error) => return Err(place.no_space(self.fd.as_fd(), name, 4096, error.into())),
        };
        rustix::fs::fchmod(&fd, mode).map_err(|error| place.os_error("set the mode of", name, error))?;
        let stat = rustix::fs::fstat(&fd).map_err(|error| place.os_error("look at", name, error))?;
        Ok(Some((fd, FileId::of(&stat))))
    }

    /// Opens the lock file, created if it is not there.
    pub(crate) fn lock_file(&self, place: &Place) -> Result<(OwnedFd, FileId), Fault> {
        let fd =
            rustix::fs::openat(&self.fd, LOCK, FILE | OFlags::RDWR | OFlags::CREATE, Mode::RUSR | Mode::WUSR)
                .map_err(|error| match error {
                    Errno::NOENT => place.removed().into(),
                    error => symlink_or(&place.path.join(LOCK), error)
                        .unwrap_or_else(|| place.no_space(self.fd.as_fd(), LOCK, 4096, error.into())),
                })?;
        let stat = rustix::fs::fstat(&fd).map_err(|error| place.os_error("look at", LOCK, error))?;
        Ok((fd, FileId::of(&stat)))
    }

    /// Identity of the file at a name now.
    pub(crate) fn identity(&self, name: &str) -> Option<FileId> {
        rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).ok().map(|stat| FileId::of(&stat))
    }

    /// Gives a file another name; `false` if that one is taken.
    pub(crate) fn rename(&self, place: &Place, from: &str, to: &str) -> Result<bool, Fault> {
        match rustix::fs::renameat_with(&self.fd, from, &self.fd, to, rustix::fs::RenameFlags::NOREPLACE) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(place.os_error("rename", from, error).into()),
        }
    }

    /// Deletes a name, if it is there. What is mapped stays readable.
    pub(crate) fn unlink(&self, name: &str) {
        // A file that cannot be deleted is deleted by the next who tries; it is in nobody's way.
        let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::empty());
    }

    /// Deletes a name, if it still is that file.
    pub(crate) fn unlink_if(&self, name: &str, id: FileId) {
        if self.identity(name) == Some(id) {
            self.unlink(name);
        }
    }

    /// Generations of the segment files that are there.
    pub(crate) fn generations(&self, place: &Place) -> Result<Vec<u64>, Fault> {
        let failed = |error| place.os_error("list", "", error);
        let entries = rustix::fs::Dir::read_from(&self.fd).map_err(failed)?;
        let mut found = Vec::new();
        for entry in entries {
            found.extend(parse_segment_name(entry.map_err(failed)?.file_name().to_bytes()));
        }
        Ok(found)
    }
}

/// Gives a directory of ours `mode`. One that was there before keeps what it allowed, for areas may nest: an area that
/// others may read must be reachable for them, wherever it is, and what is in the others has modes of its own.
fn open_up(fd: &OwnedFd, mode: Mode, made: bool) -> Result<(), Errno> {
    let stat = rustix::fs::fstat(fd)?;
    let old = if made { Mode::empty() } else { Mode::from_raw_mode(stat.st_mode & 0o777) };
    if old.contains(mode) || stat.st_uid != os::uid() {
        return Ok(());
    }
    rustix::fs::fchmod(fd, old | mode)
}

fn failed_stat(place: &Place) -> impl FnOnce() -> Fault {
    move || place.os_error("look at the root of", "", io::ErrorKind::Other).into()
}

/// The default root must be the user's own; anybody can create a name in `/dev/shm`.
fn check_private(root: &Path, fd: BorrowedFd<'_>) -> Result<(), Option<Fault>> {
    let stat = rustix::fs::fstat(fd).map_err(|_| None)?;
    if stat.st_uid == os::uid() && stat.st_mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!(
        "it belongs to uid {} and has mode {:03o}, but the default root must be yours alone (0700); delete it, or set \
         SPECULO_ROOT",
        stat.st_uid,
        stat.st_mode & 0o777
    );
    Err(Some(Untrusted { path: root.to_owned(), what }.into()))
}

/// A link where a directory or file is expected is somebody's trick, or at least not ours.
fn symlink_or(path: &Path, error: Errno) -> Option<Fault> {
    let is_link = || std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_symlink());
    (matches!(error, Errno::LOOP | Errno::NOTDIR) && is_link()).then(|| {
        let what =
            "it is a symbolic link; areas and their roots must be real directories and files".to_owned();
        Untrusted { path: path.to_owned(), what }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segment_names_round_trip_and_nothing_else_parses() {
        assert_eq!(parse_segment_name(segment_name(17).as_bytes()), Some(17));
        for other in ["1.segment", ".segment", ".x.segment", ".+1.segment", ".01.segment", ".1.segment~"] {
            assert_eq!(parse_segment_name(other.as_bytes()), None, "{other}");
        }
        let last = (1 << 62) - 1;
        assert_eq!(parse_segment_name(segment_name(last).as_bytes()), Some(last));
        assert_eq!(parse_segment_name(segment_name(last + 1).as_bytes()), None);
    }

    #[test]
    fn what_is_out_of_memory_says_how_much_there_is() {
        let root = Root::temporary().unwrap();
        let place = Place::new(&root, "a").unwrap();
        let fd = std::fs::File::open(root.path().unwrap()).unwrap();
        let fault = |kind: io::ErrorKind| place.no_space(fd.as_fd(), BELL, 7, kind.into());
        for full in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge] {
            let (size, _) = os::free_bytes(fd.as_fd());
            assert!(
                matches!(fault(full), Fault::NoSpace(NoSpace { needed: 7, size: told, .. }) if told == size)
            );
        }
        assert!(matches!(fault(io::ErrorKind::PermissionDenied), Fault::Os(_)));
    }

    #[test]
    fn a_private_root_is_nobody_elses() {
        use std::os::unix::fs::PermissionsExt;
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let check = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            check_private(&path, std::fs::File::open(&path).unwrap().as_fd())
        };
        for mode in [0o701, 0o702, 0o710, 0o720, 0o755] {
            assert!(matches!(check(mode), Err(Some(Fault::Untrusted(_)))), "{mode:o}");
        }
        assert!(check(0o700).is_ok());
    }
}
