//! The manifest as it is opened: identity checked, words mapped.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rustix::fs::{OFlags, Stat};

use super::dir::{Dir, MANIFEST, Place};
use crate::error::{EarlierBoot, Fault, ForeignFormat, SchemaMismatch};
use crate::layout::manifest::{AT_CURRENT, AT_DESCRIPTOR, Identity, MAX_DESCRIPTOR, Misfit, REMOVED};
use crate::layout::{FORMAT_VERSION, PAGE, align_up, to_usize};
use crate::memory::{FileId, Manifest, Region};
use crate::os;
use crate::schema::Schema;

/// Why a manifest cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    Foreign(ForeignFormat),
    EarlierBoot(EarlierBoot),
    Schema(SchemaMismatch),
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Unusable {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

macro_rules! unusable_into {
    ($($error:ident),*) => {$(
        impl From<Unusable> for crate::error::$error {
            fn from(unusable: Unusable) -> Self {
                match unusable {
                    Unusable::Foreign(cause) => cause.into(),
                    Unusable::EarlierBoot(cause) => cause.into(),
                    Unusable::Schema(cause) => Self::SchemaMismatch(cause),
                    Unusable::Fault(cause) => cause.into(),
                }
            }
        }
    )*};
}
unusable_into!(CreateError, OpenError);

/// Opens the manifest file; `None` if there is none.
pub(crate) fn open_file(dir: &Dir, place: &Place, access: OFlags) -> Result<Option<(OwnedFd, Stat)>, Fault> {
    dir.file(place, MANIFEST, access)
}

/// Reads and checks who an area is, from its open manifest.
pub(crate) fn identify(place: &Place, fd: &OwnedFd, stat: &Stat) -> Result<Identity, Unusable> {
    let len = u64::try_from(stat.st_size).unwrap_or(0);
    // Files are whole pages.
    if !(AT_DESCRIPTOR..=align_up(AT_DESCRIPTOR + MAX_DESCRIPTOR, PAGE)).contains(&len) {
        return Err(place.corrupt(MANIFEST, format!("a manifest does not have {len} bytes")).into());
    }
    let mut bytes = vec![0; to_usize(len)];
    let file = fd.as_fd().try_clone_to_owned().map_err(|error| place.os_error("read", MANIFEST, error))?;
    std::fs::File::from(file)
        .read_exact_at(&mut bytes, 0)
        .map_err(|error| place.os_error("read", MANIFEST, error))?;
    let path = || place.path().to_owned();
    let identity = Identity::decode(&bytes).map_err(|misfit| match misfit {
        Misfit::Format(found) => {
            Unusable::Foreign(ForeignFormat { path: path(), found, supported: FORMAT_VERSION })
        }
        Misfit::Bad(what) => place.corrupt(MANIFEST, what).into(),
    })?;
    let boot = os::boot_id().map_err(|error| place.os_error("read the boot id for", "", error))?;
    if identity.boot != boot {
        return Err(Unusable::EarlierBoot(EarlierBoot { path: path() }));
    }
    Ok(identity)
}

/// Whether an open manifest says that its area has been removed.
pub(crate) fn is_removed(fd: &OwnedFd) -> bool {
    let mut current = [0; 8];
    rustix::io::pread(fd, &mut current[..], AT_CURRENT).is_ok_and(|read| read == current.len())
        && u64::from_le_bytes(current) == REMOVED
}

/// Refuses an area of another type.
pub(crate) fn check_schema(place: &Place, identity: &Identity, ours: &Schema<'_>) -> Result<(), Unusable> {
    if identity.kind == ours.kind && identity.fingerprint == ours.fingerprint {
        return Ok(());
    }
    let mut difference = (ours.difference)(&identity.descriptor, ours.descriptor);
    if difference.is_empty() {
        difference = format!("published as {:?}, here {:?}", identity.kind, ours.kind);
    }
    Err(Unusable::Schema(SchemaMismatch { path: place.path().to_owned(), difference }))
}

impl Manifest {
    /// Maps an identified manifest read-only.
    pub(crate) fn map(place: &Place, fd: &OwnedFd, stat: &Stat, identity: Identity) -> Result<Self, Fault> {
        let len = u64::try_from(stat.st_size).unwrap_or(0);
        let region = Region::read_only(fd.as_fd(), FileId::of(stat), len, len)
            .map_err(|error| place.os_error("map", MANIFEST, error))?;
        Ok(Self::new(Arc::new(region), identity))
    }

    pub(crate) fn file(&self) -> FileId {
        self.region().id()
    }
}
