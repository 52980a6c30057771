//! The manifest's words.

use std::sync::Arc;

use super::region::Word;
use super::{Region, Writable};
use crate::layout::manifest::{AT_CURRENT, AT_PULSE, Identity, REMOVED};
use crate::sync::{AtomicU32, Ordering};

/// A reader's view of an area's manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    region: Arc<Region>,
    /// `None` if the file is not mapped, or too short for it, which an identified one is not.
    current: Option<Word>,
    identity: Identity,
}

impl Manifest {
    pub(crate) fn new(region: Arc<Region>, identity: Identity) -> Self {
        Self { current: Word::of(&region, AT_CURRENT), region, identity }
    }

    /// Of a manifest that is not mapped. `current` names no generation, so whoever compares it goes where the file is
    /// looked at, out of every fast path.
    #[cfg(not(loom))]
    pub(crate) fn unmapped(region: Arc<Region>, identity: Identity) -> Self {
        Self { current: None, region, identity }
    }

    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The current generation, or [`REMOVED`]. \[O7\]
    #[inline(always)]
    pub(crate) fn current(&self) -> u64 {
        self.current.as_ref().map_or(REMOVED, |current| current.get().load(Ordering::Acquire))
    }

    /// The futex word.
    pub(crate) fn pulse(&self) -> Option<&AtomicU32> {
        self.region.word32(AT_PULSE)
    }
}

/// Makes a generation current: the one store that switches. \[O7\] `None` if the manifest is too short for it.
pub(crate) fn switch(manifest: &Writable, generation: u64) -> Option<()> {
    manifest.word(AT_CURRENT)?.store(generation, Ordering::Release);
    Some(())
}

/// Tells readers that the area is gone. Those who wait find out by the pulse that is to be moved then.
pub(crate) fn mark_removed(manifest: &Writable) -> Option<()> {
    // Relaxed: released by the pulse. [O6]
    manifest.word(AT_CURRENT)?.store(REMOVED, Ordering::Relaxed);
    Some(())
}

/// Moves the pulse, so that who is about to sleep on it does not; who sleeps already is to be woken there. \[O6\]
pub(crate) fn move_pulse(manifest: &Writable) -> Option<&AtomicU32> {
    let pulse = manifest.word32(AT_PULSE)?;
    pulse.fetch_add(1, Ordering::Release);
    Some(pulse)
}

#[cfg(not(loom))]
#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::layout::PAGE;
    use crate::memory::FileId;
    use crate::schema::Kind;

    #[test]
    fn readers_see_what_a_writer_makes_of_the_manifest() {
        let fd = rustix::fs::memfd_create("manifest", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
        rustix::fs::ftruncate(&fd, PAGE).unwrap();
        let id = FileId::of(&rustix::fs::fstat(&fd).unwrap());
        let written = Writable::map(fd.as_fd(), id, PAGE, PAGE).unwrap();
        let region = Arc::new(Region::read_only(fd.as_fd(), id, PAGE, PAGE).unwrap());
        let identity =
            Identity { kind: Kind::Keyed, uuid: 1, boot: 2, fingerprint: 3, seed: 4, descriptor: vec![] };
        let unmapped = Manifest::unmapped(Arc::clone(&region), identity.clone());
        let manifest = Manifest::new(region, identity);
        let pulse = || manifest.pulse().unwrap().load(Ordering::Acquire);

        assert_eq!((manifest.current(), pulse()), (0, 0));
        switch(&written, 7).unwrap();
        assert_eq!((manifest.current(), pulse()), (7, 0));
        assert_eq!(unmapped.current(), REMOVED, "what is not mapped is never current");
        mark_removed(&written).unwrap();
        assert_eq!((manifest.current(), pulse()), (REMOVED, 0));
        for n in 1..3 {
            assert_eq!(move_pulse(&written).unwrap().load(Ordering::Relaxed), n);
            assert_eq!((manifest.current(), pulse()), (REMOVED, n));
        }
    }
}
