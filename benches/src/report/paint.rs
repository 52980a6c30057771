//! Colours, letters and decades.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::measure::{Measured, Unit};
use crate::statistics::with_unit;

pub(super) const OURS: RGBColor = RGBColor(0x1b, 0x6e, 0xc2);
pub(super) const OTHERS: RGBColor = RGBColor(0xd0, 0x8a, 0x3c);
pub(super) const FAINT: RGBColor = RGBColor(0xd8, 0xd8, 0xd8);
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);

/// Ours in one colour, all others in another.
pub(super) fn colour(measured: &Measured) -> RGBColor {
    if measured.is_ours() { OURS } else { OTHERS }
}

/// Letters of this size, at the side of their place that is given, half above and half below it.
pub(super) fn letters(size: i32, side: HPos) -> TextStyle<'static> {
    // The backend makes letters smaller by this.
    let size = f64::from(size) * 1.24;
    TextStyle::from(("sans-serif", size).into_font()).color(&INK).pos(Pos::new(side, VPos::Center))
}

/// A round number with its unit, without zeros that say nothing.
pub(super) fn round(number: f64, unit: Unit) -> String {
    let text = with_unit(number, unit);
    match text.split_once(' ') {
        Some((digits, name)) if digits.contains('.') => {
            format!("{} {name}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// The powers of ten around these numbers.
pub(super) fn decades(numbers: impl Iterator<Item = f64>) -> Option<(i32, i32)> {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for number in numbers.filter(|number| *number > 0.0) {
        least = least.min(number);
        most = most.max(number);
    }
    if least > most {
        return None;
    }
    let below = floor(least.log10());
    Some((below, floor(most.log10().next_down()).max(below) + 1))
}

#[expect(clippy::cast_possible_truncation, reason = "exponents are small")]
fn floor(exponent: f64) -> i32 {
    exponent.floor() as i32
}
