//! Errors of publishing, put together aside from the path that publishes.

use super::{ChunkId, Parts, To};
use crate::error::PublishError;
use crate::memory::Damage;
use crate::schema::Kind;

#[cold]
pub(super) fn damaged(parts: &Parts, damage: Damage) -> PublishError {
    parts.log.segment().corrupt(damage).into()
}

#[cold]
pub(super) fn forked(parts: &Parts) -> PublishError {
    PublishError::Forked { path: parts.place.path().to_owned() }
}

#[cold]
pub(super) fn no_such_chunk(parts: &Parts, id: ChunkId) -> PublishError {
    PublishError::NoSuchChunk { path: parts.place.path().to_owned(), id: id.get() }
}

#[cold]
pub(super) fn encode_error(parts: &Parts, source: Box<dyn std::error::Error + Send + Sync>) -> PublishError {
    PublishError::Encode { path: parts.place.path().to_owned(), source }
}

#[cold]
pub(super) fn wrong_target(parts: &Parts, to: To<'_>) -> PublishError {
    let path = parts.place.path().to_owned();
    let kind = parts.manifest.identity().kind;
    match to {
        To::Key(key) if kind == Kind::Keyed => PublishError::KeyTooLong { path, len: key.len() },
        To::Key(_) => {
            PublishError::WrongKind { path, kind, what: "its values have no keys; publish without one" }
        }
        To::Next => PublishError::WrongKind { path, kind, what: "its values need a key" },
        To::Id(_) => {
            PublishError::WrongKind { path, kind, what: "only messages of a stream are updated by id" }
        }
    }
}
