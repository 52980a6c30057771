//! What an index slot led to last, so that the same answer need not be checked again.

use std::sync::{Arc, Weak};

use super::{Chunk, Place};
use crate::layout::index::{EMPTY, slot_offset};
use crate::memory::Segment;
use crate::memory::region::Window;

/// The last chunk that a slot of the index led to.
///
/// While the slot holds the same word it names the same chunk, for offsets only go up within a segment; and what was
/// found of that chunk stays true: it is committed, lies inside the file, has passed the check. So of a value that
/// never expires nothing is looked at again but the word that names it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Address of the segment; 0 = none. Nothing else can have it as long as `segment` refers to it.
    of: usize,
    segment: Weak<Segment>,
    generation: u64,
    /// The slot's place in the file.
    slot_at: u64,
    /// What the slot held, and the chunk that this names: found committed in that segment, a value that lasts,
    /// checked. Or nowhere.
    word: u64,
    place: Place,
    /// What the slot held when it was looked at last. The first look at a value leaves no more than this.
    glimpsed: u64,
}

/// What a slot holds, beside what it held.
pub(crate) enum Glance<'a> {
    /// The same, so the same value.
    Same(Chunk<'a>),
    /// This word, in a file of which this is known.
    Other(Window<'a>, u64),
    /// What it held in this segment is not known.
    Unknown,
}

impl Seen {
    /// Nothing, anywhere.
    pub(crate) const fn nothing() -> Self {
        Self {
            of: 0,
            segment: Weak::new(),
            generation: 0,
            slot_at: 0,
            word: EMPTY,
            place: Place::NOWHERE,
            glimpsed: EMPTY,
        }
    }

    #[inline(always)]
    fn is_of(&self, segment: &Arc<Segment>) -> bool {
        self.of == Arc::as_ptr(segment).addr()
    }

    /// Whether the segment that it is of is gone, or of another generation than `segment`. Readers that share a slot
    /// must not take this from each other in turn, which costs more than it saves.
    pub(crate) fn is_free_for(&self, segment: &Segment) -> bool {
        self.generation != segment.geometry().generation || self.segment.strong_count() == 0
    }

    /// From here on of `segment`, where `slot` is the number. Nothing is seen there yet.
    pub(crate) fn enter(&mut self, segment: &Arc<Segment>, slot: u64) {
        let of = Arc::as_ptr(segment).addr();
        let (generation, slot_at) = (segment.geometry().generation, segment.slot_at(slot));
        *self = Self { of, segment: Arc::downgrade(segment), generation, slot_at, ..Self::nothing() };
    }

    /// What the slot holds now.
    #[inline(always)]
    pub(crate) fn glance<'a>(&self, segment: &'a Arc<Segment>) -> Glance<'a> {
        if !self.is_of(segment) {
            return Glance::Unknown;
        }
        let window = segment.region().window();
        let word = Segment::word_in(window, self.slot_at);
        if word != self.word {
            return Glance::Other(window, word);
        }
        // Invariant 3 was established when the chunk was found, in this same segment. Where nothing was, an empty slot
        // leads nowhere, which no file reaches.
        match window.header(self.place.at) {
            Some(words) => Glance::Same(Chunk { segment, words, place: self.place, checked: 1 }),
            None => Glance::Other(window, word),
        }
    }

    /// The value that a slot with this `word` leads to, where nothing is out of the ordinary: it is committed and
    /// lasts. `None` says nothing.
    #[inline(always)]
    pub(crate) fn look<'a>(
        &mut self,
        segment: &'a Arc<Segment>,
        window: Window<'a>,
        word: u64,
    ) -> Option<Chunk<'a>> {
        let chunk = Chunk::plain_in(segment, window, slot_offset(word))?;
        if !chunk.is_lasting() {
            return None;
        }
        if word != self.glimpsed {
            self.glimpsed = word;
        } else if self.is_of(segment) && chunk.is_checked() {
            (self.word, self.place) = (word, chunk.place);
        }
        Some(chunk)
    }
}
