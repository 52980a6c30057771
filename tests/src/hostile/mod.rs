//! What is done with bytes that nobody vouches for: files that others wrote, and values in them.
//!
//! A *driver* takes any bytes, makes an area of them, and does with it whatever can be done. It must come to an end, with
//! values or errors, and without a panic. The fuzz targets in `fuzz/` and `tests/corpus.rs` run the same drivers.

#![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

mod area;
mod base;
pub mod exercise;
mod follow;
mod input;
mod manifest;
mod mutate;
mod offsets;
mod schema;
mod stage;
mod typed;
mod values;

pub use exercise::Tally;

/// What bytes are driven through.
pub type Driver = fn(&[u8]) -> Tally;

/// Every driver with its name, which is that of its fuzz target and of its folder in `fuzz/corpus`.
pub const DRIVERS: &[(&str, Driver)] = &[
    ("manifest", manifest::drive),
    ("follow", follow::stream),
    ("lookup", follow::keyed),
    ("schema", schema::drive),
    ("typed", typed::drive),
    ("area", area::drive),
];

/// Inputs that lead a driver a good way in, to begin from.
#[must_use]
pub fn seeds(driver: &str) -> Vec<Vec<u8>> {
    match driver {
        "manifest" => manifest::seeds(),
        "follow" => follow::seeds(speculo_core::Kind::Stream),
        "lookup" => follow::seeds(speculo_core::Kind::Keyed),
        "schema" => schema::seeds(),
        "typed" => typed::seeds(),
        "area" => area::seeds(),
        _ => panic!("there is no driver {driver}"),
    }
}

/// Drives one input, for a fuzz target.
pub fn fuzz(driver: &str, bytes: &[u8]) {
    let known = DRIVERS.iter().find(|(name, _)| *name == driver);
    let (_, drive) = known.unwrap_or_else(|| panic!("there is no driver {driver}"));
    drive(bytes);
}
