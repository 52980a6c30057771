//! Values as serde would serialize the originals.
//!
//! This recurses, and compilers that do not optimize give each call room for all that it ever holds: what has parts is passed by
//! reference, and each form has a function of its own.

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::content::{Content, Record};
use super::error::DecodeError;
use super::form::Field;
use super::items::{Entries, Items};
use super::value::Value;
use super::walk::{Budget, Walk};
use crate::reflect::Style;

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Walk { value: *self, budget: &Budget::of(self) }.serialize(serializer)
    }
}

impl Serialize for Walk<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &mut self.content_of_some() {
            Ok(Content::List(items) | Content::Set(items)) => self.items(items, serializer),
            Ok(Content::Map(entries)) if entries.is_named() => self.map(entries, serializer),
            Ok(Content::Map(entries)) => self.pairs(entries, serializer),
            Ok(Content::Tuple(record)) => self.tuple(record, serializer),
            Ok(Content::Struct(_, record)) => self.record(record, serializer),
            Ok(Content::Enum(name, record)) => self.variant(name, record, serializer),
            Ok(content) => plain(content, serializer),
            Err(error) => Err(S::Error::custom(error)),
        }
    }
}

/// Whatever has no parts.
fn plain<S: Serializer>(content: &Content<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match *content {
        Content::Bool(it) => serializer.serialize_bool(it),
        // Many formats have 64 bits at most, and need them for few numbers.
        Content::Unsigned(it) => match u64::try_from(it) {
            Ok(it) => serializer.serialize_u64(it),
            Err(_) => serializer.serialize_u128(it),
        },
        Content::Signed(it) => match i64::try_from(it) {
            Ok(it) => serializer.serialize_i64(it),
            Err(_) => serializer.serialize_i128(it),
        },
        Content::F32(it) => serializer.serialize_f32(it),
        Content::F64(it) => serializer.serialize_f64(it),
        Content::Char(it) => serializer.serialize_char(it),
        Content::Text(it) => serializer.serialize_str(it),
        Content::Bytes(it) => serializer.serialize_bytes(it),
        Content::Uuid(it) => serializer.collect_str(&it),
        Content::Ip(it) => serializer.collect_str(&it),
        Content::Socket(it) => serializer.collect_str(&it),
        Content::Time(it) => {
            let mut map = serializer.serialize_map(Some(2))?;
            map.serialize_entry("secs", &it.as_secs())?;
            map.serialize_entry("nanos", &it.subsec_nanos())?;
            map.end()
        }
        Content::Maybe(_) => serializer.serialize_none(),
        _ => serializer.serialize_unit(),
    }
}

impl<'a> Walk<'_, 'a> {
    /// `Some` is what it holds, to JSON and to whatever else is without types.
    fn content_of_some(&self) -> Result<Content<'a>, DecodeError> {
        let mut content = self.content()?;
        while let Content::Maybe(Some(value)) = content {
            content = self.part(value).content()?;
        }
        Ok(content)
    }

    fn item<E: Error>(&self, items: &mut Items<'a>) -> Result<Option<Walk<'_, 'a>>, E> {
        match items.next() {
            Some(Ok(value)) => Ok(Some(self.part(value))),
            Some(Err(error)) => Err(E::custom(error)),
            None => Ok(None),
        }
    }

    fn entry<E: Error>(&self, entries: &mut Entries<'a>) -> Result<Option<(Walk<'_, 'a>, Walk<'_, 'a>)>, E> {
        match entries.next() {
            Some(Ok((key, value))) => Ok(Some((self.part(key), self.part(value)))),
            Some(Err(error)) => Err(E::custom(error)),
            None => Ok(None),
        }
    }

    fn field<E: Error>(&self, record: &Record<'a>, field: &Field) -> Result<Walk<'_, 'a>, E> {
        match record.of.field(field) {
            Ok(value) => Ok(self.part(value)),
            Err(error) => Err(E::custom(error)),
        }
    }

    fn items<S: Serializer>(&self, items: &mut Items<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(self.hint(items.remaining()))?;
        while let Some(item) = self.item(items)? {
            list.serialize_element(&item)?;
        }
        list.end()
    }

    fn map<S: Serializer>(&self, entries: &mut Entries<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(self.hint(entries.remaining()))?;
        while let Some((key, value)) = self.entry(entries)? {
            map.serialize_entry(&key, &value)?;
        }
        map.end()
    }

    fn pairs<S: Serializer>(&self, entries: &mut Entries<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(self.hint(entries.remaining()))?;
        while let Some(pair) = self.entry(entries)? {
            list.serialize_element(&pair)?;
        }
        list.end()
    }

    fn tuple<S: Serializer>(&self, record: &Record<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(record.len()))?;
        for field in record.fields {
            list.serialize_element(&self.field(record, field)?)?;
        }
        list.end()
    }

    fn named<S: Serializer>(&self, record: &Record<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(record.len()))?;
        for field in record.fields {
            map.serialize_entry(&field.name, &self.field(record, field)?)?;
        }
        map.end()
    }

    /// A tuple struct; a newtype is what is in it.
    fn newtype<S: Serializer>(&self, record: &Record<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        match record.fields {
            [field] => self.field(record, field)?.serialize(serializer),
            _ => self.tuple(record, serializer),
        }
    }

    fn record<S: Serializer>(&self, record: &Record<'a>, serializer: S) -> Result<S::Ok, S::Error> {
        match record.style() {
            Style::Unit => serializer.serialize_unit(),
            Style::Tuple => self.newtype(record, serializer),
            Style::Named => self.named(record, serializer),
        }
    }

    fn variant<S: Serializer>(
        &self,
        name: &str,
        record: &Record<'a>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if record.style() == Style::Unit {
            return serializer.serialize_str(name);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(name, &Fields { record, walk: self })?;
        map.end()
    }

    /// What a serializer may make room for: no claim that the payload has no bytes for.
    fn hint(&self, len: usize) -> Option<usize> {
        Some(len).filter(|len| *len <= self.value.bytes.len())
    }
}

/// What a variant holds.
struct Fields<'w, 'a> {
    record: &'w Record<'a>,
    walk: &'w Walk<'w, 'a>,
}

impl Serialize for Fields<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.walk.record(self.record, serializer)
    }
}
