//! What many rounds say.

use std::time::Duration;

use crate::measure::Unit;

/// Where the middle of the rounds lies, and how far they spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    /// Below this is one round of twenty.
    pub(crate) low: f64,
    /// Above this is one round of twenty.
    pub(crate) high: f64,
}

impl Summary {
    /// What these rounds say, if there are any.
    pub(crate) fn of(rounds: &[f64]) -> Option<Self> {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            median: quantile(&sorted, 0.5)?,
            low: quantile(&sorted, 0.05)?,
            high: quantile(&sorted, 0.95)?,
        })
    }
}

/// The median of these numbers, if there are any.
pub(crate) fn median(numbers: &[f64]) -> Option<f64> {
    Summary::of(numbers).map(|summary| summary.median)
}

/// The value below which this share of the numbers lies, between the two that are nearest to it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a position in a short list"
)]
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted.get(at.floor() as usize)?, sorted.get(at.ceil() as usize)?);
    Some(below + (above - below) * at.fract())
}

/// The time of `part` operations, if `all` took this long.
#[expect(clippy::cast_precision_loss, reason = "no run has so many operations")]
pub(crate) fn share(took: Duration, part: u64, all: u64) -> Duration {
    took.mul_f64(part as f64 / all as f64)
}

/// A number with its unit, to three digits: `12.3 ns`, `4.56 ms`, `1.50 KiB`.
pub(crate) fn with_unit(number: f64, unit: Unit) -> String {
    let (step, names): (f64, &[&str]) = match unit {
        Unit::Nanoseconds => (1e3, &["ns", "µs", "ms", "s"]),
        Unit::Bytes => (1024.0, &["B", "KiB", "MiB", "GiB"]),
    };
    let mut scaled = number;
    let mut names = names.iter().peekable();
    let mut name = "";
    while let Some(next) = names.next() {
        name = next;
        // What would be rounded up to the next unit is said in it.
        if scaled < step - 0.5 || names.peek().is_none() {
            break;
        }
        scaled /= step;
    }
    if unit == Unit::Bytes && name == "B" {
        return format!("{scaled:.0} B");
    }
    format!("{} {name}", three_digits(scaled))
}

/// A number to three digits.
pub(crate) fn three_digits(number: f64) -> String {
    let decimals = match number {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_of_the_sorted_rounds() {
        let rounds: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(Summary::of(&rounds), Some(Summary { median: 50.0, low: 5.0, high: 95.0 }));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn units_grow_with_the_number() {
        for (number, unit, text) in [
            (1.234, Unit::Nanoseconds, "1.23 ns"),
            (12.34, Unit::Nanoseconds, "12.3 ns"),
            (123.4, Unit::Nanoseconds, "123 ns"),
            (999.9, Unit::Nanoseconds, "1.00 µs"),
            (4.56e6, Unit::Nanoseconds, "4.56 ms"),
            (1e13, Unit::Nanoseconds, "10000 s"),
            (96.0, Unit::Bytes, "96 B"),
            (1536.0, Unit::Bytes, "1.50 KiB"),
        ] {
            assert_eq!(with_unit(number, unit), text);
        }
    }
}
