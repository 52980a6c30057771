//! Why something cannot be decoded.

use thiserror::Error;

/// A descriptor or a value that cannot be decoded. Nothing is wrong with the program that tries: the bytes are damaged,
/// or of another version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The area was published as plain bytes, by the core's interface.
    #[error(
        "there is no schema: it was published as plain bytes, which mean something to its publisher only"
    )]
    Untyped,
    /// The schema is damaged, or of another version.
    #[error("the schema cannot be read: {what}; publisher and reader need the same version of speculo")]
    Schema {
        /// What is wrong with it.
        what: String,
    },
    /// The bytes are no value of the type.
    #[error("the value is damaged: `{name}` at byte {at} {what}")]
    Damaged {
        /// The type whose bytes these should be.
        name: String,
        /// Where they are in the payload.
        at: usize,
        /// What is wrong with them.
        what: &'static str,
    },
    /// Values lie deeper in each other than is decoded.
    #[error("values nest more than {limit} deep: it is damaged, or nested beyond what can be printed")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// So much is shared that printing it would not end.
    #[error(
        "the value has more than {limit} parts: it shares some of them again and again, or has lists of nothing"
    )]
    TooLarge {
        /// The limit, for a payload of this size.
        limit: usize,
    },
}
