//! What only this edition allows: words that are kept for the language in the next one.
#![expect(non_camel_case_types, reason = "only the names matter")]

use crate::dependency::Speculo;

/// With a field and a variant that would need an `r#` elsewhere.
#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub struct Engine {
    /// A generator.
    #[speculo(key)]
    pub gen: u32,
}

/// A generator, as a type.
#[derive(Speculo, Debug)]
#[speculo(crate = crate::dependency)]
pub enum gen {
    /// As a variant.
    gen {
        /// As a field.
        gen: Vec<Engine>,
    },
}
