//! One error for programs that treat all of them alike.

use core::fmt;

use speculo_core::{CreateError, NameError, OpenError, PublishError, ReadError, RemoveError};

/// Any error of this crate. Each operation has a narrower one of its own; `?` turns them into this.
///
/// `{:?}` says the same as `{}`, so that a `main` that returns it tells what to do.
///
/// ```
/// use speculo_typed::{Error, Publisher, Root, Speculo, Subscriber};
///
/// #[derive(Speculo)]
/// #[speculo(singleton)]
/// struct Limits { speed: u32 }
///
/// fn round_trip() -> Result<u32, Error> {
///     let root = Root::temporary()?;
///     let mut limits = Publisher::<Limits>::builder("limits").root(root.clone()).create()?;
///     limits.publish(&Limits { speed: 130 })?;
///     let mut reader = Subscriber::<Limits>::builder("limits").root(root).open()?;
///     Ok(reader.latest()?.map_or(0, |limits| limits.speed.to_native()))
/// }
/// assert_eq!(round_trip()?, 130);
/// # Ok::<(), Error>(())
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Error {
    /// A name or root cannot be used.
    Name(#[from] NameError),
    /// An area could not be created.
    Create(#[from] CreateError),
    /// An area could not be opened.
    Open(#[from] OpenError),
    /// Nothing was published.
    Publish(#[from] PublishError),
    /// A value could not be read.
    Read(#[from] ReadError),
    /// An area could not be removed.
    Remove(#[from] RemoveError),
    /// A schema or a value could not be decoded.
    #[cfg(feature = "decode")]
    Decode(#[from] crate::decode::DecodeError),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
