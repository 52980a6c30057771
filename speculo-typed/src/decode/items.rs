//! The elements of lists and sets, and the entries of maps.

use super::error::DecodeError;
use super::form::Table;
use super::places::Places;
use super::value::Value;

/// The elements of a list or set. Ends after the first error.
#[derive(Clone)]
pub struct Items<'a> {
    pub(super) of: Value<'a>,
    part: u32,
    places: Places,
}

impl<'a> Items<'a> {
    pub(super) fn new(of: Value<'a>, part: u32, places: Places) -> Self {
        Self { of, part, places }
    }

    /// Number of elements to come, as the value claims.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.places.left()
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<Value<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next(&self.of)?;
        Some(place.and_then(|(at, _)| self.of.part(self.part, at)))
    }
}

/// The entries of a map, key and value. Ends after the first error.
#[derive(Clone)]
pub struct Entries<'a> {
    pub(super) of: Value<'a>,
    table: &'a Table,
    named: bool,
    places: Places,
}

impl<'a> Entries<'a> {
    pub(super) fn new(of: Value<'a>, table: &'a Table, named: bool, places: Places) -> Self {
        Self { of, table, named, places }
    }

    /// Number of entries to come, as the value claims.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.places.left()
    }

    /// Whether keys are texts, or what can only be written as a text in one way: numbers, truth values, characters,
    /// addresses, and enums without fields. Others are no keys to JSON.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.named
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<(Value<'a>, Value<'a>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next(&self.of)?;
        Some(place.and_then(|(key, value)| {
            let ty = self.table.value.unwrap_or(self.table.key);
            Ok((self.of.part(self.table.key, key)?, self.of.part(ty, value)?))
        }))
    }
}
