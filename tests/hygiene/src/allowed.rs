//! What is allowed on an item is allowed in what the derive makes of it, though that is not told of it.

use crate::dependency::{Speculo, SpeculoKey};

/// Not to be used any more: what is derived uses all of it.
#[deprecated]
#[derive(Debug, Speculo)]
#[speculo(crate = crate::dependency)]
pub struct Old {
    /// A key.
    #[deprecated]
    #[speculo(key)]
    pub id: u32,
    /// A list.
    pub list: Vec<u8>,
}

/// Parts that are not to be used any more.
#[derive(Debug, Speculo)]
#[speculo(crate = crate::dependency)]
pub enum Event {
    /// Without fields.
    #[deprecated]
    Quiet,
    /// With an unnamed one.
    #[deprecated(note = "turn")]
    Moved(u32),
    /// With a named one.
    Opened {
        /// Which.
        #[deprecated]
        door: u32,
    },
}

/// A key that is not to be used any more.
#[deprecated]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Speculo, SpeculoKey)]
#[speculo(crate = crate::dependency)]
pub enum Side {
    /// Left.
    #[deprecated]
    Left,
    /// Right.
    Right,
}

/// The names of a protocol.
#[expect(non_camel_case_types, non_snake_case, reason = "the protocol's")]
#[derive(Debug, Speculo)]
#[speculo(crate = crate::dependency)]
pub enum status_t {
    /// One.
    is_idle,
    /// Two.
    is_busy {
        /// Since when.
        sinceTick: u64,
    },
}

/// The same as a struct.
#[expect(non_camel_case_types, non_snake_case, reason = "the protocol's")]
#[derive(Debug, Speculo)]
#[speculo(crate = crate::dependency)]
pub struct header_t {
    /// Bytes.
    pub cbSize: u32,
}

/// With a bound that is not the only one on its parameter: the derive adds its own.
#[derive(Debug, Speculo)]
#[speculo(crate = crate::dependency)]
pub struct Reading<T: Copy> {
    /// As it is.
    pub value: T,
}
