//! Following the area's log.

use super::Reader;
use crate::error::ReadError;
use crate::log::follow::Next;
use crate::log::read::last;
use crate::memory::Chunk;
use crate::memory::lend::find_in;
use crate::os;

/// What happened to an area, in the order in which it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A value was published or replaced.
    Put(Chunk<'a>),
    /// A value was removed, or one that may have replaced it has expired before this reader came to it. The chunk has its
    /// key and id; its payload means nothing.
    Removed(Chunk<'a>),
    /// Removals may have been missed, for the reader was more than a segment behind: look at everything afresh, in
    /// a [`view`](Reader::view). Every value that is live and was not seen follows as [`Put`](Event::Put).
    Resync,
}

/// What a step came to.
pub(super) enum Step {
    At(u64),
    Resync,
    End,
}

impl Reader {
    /// The next value that has not been seen, `None` if there is none yet. Values come in the order of publication;
    /// those that expired or were replaced meanwhile are passed over.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn try_next(&mut self) -> Result<Option<Chunk<'_>>, ReadError> {
        self.try_next_with(Ok)
    }

    /// What `read` makes of the next value that has not been seen.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]; those of `read`.
    #[inline(always)]
    pub fn try_next_with<'r, R>(
        &'r mut self,
        read: impl FnOnce(Chunk<'r>) -> Result<R, ReadError>,
    ) -> Result<Option<R>, ReadError> {
        let chunk = match find_in(self, Self::plain_step) {
            Ok(chunk) => chunk,
            Err(reader) if reader.is_plain_end() => return Ok(None),
            Err(reader) => match reader.next_any()? {
                Some(chunk) => chunk,
                None => return Ok(None),
            },
        };
        read(chunk).map(Some)
    }

    #[inline(always)]
    fn plain_step(&mut self) -> Option<Chunk<'_>> {
        let segment =
            self.segment.as_ref().filter(|segment| segment.geometry().generation == self.cursor_in)?;
        self.cursor.advance_plain(segment)
    }

    /// Whether there is nothing new, where nothing is out of the ordinary. `false` says nothing.
    #[inline(always)]
    fn is_plain_end(&self) -> bool {
        let here = self.segment.as_ref().filter(|segment| segment.geometry().generation == self.cursor_in);
        here.is_some_and(|segment| self.cursor.is_plain_end(segment, || self.manifest.current()))
    }

    /// [`try_next`](Self::try_next) wherever something is out of the ordinary.
    #[inline(never)]
    fn next_any(&mut self) -> Result<Option<Chunk<'_>>, ReadError> {
        loop {
            match self.step(false)? {
                // Looked at once more, for the borrow must begin where nothing moves on any more.
                Step::At(at) => return self.chunk_at(at),
                Step::Resync => {}
                Step::End => return Ok(None),
            }
        }
    }

    /// The next event, `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn try_event(&mut self) -> Result<Option<Event<'_>>, ReadError> {
        let step = self.step(true)?;
        self.event(&step)
    }

    pub(super) fn event(&self, step: &Step) -> Result<Option<Event<'_>>, ReadError> {
        Ok(match *step {
            Step::At(at) => self
                .chunk_at(at)?
                .map(|chunk| if chunk.is_live(os::now) { Event::Put(chunk) } else { Event::Removed(chunk) }),
            Step::Resync => Some(Event::Resync),
            Step::End => None,
        })
    }

    /// How many messages were dropped by retention before this reader came to them, at most: some of them may have
    /// expired, been replaced or removed before.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.cursor.lost()
    }

    pub(super) fn chunk_at(&self, at: u64) -> Result<Option<Chunk<'_>>, ReadError> {
        let Some(segment) = &self.segment else { return Ok(None) };
        Ok(segment.chunk(at).map_err(|damage| segment.corrupt(damage))?)
    }

    /// Moves the cursor to the next chunk of interest.
    #[inline]
    pub(super) fn step(&mut self, removals: bool) -> Result<Step, ReadError> {
        // A scan pins its end when it first passes a chunk over, so that a fast writer cannot lead it on (P3).
        let mut pin = None;
        // Where the area is copied, one copy has to do: it ends.
        let mut copied = false;
        loop {
            let Some(segment) = &self.segment else {
                self.attach()?;
                continue;
            };
            let generation = segment.geometry().generation;
            if self.cursor_in != generation {
                self.cursor.enter(segment.geometry());
                self.cursor_in = generation;
                pin = None;
            }
            if removals && self.cursor.take_resync() {
                return Ok(Step::Resync);
            }
            // Where the area has moved on, what follows the pin stands in a newer segment: nobody adds to this one.
            if pin.is_some_and(|pin| self.cursor.at() >= pin) && self.manifest.current() == generation {
                return Ok(Step::End);
            }
            match self.cursor.advance(segment, || self.manifest.current()) {
                Ok(Next::Chunk(chunk)) => {
                    let passed = if chunk.is_tombstone() {
                        !removals
                    } else if chunk.is_superseded(pin.unwrap_or(u64::MAX)) {
                        true
                    } else {
                        chunk.is_expired(os::now)
                            && !(removals && chunk.may_replace(self.manifest.identity().kind))
                    };
                    if !passed {
                        return Ok(Step::At(chunk.offset()));
                    }
                    if pin.is_none() {
                        let end = last(segment).map_err(|damage| segment.corrupt(damage))?.1;
                        pin = Some(end);
                    }
                }
                Ok(Next::End) => return Ok(Step::End),
                Ok(Next::Moved) if copied => return Ok(Step::End),
                Ok(Next::Moved) => {
                    self.attach()?;
                    copied = self.source.is_some();
                }
                Err(damage) => return Err(segment.corrupt(damage).into()),
            }
        }
    }
}
