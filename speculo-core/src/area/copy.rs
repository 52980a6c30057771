//! Reading an area without mapping anything of it, for the owner of its files is not trusted at all.
//!
//! What is read is copied first, into private memory, and looked at there: by the same code, with the same checks, that
//! reads mapped segments. So it cannot change any more, and no file can be taken away under it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::Trust;
use super::attach::{Leased, lease, until_settled};
use super::dir::{MANIFEST, Place, segment_name};
use crate::error::Fault;
use crate::layout::PAGE;
use crate::layout::chunk::{ALIGN, AT_CONTROL, HEADER, Lengths, UNALL, is_written};
use crate::layout::index::slot_offset;
use crate::layout::manifest::{AT_CURRENT, Identity, REMOVED};
use crate::layout::segment::{AT_INDEX, AT_TAIL, Geometry};
use crate::memory::lease::unlock;
use crate::memory::{FileId, Manifest, Private, Segment};
use crate::sync::{Ordering, fence};

/// The longest segment file that is copied, in bytes.
pub(crate) const MAX_COPY: u64 = 256 << 20;

/// The files that are copied from. Their descriptors stay open, so that to look whether there is anything new takes two
/// system calls.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    manifest: Arc<File>,
    copied: Option<Copied>,
}

/// What the last copy was made of.
#[derive(Clone, Debug)]
struct Copied {
    file: Arc<File>,
    generation: u64,
    /// Where its log ends.
    end: u64,
    /// Bytes that the file had.
    len: u64,
}

impl Source {
    /// Of an area whose identified manifest is `fd`. The [`Manifest`] is in private memory, and never names a
    /// generation.
    pub(crate) fn new(
        place: &Place,
        fd: OwnedFd,
        id: FileId,
        identity: Identity,
    ) -> Result<(Self, Manifest), Fault> {
        let nothing = Private::new(PAGE).map_err(|error| place.os_error("copy", MANIFEST, error))?;
        let manifest = Manifest::unmapped(Arc::new(nothing.finish(id)), identity);
        Ok((Self { manifest: Arc::new(fd.into()), copied: None }, manifest))
    }

    /// A new copy of the current segment; `None` if `held`, the last one, has everything.
    pub(crate) fn refresh(
        &mut self,
        place: &Place,
        identity: &Identity,
        held: Option<&Segment>,
    ) -> Result<Option<Arc<Segment>>, Fault> {
        if let Some(held) = held
            && !self.has_news(place, held)?
        {
            return Ok(None);
        }
        let Self { manifest, copied } = self;
        let current = || current(place, manifest);
        let segment = until_settled(place, current, |generation| {
            let leased = lease(place, identity, Trust::Copy, generation, current)?;
            let Some(leased) = leased else { return Ok(None) };
            let (segment, from) = copy(place, leased)?;
            *copied = Some(from);
            Ok(Some(segment))
        });
        segment.map(Some)
    }

    /// Whether the area has moved on, or something was committed behind what was copied.
    fn has_news(&self, place: &Place, held: &Segment) -> Result<bool, Fault> {
        let current = current(place, &self.manifest)?;
        if current == REMOVED {
            return Err(place.removed().into());
        }
        let Some(Copied { file, generation, end, len }) = &self.copied else { return Ok(true) };
        if current != *generation || held.geometry().generation != *generation {
            return Ok(true);
        }
        match word(file, *end) {
            Ok(control) => Ok(is_written(control)),
            // A log that is full ends with its file.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && end + HEADER > *len => Ok(false),
            Err(error) => Err(unread(place, &segment_name(*generation), error)),
        }
    }
}

/// What the manifest's file says now: the current generation, or [`REMOVED`].
fn current(place: &Place, manifest: &File) -> Result<u64, Fault> {
    word(manifest, AT_CURRENT).map_err(|error| unread(place, MANIFEST, error))
}

