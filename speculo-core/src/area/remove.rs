//! Removing an area.

use rustix::fs::OFlags;

use super::create::{Refused, lock, retire_manifest};
use super::dir::{BELL, Dir, LOCK, MANIFEST, MANIFEST_ASIDE, Place, segment_name};
use super::manifest;
use crate::error::{Fault, OsError, RemoveError};
use crate::failpoint;
use crate::memory::Process;
use crate::memory::lease::{Grip, is_locked};

/// Removes the area, if its writer is dead.
pub(crate) fn remove(place: &Place) -> Result<(), RemoveError> {
    let process = Process::current().map_err(|error| place.os_error("mark this process for", "", error))?;
    let not_found = || RemoveError::NotFound { path: place.path().to_owned() };
    let busy = |pid| RemoveError::WriterBusy { path: place.path().to_owned(), pid };
    let open = || {
        let dir = Dir::open(place)?;
        // A directory that holds no area is not ours to lock.
        Ok(dir.filter(|dir| dir.identity(MANIFEST).is_some() || dir.identity(LOCK).is_some()))
    };
    let locked = match lock(place, process, open) {
        Ok(Some(locked)) => locked,
        Ok(None) => return Err(not_found()),
        Err(Refused::Busy(pid)) => return Err(busy(pid)),
        Err(Refused::Fault(fault)) => return Err(to_remove_error(place, fault)),
    };
    let dir = &locked.dir;
    failpoint::hit("remove.locked");
    let opened =
        manifest::open_file(dir, place, OFlags::RDWR).map_err(|fault| to_remove_error(place, fault))?;
    if let Some((fd, _)) = &opened {
        let failed = |error| place.os_error("lock", MANIFEST, error);
        // A writer's lock is exclusive; shared ones are nobody's business.
        if is_locked(std::os::fd::AsFd::as_fd(fd), Grip::Shared).map_err(failed)? {
            return Err(busy(None));
        }
    }
    delete(place, dir, opened.map(|(fd, _)| fd).as_ref()).map_err(|fault| to_remove_error(place, fault))?;
    drop(locked);
    Ok(())
}

/// Deletes everything of the area, as its owner: the lock file last, and with it the directory, unless other areas
/// or somebody's files are in it.
pub(crate) fn delete(place: &Place, dir: &Dir, manifest: Option<&std::os::fd::OwnedFd>) -> Result<(), Fault> {
    if let Some(fd) = manifest {
        retire_manifest(fd);
    }
    failpoint::hit("remove.marked");
    dir.unlink(MANIFEST);
    failpoint::hit("remove.manifest");
    for generation in dir.generations(place)? {
        dir.unlink(&segment_name(generation));
        failpoint::hit("remove.segment");
    }
    dir.unlink(MANIFEST_ASIDE);
    dir.unlink(BELL);
    failpoint::hit("remove.files");
    dir.unlink(LOCK);
    failpoint::hit("remove.lock");
    // Fails if the directory is not empty, which is as it should be.
    let _ = std::fs::remove_dir(place.path());
    Ok(())
}

fn to_remove_error(place: &Place, fault: Fault) -> RemoveError {
    match fault {
        Fault::Os(cause) => cause.into(),
        Fault::Untrusted(cause) => cause.into(),
        Fault::Corrupt(cause) => OsError {
            path: cause.path,
            action: "remove",
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, cause.what),
        }
        .into(),
        // There is no lock file, and no room for one.
        Fault::NoSpace(cause) => {
            OsError { path: cause.path, action: "lock", source: std::io::ErrorKind::StorageFull.into() }
                .into()
        }
        Fault::Removed(_) => RemoveError::NotFound { path: place.path().to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Root;

    #[test]
    fn an_area_that_cannot_be_locked_is_not_said_to_be_missing() {
        let root = Root::temporary().unwrap();
        let place = Place::new(&root, "a").unwrap();
        let fd = std::fs::File::open(root.path().unwrap()).unwrap();
        let full = std::io::ErrorKind::StorageFull;
        let fault = place.no_space(std::os::fd::AsFd::as_fd(&fd), LOCK, 4096, full.into());
        let RemoveError::Os(error) = to_remove_error(&place, fault) else { panic!("another error") };
        assert_eq!((error.path.as_path(), error.source.kind()), (place.path(), full));
        let gone = to_remove_error(&place, place.removed().into());
        assert!(matches!(gone, RemoveError::NotFound { .. }));
    }
}
