//! How a reader comes to a segment: lease first, **then** verify, else start over.

use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rustix::fs::OFlags;

use super::Trust;
use super::dir::{Dir, Place, segment_name};
use crate::error::Fault;
use crate::layout::manifest::REMOVED;
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
    for attempt in 0..ATTEMPTS {
        let generation = manifest.current();
        if generation == REMOVED {
            return Err(place.removed().into());
        }
        if let Some(segment) = try_attach(place, manifest, trust, former, generation)? {
            return Ok(Arc::new(segment));
        }
        if attempt > 0 {
            rustix::thread::sched_yield();
        }
    }
    let name = segment_name(manifest.current());
    Err(place.corrupt(&name, "it stays locked, or its manifest never settles").into())
}

/// One try; `None` if the writer moved on meanwhile.
fn try_attach(
    place: &Place,
    manifest: &Manifest,
    trust: Trust,
    former: &[Arc<Region>],
    generation: u64,
) -> Result<Option<Segment>, Fault> {
    let moved_on = || manifest.current() != generation;
    let Some(dir) = Dir::open(place)? else {
        return Err(place.removed().into());
    };
    let name = segment_name(generation);
    let failed = |action, error: std::io::Error| place.os_error(action, &name, error);

    // 1. The lease, on a description of its own.
    let Some((leased, stat)) = dir.file(place, &name, OFlags::RDONLY)? else {
        return if moved_on() { Ok(None) } else { Err(place.removed().into()) };
    };
    if !try_lock(leased.as_fd(), Grip::Shared).map_err(|error| failed("lock", error))? {
        return Ok(None);
    }

    // 2. Only now is the file known to stay what it is: look whether it is what we came for. If not, then its writer
    // may be filling it again.
    if moved_on() {
        return Ok(None);
    }
    trust.check(&stat, &place.path().join(&name))?;
    let stat = rustix::fs::fstat(&leased).map_err(|error| failed("look at", error.into()))?;
    let len = u64::try_from(stat.st_size).unwrap_or(0);
    let leased = std::fs::File::from(leased);
    let mut header = [0; HEADER_LEN];
    let read = leased.read_exact_at(&mut header, 0);
    read.map_err(|_| place.corrupt(&name, "it is shorter than its header"))?;
    let geometry = Geometry::decode(&header, len).map_err(|what| place.corrupt(&name, what))?;
    if geometry.uuid != manifest.identity().uuid {
        return Err(place.removed().into());
    }
    if geometry.generation != generation {
        return Err(place.corrupt(&name, format!("it says it is generation {}", geometry.generation)).into());
    }

    // 3. The data, through another description, so that the mapping can outlive the lease.
    let id = FileId::of(&stat);
    let region = match former.iter().find(|region| region.id() == id && region.span() >= geometry.log_limit) {
        Some(region) => {
            region.learn(len);
            Arc::clone(region)
        }
        None => {
            let Some((data, data_stat)) = dir.file(place, &name, OFlags::RDONLY)? else {
                return if moved_on() { Ok(None) } else { Err(place.removed().into()) };
            };
            if FileId::of(&data_stat) != id {
                return Ok(None);
            }
            let region = Region::read_only(data.as_fd(), id, geometry.log_limit, len);
            Arc::new(region.map_err(|error| failed("map", error))?)
        }
    };
    let lease = Lease::keep(&leased.into()).map_err(|error| failed("lease", error))?;
    Ok(Some(Segment::new(region, geometry, Some(lease), place.shared_path())))
}
