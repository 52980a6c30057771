//! Going through all of a value, with an end.

use core::cell::Cell;
use core::fmt::Formatter;

use super::content::Content;
use super::error::DecodeError;
use super::value::Value;

/// Parts that any value may have, and those that it may have for each byte of its payload.
///
/// Without sharing a value has few parts for each byte, and none without a byte but for `()` and its like.
const PARTS: usize = 1 << 18;
const PARTS_PER_BYTE: usize = 16;
/// Bytes of text that are looked at in the time of one part.
const TEXT_PER_PART: usize = 16;
/// Levels by which something may be indented in the time of one part; the square of that where each level passes its lines
/// through all others, as `{:#?}` does.
const LEVELS_PER_PART: usize = 32;
const SQUARE_PER_PART: usize = 512;

/// How many parts may still be gone through.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<usize>,
    limit: usize,
    has_ended: Cell<bool>,
    is_pretty: bool,
}

impl Budget {
    pub(super) fn of(value: &Value<'_>) -> Self {
        let limit = PARTS.saturating_add(value.bytes.len().saturating_mul(PARTS_PER_BYTE));
        Self { left: Cell::new(limit), limit, has_ended: Cell::new(false), is_pretty: false }
    }

    pub(super) fn of_debug(value: &Value<'_>, f: &Formatter<'_>) -> Self {
        Self { is_pretty: f.alternate(), ..Self::of(value) }
    }

    fn visit(&self, levels: usize) -> Result<(), DecodeError> {
        let indents =
            if self.is_pretty { levels * levels / SQUARE_PER_PART } else { levels / LEVELS_PER_PART };
        self.spend(1 + indents)
    }

    fn spend(&self, parts: usize) -> Result<(), DecodeError> {
        let left = self.left.get().checked_sub(parts).ok_or(DecodeError::TooLarge { limit: self.limit })?;
        self.left.set(left);
        Ok(())
    }

    /// For what goes on after an error.
    pub(super) fn end(&self) {
        self.has_ended.set(true);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.get()
    }
}

/// A value on the way through the value that it is a part of.
pub(super) struct Walk<'w, 'a> {
    pub(super) value: Value<'a>,
    pub(super) budget: &'w Budget,
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn content(&self) -> Result<Content<'a>, DecodeError> {
        self.budget.visit(self.value.levels())?;
        let content = self.value.content()?;
        match content {
            Content::Text(text) => self.budget.spend(text.len() / TEXT_PER_PART)?,
            Content::Bytes(bytes) => self.budget.spend(bytes.len())?,
            _ => {}
        }
        Ok(content)
    }

    pub(super) fn part(&self, value: Value<'a>) -> Walk<'_, 'a> {
        Walk { value, budget: self.budget }
    }
}
