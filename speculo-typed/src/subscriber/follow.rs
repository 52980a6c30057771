//! Following an area, and waiting for it.

use core::fmt;
use std::time::{Duration, Instant};

use speculo_core::{Event, ReadError};

use super::Subscriber;
use crate::Archived;
use crate::access::{open, open_new};
use crate::change::Change;
use crate::key::{Key, KeyReader, Lookup};
use crate::meta::Meta;
use crate::sample::Sample;
use crate::traits::{Keyed, Speculo, Stream};

impl<T> Subscriber<T> {
    /// The next value that was not received yet, `None` if there is none. Values come in the order of publication;
    /// what expired or was replaced meanwhile is passed over. (A subscriber that is behind a rollover may still come
    /// to what was the newest before it; what replaced that follows.)
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    #[inline]
    pub fn try_recv(&mut self) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Speculo,
    {
        self.reader.try_next_with(|chunk| open_new::<T>(&chunk))
    }

    /// The next value; waits for it, for ever if nobody publishes.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]: among others, the area may be removed while waiting.
    #[inline]
    pub fn recv(&mut self) -> Result<&Archived<T>, ReadError>
    where
        T: Speculo,
    {
        open::<T>(&self.reader.next_chunk()?)
    }

    /// The next value; waits for it up to `timeout`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<Option<&Archived<T>>, ReadError>
    where
        T: Speculo,
    {
        self.reader.next_timeout(Some(timeout))?.map(|chunk| open::<T>(&chunk)).transpose()
    }

    /// The next value with its [`Meta`], `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn try_recv_with_meta(&mut self) -> Result<Option<(Meta, &Archived<T>)>, ReadError>
    where
        T: Speculo,
    {
        self.reader.try_next()?.map(|chunk| Ok((Meta::of(&chunk), open::<T>(&chunk)?))).transpose()
    }

    /// The next value, to be held for as long as it is needed; waits for it.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn recv_sample(&mut self) -> Result<Sample<T>, ReadError>
    where
        T: Speculo,
    {
        Sample::new(&self.reader.next_chunk()?)
    }

    /// Every value from here on, one after the other, waiting for each: it ends only with an error.
    ///
    /// Of a stream, a loop over the subscriber itself does the same:
    ///
    /// ```
    /// use speculo_typed::{Publisher, Speculo, Subscriber};
    ///
    /// #[derive(Speculo)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// # let root = speculo_typed::Root::temporary()?;
    /// # let mut publisher = Publisher::<Note>::builder("notes").root(root.clone()).create()?;
    /// # for text in ["hello", "goodbye"] {
    /// #     publisher.publish(&Note { text: text.into() })?;
    /// # }
    /// # let mut notes = Subscriber::<Note>::builder("notes").root(root).open()?;
    /// # let mut seen = Vec::new();
    /// for note in &mut notes {
    ///     let note = note?;
    ///     println!("{}", note.text);
    /// #   seen.push(note.text.to_string());
    ///     if note.text == "goodbye" {
    ///         break;
    ///     }
    /// }
    /// # assert_eq!(seen, ["hello", "goodbye"]);
    /// # Ok::<(), speculo_typed::Error>(())
    /// ```
    pub fn samples(&mut self) -> Samples<'_, T>
    where
        T: Speculo,
    {
        Samples { subscriber: self, failed: false }
    }

    /// How many messages were dropped for lack of room before this subscriber came to them, at most: some may have
    /// expired or been replaced before. Zero for keyed types and singletons, which keep the newest.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.reader.lost()
    }

    /// The next change, `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn try_change(&mut self) -> Result<Option<Change<'_, T>>, ReadError>
    where
        T: Keyed,
    {
        self.reader.try_event()?.map(change).transpose()
    }

    /// The next change; waits for it up to `timeout`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn change(&mut self, timeout: Duration) -> Result<Option<Change<'_, T>>, ReadError>
    where
        T: Keyed,
    {
        self.reader.event_timeout(Some(timeout))?.map(change).transpose()
    }

    /// Waits up to `timeout` until the area has changed since this returned last (at first: since it was opened); at
    /// once if it has already. `false` if it has not.
    ///
    /// Look first, then wait: that misses nothing, though a look may find what the look before it found.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use speculo_typed::{Error, Publisher, Root, Speculo, Subscriber};
    /// # #[derive(Speculo)]
    /// # #[speculo(singleton)]
    /// # struct Limits { speed: u32 }
    /// # let root = Root::temporary()?;
    /// # let mut publisher = Publisher::<Limits>::builder("limits").root(root.clone()).create()?;
    /// # publisher.publish(&Limits { speed: 130 })?;
    /// # let mut limits = Subscriber::<Limits>::builder("limits").root(root).open()?;
    /// loop {
    ///     if let Some(now) = limits.latest()? {
    ///         println!("at most {}", now.speed);
    ///     }
    ///     if !limits.wait(Duration::from_millis(10))? {
    ///         break; // nothing new
    ///     }
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn wait(&mut self, timeout: Duration) -> Result<bool, ReadError> {
        self.reader.wait(Some(timeout))
    }

    /// Waits up to `timeout` until the value of `key` is there and satisfies `predicate`; `None` if it does not come
    /// to that.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn wait_for<K: Lookup<T::Key>>(
        &mut self,
        key: K,
        mut predicate: impl FnMut(&Archived<T>) -> bool,
        timeout: Duration,
    ) -> Result<Option<Sample<T>>, ReadError>
    where
        T: Keyed,
    {
        let end = Instant::now().checked_add(timeout);
        let mut slot = self.slot(key);
        loop {
            if let Some(chunk) = self.reader.get_at(&mut slot.inner)?
                && predicate(open::<T>(&chunk)?)
            {
                return Sample::new(&chunk).map(Some);
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if !self.reader.wait(left)? {
                return Ok(None);
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "maps over an option")]
fn change<T: Keyed>(event: Event<'_>) -> Result<Change<'_, T>, ReadError> {
    match event {
        Event::Put(chunk) => Ok(Change::Put(Meta::of(&chunk), open::<T>(&chunk)?)),
        Event::Removed(chunk) => {
            let mut reader = KeyReader::new(chunk.key());
            let key = T::Key::decode(&mut reader).and_then(|key| reader.finish().map(|()| key));
            key.map(Change::Removed).map_err(|error| chunk.invalid(error.to_string()))
        }
        // Whatever else may happen to an area one day: looking afresh is never wrong.
        _ => Ok(Change::Resync),
    }
}

/// Values as they come. See [`Subscriber::samples`].
pub struct Samples<'s, T> {
    subscriber: &'s mut Subscriber<T>,
    failed: bool,
}

impl<T: Speculo> Iterator for Samples<'_, T> {
    type Item = Result<Sample<T>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let sample = self.subscriber.recv_sample();
        self.failed = sample.is_err();
        Some(sample)
    }
}

/// [`Subscriber::samples`], for streams only: of keyed types and singletons one expects a loop to end, as one over a
/// [`view`](Subscriber::view) does.
#[expect(clippy::into_iter_without_iter, reason = "its name is `samples`")]
impl<'s, T: Stream> IntoIterator for &'s mut Subscriber<T> {
    type Item = Result<Sample<T>, ReadError>;
    type IntoIter = Samples<'s, T>;

    fn into_iter(self) -> Samples<'s, T> {
        self.samples()
    }
}

impl<T> fmt::Debug for Samples<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("subscriber", &self.subscriber).finish()
    }
}
