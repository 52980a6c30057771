//! Reading an area without mapping anything of it, for the owner of its files is not trusted at all.
//!
//! What is read is copied first, into private memory, and read there by the same code, with the same checks, that
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
use crate::layout::chunk::{ALIGN, AT_PREV, HEADER, Lengths, is_written};
use crate::layout::index::{EMPTY, renamed, slot_offset};
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
        let nothing = Private::new(0, PAGE).map_err(|error| place.os_error("copy", MANIFEST, error))?;
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
        let Some(Copied { file, generation, end }) = &self.copied else { return Ok(true) };
        if current != *generation || held.geometry().generation != *generation {
            return Ok(true);
        }
        // The file is longer: before a chunk is committed, the place behind it is marked as free.
        word(file, *end).map(is_written).map_err(|error| unread(place, &segment_name(*generation), error))
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
/// words. Behind it the copy holds zeros: that is where the log ends.
fn copy(place: &Place, leased: Leased) -> Result<(Segment, Copied), Fault> {
    let Leased { file, id, mut geometry, .. } = leased;
    let name = segment_name(geometry.generation);
    let failed = |error| unread(place, &name, error);
    let damaged = |what: &str| Fault::from(place.corrupt(&name, what));

    let End { last, at: end } = end(&file, &geometry).map_err(failed)?.map_err(damaged)?;
    let room = Private::new(0, geometry.log_limit.min(MAX_COPY));
    let mut memory = room.map_err(|error| place.os_error("copy", &name, error))?;
    memory.fill(&file, 0, end).map_err(failed)?;
    memory.set(AT_TAIL, last);

    let settled = settle(&file, &mut memory, &geometry, end);
    settled.map_err(failed)?.map_err(damaged)?;
    unlock(file.as_fd()).map_err(|error| place.os_error("unlock", &name, error))?;

    geometry.log_limit = memory.len();
    let copied = Copied { file: Arc::new(file), generation: geometry.generation, end };
    let region = Arc::new(memory.finish(id));
    Ok((Segment::new(region, geometry, None, place.shared_path()), copied))
}

/// Makes the index of a copy agree with its log, which ends at `end`.
///
/// The index was read after the end was found, so it may name chunks behind it. Those are looked at, beside the copy, for
/// their `prev` leads to what was the newest at the end.
///
/// Afterwards every slot names a chunk that is committed, or the end; and all that they name takes no more room than
/// there is. So no owner can have a look-up take longer than it takes to read the copy, whatever the index says.
fn settle(
    file: &File,
    memory: &mut Private,
    geometry: &Geometry,
    end: u64,
) -> io::Result<Result<(), &'static str>> {
    let slots = || (0..geometry.index_slots).map(|slot| AT_INDEX + slot * 8);
    let named = slots().map(|slot| slot_offset(memory.word(slot))).max().unwrap_or(0);
    if named > memory.len() - HEADER {
        return Ok(Err("the index names a place outside the log"));
    }
    let behind = (named + HEADER).saturating_sub(end);
    let mut later = Private::new(end, behind.max(1))?;
    fence(Ordering::Acquire); // [O8]
    later.fill(file, end, end + behind)?;
    // Chunks are versions of one key each, so all the ways down together pass each chunk once.
    let (mut steps, mut room) = (behind / ALIGN, end - geometry.log_start);
    for slot in slots() {
        let word = memory.word(slot);
        if word == EMPTY {
            continue;
        }
        let mut at = slot_offset(word);
        while at >= end {
            let prev = later.word(at + AT_PREV);
            if steps == 0 || prev >= at {
                return Ok(Err("the index leads nowhere"));
            }
            steps -= 1;
            at = prev;
        }
        if at == 0 {
            // There is nothing yet, and nothing at the end. The slot stays taken, for others are found behind it.
            at = end;
        } else {
            let control = memory.word(at);
            let is_chunk = at >= geometry.log_start && at.is_multiple_of(ALIGN) && is_written(control);
            match room.checked_sub(Lengths::of(control).total()) {
                Some(left) if is_chunk => room = left,
                _ => return Ok(Err("the index names what is no chunk, or one twice")),
            }
        }
        memory.set(slot, renamed(word, at));
    }
    Ok(Ok(()))
}

/// Where a log ends.
struct End {
    /// The last committed chunk; 0 = none.
    last: u64,
    /// Where it ends.
    at: u64,
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
        let control = word(file, at)?;
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
    Ok(Ok(End { last, at }))
}
