//! Areas of any type.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use speculo_core::{Area, AreaBuilder, Root, Trust};

use super::decoder::Decoder;
use super::value::Value;
use crate::error::Error;
use crate::meta::Meta;

/// A reader of an area whose type this program need not know.
///
/// It is trusted and checked as any other: with [`Trust::Own`] areas of this user and of root are opened, and with
/// [`Trust::Copy`] those of anybody, as copies. Values are not validated but decoded with care, so that nothing that stands
/// in an area makes it panic, or go on without an end.
///
/// ```
/// use speculo_typed::decode;
/// # use speculo_typed::{Publisher, Root, Speculo};
/// # #[derive(Speculo)]
/// # struct Door { #[speculo(key)] id: u32, open: bool }
/// # let root = Root::temporary()?;
/// # let mut doors = Publisher::<Door>::builder("vehicle/doors").root(root.clone()).create()?;
/// # doors.publish(&Door { id: 7, open: true })?;
///
/// # let mut reader = decode::Reader::builder("vehicle/doors").root(root).open()?;
/// # if false {
/// let mut reader = decode::Reader::open("vehicle/doors")?;
/// # }
/// let view = reader.view()?;
/// for value in view.iter() {
///     let (_meta, door) = value?;
///     assert_eq!(serde_json::to_string(&door).unwrap(), r#"{"id":7,"open":true}"#);
/// }
/// # Ok::<(), speculo_typed::Error>(())
/// ```
pub struct Reader {
    inner: speculo_core::Reader,
    decoder: Arc<Decoder>,
}

impl Reader {
    /// Opens the area `name` under the default root.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], or [`Error::Decode`] if its schema cannot be read.
    pub fn open(name: &str) -> Result<Self, Error> {
        Self::builder(name).open()
    }

    /// Settings for reading the area `name`.
    #[must_use]
    pub fn builder(name: &str) -> ReaderBuilder {
        ReaderBuilder { area: Area::builder(name) }
    }

    /// What decodes the area's values.
    #[must_use]
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The area's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.path()
    }

    /// The area as it is now: a snapshot that stays.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn view(&mut self) -> Result<View, Error> {
        Ok(View { inner: self.inner.view()?, decoder: Arc::clone(&self.decoder) })
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("path", &self.path())
            .field("of", &self.decoder.type_name())
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Reader`].
#[derive(Clone, Debug)]
pub struct ReaderBuilder {
    area: AreaBuilder<'static>,
}

impl ReaderBuilder {
    /// Where areas live. Default: [`Root::default`].
    #[must_use]
    pub fn root(self, root: Root) -> Self {
        Self { area: self.area.root(root) }
    }

    /// Whose areas are opened. Default: [`Trust::Own`].
    #[must_use]
    pub fn trust(self, trust: Trust) -> Self {
        Self { area: self.area.trust(trust) }
    }

    /// Opens the area.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    pub fn open(self) -> Result<Reader, Error> {
        let inner = self.area.open_any()?;
        let decoder = Arc::new(Decoder::new(inner.descriptor())?);
        Ok(Reader { inner, decoder })
    }
}

/// An area of any type at one point of its history, as a [`View`](crate::View) shows it. It may outlive its reader.
#[derive(Clone)]
pub struct View {
    inner: speculo_core::View,
    decoder: Arc<Decoder>,
}

impl View {
    /// Every value with its [`Meta`], in the order of publication.
    ///
    /// An item is [`Error::Read`] where the area is damaged, and [`Error::Decode`] where a value is too short for its
    /// type.
    pub fn iter(&self) -> impl Iterator<Item = Result<(Meta, Value<'_>), Error>> {
        self.inner.iter().map(|chunk| {
            let chunk = chunk?;
            Ok((Meta::of(&chunk), self.decoder.value(chunk.payload())?))
        })
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("path", &self.inner.path()).finish_non_exhaustive()
    }
}
