//! A descriptor, checked.

use speculo_core::Kind;

use super::bytes::Bytes;
use super::error::DecodeError;
use super::form::{self, Type};
use super::value::Value;
use crate::schema::parse;
use crate::schema::write::FORMAT;

/// The layout facts of a descriptor that are decoded: 4-byte lengths, alignments as on 64-bit machines, little-endian.
const FACTS: [u8; 4] = [4, 4, 8, 0];

/// Reads values of one type, which this program need not know: it takes the [descriptor](crate::schema) that the
/// publisher left in its area.
///
/// Making one takes time and memory in proportion to the descriptor; one decoder serves all values of its area, from
/// any number of threads.
///
/// ```
/// use speculo_typed::decode::Decoder;
/// # use speculo_typed::schema;
/// #[derive(speculo_typed::Speculo)]
/// struct Door {
///     #[speculo(key)]
///     id: u32,
///     open: bool,
/// }
///
/// let decoder = Decoder::new(&schema::of::<Door>().descriptor)?;
/// assert_eq!((decoder.type_name(), decoder.key_fields()), ("Door", &["id".to_owned()][..]));
///
/// // Where the two fields lie is told by the descriptor.
/// let door = decoder.value(&[7, 0, 0, 0, 1, 0, 0, 0])?;
/// assert_eq!(format!("{door:?}"), "Door { id: 7, open: true }");
/// assert_eq!(serde_json::to_string(&door).unwrap(), r#"{"id":7,"open":true}"#);
/// # Ok::<(), speculo_typed::decode::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    kind: Kind,
    key: Vec<String>,
    /// Not empty; the first is the root.
    types: Vec<Type>,
}

impl Decoder {
    /// A decoder for values of the type that `descriptor` describes. It need not be trusted.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Untyped`] if it is empty, [`DecodeError::Schema`] if it is damaged or of another version.
    pub fn new(descriptor: &[u8]) -> Result<Self, DecodeError> {
        if descriptor.is_empty() {
            return Err(DecodeError::Untyped);
        }
        let wrong = |what: String| DecodeError::Schema { what };
        let parsed = parse::parse(descriptor)
            .ok_or_else(|| wrong("it is damaged, or of another version".to_owned()))?;
        if parsed.format != FORMAT || parsed.facts != FACTS {
            return Err(wrong(format!(
                "values are written as `{}` {:?}, not as `{FORMAT}` {FACTS:?}",
                parsed.format, parsed.facts
            )));
        }
        let kind = match parsed.kind {
            0 => Kind::Stream,
            1 => Kind::Keyed,
            2 => Kind::Singleton,
            other => return Err(wrong(format!("there is no kind {other}"))),
        };
        let types = parsed.types.iter().map(|ty| form::form(&parsed.types, ty));
        Ok(Self {
            kind,
            key: parsed.key.iter().map(|&field| field.to_owned()).collect(),
            types: types.collect::<Result<_, _>>().map_err(wrong)?,
        })
    }

    /// How values replace each other.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The name of the type, without path and parameters.
    #[must_use]
    pub fn type_name(&self) -> &str {
        self.types.first().map_or("", |root| &root.name)
    }

    /// The fields that are the key, in order; empty if it is not keyed.
    #[must_use]
    pub fn key_fields(&self) -> &[String] {
        &self.key
    }

    /// The value that `payload`, exactly, is the archive of. Its parts are looked at when somebody asks for them.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Damaged`] if it is too short.
    pub fn value<'a>(&'a self, payload: &'a [u8]) -> Result<Value<'a>, DecodeError> {
        Value::root(&self.types, Bytes(payload))
    }
}
