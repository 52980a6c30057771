//! Forms of fields whose types are from other crates, for `#[rkyv(with = …)]`: those of rkyv.
//!
//! ```
//! use std::path::PathBuf;
//! use std::time::SystemTime;
//! use speculo_typed::{Speculo, with};
//!
//! #[derive(Speculo)]
//! struct Download {
//!     #[rkyv(with = with::AsString)]
//!     to: PathBuf,
//!     #[rkyv(with = with::AsUnixTime)]
//!     begun: SystemTime,
//! }
//! ```
//!
//! | in the type | write |
//! |---|---|
//! | `PathBuf`, `OsString` | `with = AsString` |
//! | `SystemTime` | `with = AsUnixTime` |
//! | one of these in an `Option` or a `Vec` | `with = Map<AsString>` |
//! | `Instant`, which can only be compared with others of its own process | a `SystemTime` |
//! | a lock, a cell, an atomic | what it holds: what is published never changes |
//! | a type of a crate that knows no rkyv | a wrapper of one's own: `ArchiveWith`, `SerializeWith` and `DeserializeWith` |

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rkyv::Place;
use rkyv::rancor::{Fallible, Source};
use rkyv::time::ArchivedDuration;

#[doc(inline)]
pub use rkyv::with::*;

/// A point in time as the duration since the begin of 1970, from which on it must be.
///
/// Takes the place of rkyv's, which panics where an archive names a time that is too late for a [`SystemTime`].
#[derive(Debug)]
pub struct AsUnixTime;

impl ArchiveWith<SystemTime> for AsUnixTime {
    type Archived = ArchivedDuration;
    type Resolver = ();

    fn resolve_with(field: &SystemTime, resolver: (), out: Place<ArchivedDuration>) {
        // `serialize_with` has refused what is earlier.
        let since = field.duration_since(UNIX_EPOCH).unwrap_or_default();
        rkyv::Archive::resolve(&since, resolver, out);
    }
}

impl<S: Fallible<Error: Source> + ?Sized> SerializeWith<SystemTime, S> for AsUnixTime {
    fn serialize_with(field: &SystemTime, _: &mut S) -> Result<(), S::Error> {
        field.duration_since(UNIX_EPOCH).map(drop).map_err(S::Error::new)
    }
}

impl<D: Fallible<Error: Source> + ?Sized> DeserializeWith<ArchivedDuration, SystemTime, D> for AsUnixTime {
    fn deserialize_with(field: &ArchivedDuration, _: &mut D) -> Result<SystemTime, D::Error> {
        let since = Duration::from(*field);
        UNIX_EPOCH.checked_add(since).ok_or_else(|| D::Error::new(TooLate))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the time is later than this system can tell")]
struct TooLate;

#[cfg(test)]
mod tests {
    use super::*;
    use rkyv::rancor::Failure;

    #[test]
    fn p8_a_time_that_no_clock_shows_is_an_error() {
        let archived = |seconds: u64| {
            let bytes = rkyv::to_bytes::<Failure>(&Duration::from_secs(seconds)).unwrap();
            let archived = rkyv::access::<ArchivedDuration, Failure>(&bytes).unwrap();
            let native: Result<SystemTime, Failure> =
                AsUnixTime::deserialize_with(archived, rkyv::rancor::Strategy::wrap(&mut ()));
            native
        };
        assert_eq!(archived(9).ok(), Some(UNIX_EPOCH + Duration::from_secs(9)));
        assert!(archived(u64::MAX).is_err());
    }
}
