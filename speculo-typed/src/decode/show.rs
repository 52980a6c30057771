//! Values as `Debug` of the originals would show them.

use core::fmt::{Debug, Formatter, Result};

use super::content::{Content, Record};
use super::error::DecodeError;
use super::form::Field;
use super::items::{Entries, Items};
use super::value::Value;
use super::walk::{Budget, Walk};
use crate::reflect::Style;

/// Shows as much as can be decoded; an error stands, in angle brackets, where it occurred, and ends it.
impl Debug for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Walk { value: *self, budget: &Budget::of_debug(self, f) }.fmt(f)
    }
}

impl Debug for Items<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let budget = Budget::of_debug(&self.of, f);
        list(&Walk { value: self.of, budget: &budget }, &mut self.clone(), f)
    }
}

impl Debug for Entries<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let budget = Budget::of_debug(&self.of, f);
        map(&Walk { value: self.of, budget: &budget }, &mut self.clone(), f)
    }
}

impl Debug for Record<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let budget = Budget::of_debug(&self.of, f);
        record(&Walk { value: self.of, budget: &budget }, self.of.type_name(), self, f)
    }
}

impl Debug for Walk<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &mut self.content() {
            Ok(Content::Maybe(Some(value))) => some(self, value, f),
            Ok(Content::List(items)) => list(self, items, f),
            Ok(Content::Set(items)) => set(self, items, f),
            Ok(Content::Map(entries)) => map(self, entries, f),
            Ok(Content::Tuple(fields)) => record(self, "", fields, f),
            Ok(Content::Struct(name, fields) | Content::Enum(name, fields)) => record(self, name, fields, f),
            Ok(content) => plain(content, self.value.type_name(), f),
            Err(error) => self.failed(error).fmt(f),
        }
    }
}

/// Whatever has no parts.
fn plain(content: &Content<'_>, name: &str, f: &mut Formatter<'_>) -> Result {
    match content {
        Content::Unit if name == "RangeFull" => f.write_str(".."),
        Content::Unit => f.write_str(name),
        Content::Bool(it) => it.fmt(f),
        Content::Unsigned(it) => it.fmt(f),
        Content::Signed(it) => it.fmt(f),
        Content::F32(it) => it.fmt(f),
        Content::F64(it) => it.fmt(f),
        Content::Char(it) => it.fmt(f),
        Content::Text(it) => it.fmt(f),
        Content::Bytes(it) => write!(f, "\"{}\"", it.escape_ascii()),
        Content::Time(it) => it.fmt(f),
        Content::Uuid(it) => it.fmt(f),
        Content::Ip(it) => it.fmt(f),
        Content::Socket(it) => it.fmt(f),
        Content::Maybe(_) => f.write_str("None"),
        _ => write!(f, "<{name}>"),
    }
}

impl<'a> Walk<'_, 'a> {
    fn failed<'v>(&self, error: &DecodeError) -> Shown<'_, 'v> {
        self.budget.end();
        Shown::Error(error.to_string())
    }

    fn shown_item(&self, items: &mut Items<'a>) -> Option<Shown<'_, 'a>> {
        match self.more(items)? {
            Ok(value) => Some(Shown::Part(self.part(value))),
            Err(error) => Some(self.failed(&error)),
        }
    }

    fn shown_entry(&self, entries: &mut Entries<'a>) -> Option<(Shown<'_, 'a>, Shown<'_, 'a>)> {
        match self.more(entries)? {
            Ok((key, value)) => Some((Shown::Part(self.part(key)), Shown::Part(self.part(value)))),
            Err(error) => Some((self.failed(&error), Shown::Error("…".to_owned()))),
        }
    }

    fn shown_field(&self, record: &Record<'a>, field: &Field) -> Shown<'_, 'a> {
        match record.of.field(field) {
            Ok(value) => Shown::Part(self.part(value)),
            Err(error) => self.failed(&error),
        }
    }

    /// The next, until there has been an error.
    fn more<I: Iterator>(&self, items: &mut I) -> Option<I::Item> {
        if self.budget.has_ended() { None } else { items.next() }
    }
}

/// A part, or what is shown in place of it.
enum Shown<'w, 'a> {
    Part(Walk<'w, 'a>),
    Error(String),
}

impl Debug for Shown<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Part(walk) => walk.fmt(f),
            Self::Error(error) => write!(f, "<{error}>"),
        }
    }
}

fn some<'a>(walk: &Walk<'_, 'a>, value: &Value<'a>, f: &mut Formatter<'_>) -> Result {
    f.debug_tuple("Some").field(&walk.part(*value)).finish()
}

fn list<'a>(walk: &Walk<'_, 'a>, items: &mut Items<'a>, f: &mut Formatter<'_>) -> Result {
    let mut list = f.debug_list();
    while let Some(item) = walk.shown_item(items) {
        list.entry(&item);
    }
    list.finish()
}

fn set<'a>(walk: &Walk<'_, 'a>, items: &mut Items<'a>, f: &mut Formatter<'_>) -> Result {
    let mut set = f.debug_set();
    while let Some(item) = walk.shown_item(items) {
        set.entry(&item);
    }
    set.finish()
}

fn map<'a>(walk: &Walk<'_, 'a>, entries: &mut Entries<'a>, f: &mut Formatter<'_>) -> Result {
    let mut map = f.debug_map();
    while let Some((key, value)) = walk.shown_entry(entries) {
        map.entry(&key, &value);
    }
    map.finish()
}

fn record<'a>(walk: &Walk<'_, 'a>, name: &str, record: &Record<'a>, f: &mut Formatter<'_>) -> Result {
    match record.style() {
        Style::Unit => f.write_str(name),
        Style::Tuple => tuple(walk, name, record, f),
        Style::Named => named(walk, name, record, f),
    }
}

fn tuple<'a>(walk: &Walk<'_, 'a>, name: &str, record: &Record<'a>, f: &mut Formatter<'_>) -> Result {
    let mut tuple = f.debug_tuple(name);
    let mut fields = record.fields.iter();
    while let Some(field) = walk.more(&mut fields) {
        tuple.field(&walk.shown_field(record, field));
    }
    tuple.finish()
}

fn named<'a>(walk: &Walk<'_, 'a>, name: &str, record: &Record<'a>, f: &mut Formatter<'_>) -> Result {
    let mut fields = f.debug_struct(name);
    let mut rest = record.fields.iter();
    while let Some(field) = walk.more(&mut rest) {
        fields.field(&field.name, &walk.shown_field(record, field));
    }
    fields.finish()
}