/// Loads a word of a file; what is read of the file afterwards is not older. \[O8\]
fn word(file: &File, at: u64) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, at)?;
    fence(Ordering::Acquire);
    Ok(u64::from_le_bytes(bytes))
}

fn unread(place: &Place, name: &str, error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => place.corrupt(name, "it ends before what should be in it").into(),
        _ => place.os_error("read", name, error).into(),
    }
}

/// Copies a segment: header, index, and the log up to what is committed now.
///
/// The end is found first. All that stands before it is committed, so it does not change any more, but for control
/// words. The index may name chunks that came after the end, or one that is being committed; those are copied as well,
/// so that `prev` leads from them to the ones before, and their control words say that nothing is there: that is how a
/// reader comes past a chunk that is not committed yet.
fn copy(place: &Place, leased: Leased) -> Result<(Segment, Copied), Fault> {
    let Leased { file, id, mut geometry, .. } = leased;
    let name = segment_name(geometry.generation);
    let failed = |error| unread(place, &name, error);
    let damaged = |what: &str| Fault::from(place.corrupt(&name, what));

    let End { last, at: end, len } = end(&file, &geometry).map_err(failed)?.map_err(damaged)?;
    let room = Private::new(geometry.log_limit.min(MAX_COPY));
    let mut memory = room.map_err(|error| place.os_error("copy", &name, error))?;
    memory.fill(&file, 0, end).map_err(failed)?;
    memory.set(AT_TAIL, last);

    let slots = (0..geometry.index_slots).map(|slot| slot_offset(memory.word(AT_INDEX + slot * 8)));
    let named = slots.max().unwrap_or(0);
    // A name beyond the room is damage, which whoever follows it finds.
    if named >= end && named <= memory.len() - HEADER {
        fence(Ordering::Acquire); // [O8]
        memory.fill(&file, end, named + HEADER).map_err(failed)?;
        let mut at = end;
        while at <= named && is_written(memory.word(at + AT_CONTROL)) {
            let total = Lengths::of(memory.word(at + AT_CONTROL)).total();
            memory.set(at + AT_CONTROL, UNALL);
            at = at.saturating_add(total);
        }
    }
    unlock(file.as_fd()).map_err(|error| place.os_error("unlock", &name, error))?;

    geometry.log_limit = memory.len();
    let copied = Copied { file: Arc::new(file), generation: geometry.generation, end, len };
    let region = Arc::new(memory.finish(id));
    Ok((Segment::new(region, geometry, None, place.shared_path()), copied))
}

/// Where a log ends.
struct End {
    /// The last committed chunk; 0 = none.
    last: u64,
    /// Where it ends.
    at: u64,
    /// Bytes that the file has, and that are copied at most.
    len: u64,
}

/// As `log::read::last`, which looks at memory: `tail` may lag behind by the one commit whose writer has not stored it
/// yet.
fn end(file: &File, geometry: &Geometry) -> io::Result<Result<End, &'static str>> {
    let tail = word(file, AT_TAIL)?;
    // Only now: the file grows before what is committed.
    let len = file.metadata()?.len().min(geometry.log_limit).min(MAX_COPY);
    let behind = |at: u64| -> io::Result<Option<u64>> {
        if at.saturating_add(HEADER) > len {
            return Ok(None);
        }
        let control = word(file, at + AT_CONTROL)?;
        let end = at + Lengths::of(control).total();
        Ok((is_written(control) && end <= len).then_some(end))
    };
    let (last, at) = if tail == 0 {
        (0, geometry.log_start)
    } else if tail < geometry.log_start || !tail.is_multiple_of(ALIGN) {
        return Ok(Err("the tail lies outside the log"));
    } else {
        match behind(tail)? {
            Some(end) => (tail, end),
            None => return Ok(Err("the tail names no committed chunk")),
        }
    };
    let (last, at) = behind(at)?.map_or((last, at), |after| (at, after));
    Ok(Ok(End { last, at, len }))
}
