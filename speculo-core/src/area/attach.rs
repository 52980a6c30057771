//! How a reader comes to a segment: lease first, **then** verify, else start over.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rustix::fs::OFlags;

use super::Trust;
use super::dir::{Dir, Place, segment_name};
use crate::error::Fault;
use crate::layout::manifest::{Identity, REMOVED};
use crate::layout::segment::{Geometry, HEADER_LEN};
use crate::memory::lease::{Grip, try_lock};
use crate::memory::{FileId, Lease, Manifest, Region, Segment};

/// A writer that rolls over between every two of our steps, this often in a row, is no writer.
const ATTEMPTS: u32 = 10_000;

/// Leases and maps the current segment. `former` are mappings that the caller kept without a lease; one
/// serves again if its file is the current one.
pub(crate) fn attach(
    place: &Place,
    manifest: &Manifest,
    trust: Trust,
    former: &[Arc<Region>],
) -> Result<Arc<Segment>, Fault> {
    let current = || Ok(manifest.current());
    until_settled(place, current, |generation| {
        let leased = lease(place, manifest.identity(), trust, generation, current)?;
        leased.map_or(Ok(None), |leased| map(place, leased, former))
    })
}

/// What `attempt` comes to with the current generation, tried again where it gives `None`, for the area has moved on.
pub(super) fn until_settled(
    place: &Place,
    current: impl Fn() -> Result<u64, Fault>,
    mut attempt: impl FnMut(u64) -> Result<Option<Segment>, Fault>,
) -> Result<Arc<Segment>, Fault> {
    for tries in 0..ATTEMPTS {
        let generation = current()?;
        if generation == REMOVED {
            return Err(place.removed().into());
        }
        if let Some(segment) = attempt(generation)? {
            return Ok(Arc::new(segment));
        }
        if tries > 0 {
            rustix::thread::sched_yield();
        }
    }
    let name = segment_name(current()?);
    Err(place.corrupt(&name, "it stays locked, or its manifest never settles").into())
}

/// A segment's file under a shared lock, so that it stays what it was found to be, as far as its owner is honest.
pub(super) struct Leased {
    dir: Dir,
    pub(super) file: File,
    pub(super) id: FileId,
    /// Its length before the header was read.
    len: u64,
    pub(super) geometry: Geometry,
}

/// Locks the file of a generation, then looks whether it is what we came for; `None` if the writer moved on meanwhile.
pub(super) fn lease(
    place: &Place,
    identity: &Identity,
    trust: Trust,
    generation: u64,
    current: impl Fn() -> Result<u64, Fault>,
) -> Result<Option<Leased>, Fault> {
    let Some(dir) = Dir::open(place)? else {
        return Err(place.removed().into());
    };
    let name = segment_name(generation);
    let failed = |action, error: std::io::Error| place.os_error(action, &name, error);

    // 1. The lease, on a description of its own.
    let Some((leased, stat)) = dir.file(place, &name, OFlags::RDONLY)? else {
        return if current()? == generation { Err(place.removed().into()) } else { Ok(None) };
    };
    if !try_lock(leased.as_fd(), Grip::Shared).map_err(|error| failed("lock", error))? {
        return Ok(None);
    }

    // 2. Only now is the file known to stay what it is: look whether it is what we came for. If not, then its writer
    // may be filling it again.
    if current()? != generation {
        return Ok(None);
    }
    let path = place.path().join(&name);
    trust.check(&stat, &path)?;
    let stat = rustix::fs::fstat(&leased).map_err(|error| failed("look at", error.into()))?;
    let len = u64::try_from(stat.st_size).unwrap_or(0);
    trust.check_len(len, &path)?;
    let file = File::from(leased);
    let mut header = [0; HEADER_LEN];
    let read = file.read_exact_at(&mut header, 0);
    read.map_err(|_| place.corrupt(&name, "it is shorter than its header"))?;
    let geometry = Geometry::decode(&header, len).map_err(|what| place.corrupt(&name, what))?;
    if geometry.uuid != identity.uuid {
        return Err(place.removed().into());
    }
    if geometry.generation != generation {
        return Err(place.corrupt(&name, format!("it says it is generation {}", geometry.generation)).into());
    }
    Ok(Some(Leased { dir, file, id: FileId::of(&stat), len, geometry }))
}

/// Maps the data, through another description, so that the mapping can outlive the lease; `None` if the writer moved on
/// meanwhile.
fn map(place: &Place, leased: Leased, former: &[Arc<Region>]) -> Result<Option<Segment>, Fault> {
    let Leased { dir, file, id, len, geometry } = leased;
    let name = segment_name(geometry.generation);
    let failed = |action, error: std::io::Error| place.os_error(action, &name, error);
    let region = match former.iter().find(|region| region.id() == id && region.span() >= geometry.log_limit) {
        Some(region) => {
            region.learn(len);
            Arc::clone(region)
        }
        None => {
            // Where it is gone, or another, the next attempt finds out why.
            let Some((data, data_stat)) = dir.file(place, &name, OFlags::RDONLY)? else { return Ok(None) };
            if FileId::of(&data_stat) != id {
                return Ok(None);
            }
            let region = Region::read_only(data.as_fd(), id, geometry.log_limit, len);
            Arc::new(region.map_err(|error| failed("map", error))?)
        }
    };
    let lease = Lease::keep(&file.into()).map_err(|error| failed("lease", error))?;
    Ok(Some(Segment::new(region, geometry, Some(lease), place.shared_path())))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::area::manifest;
    use crate::layout::PAGE;
    use crate::{Area, Root};

    #[test]
    fn a_mapping_that_was_kept_serves_again_if_it_is_long_enough() {
        let root = Root::temporary().unwrap();
        let builder = Area::builder("a").root(root);
        let _writer = builder.create().unwrap();
        let place = builder.place().unwrap();
        let dir = Dir::open(&place).unwrap().unwrap();
        let (fd, stat) = manifest::open_file(&dir, &place, OFlags::RDONLY).unwrap().unwrap();
        let identity = manifest::identify(&place, &fd, &stat).unwrap();
        let manifest = Manifest::map(&place, &fd, &stat, identity).unwrap();
        let attach = |former: &[Arc<Region>]| attach(&place, &manifest, Trust::Own, former).unwrap();

        let segment = attach(&[]);
        let (region, limit) = (segment.region(), segment.geometry().log_limit);
        assert!(Arc::ptr_eq(attach(&[Arc::clone(region)]).region(), region));
        // From a time when the same file was to become less long.
        let (file, _) = dir.file(&place, &segment_name(1), OFlags::RDONLY).unwrap().unwrap();
        let short = Region::read_only(file.as_fd(), region.id(), limit - PAGE, PAGE).unwrap();
        assert_eq!(attach(&[Arc::new(short)]).region().span(), limit);
    }
}
