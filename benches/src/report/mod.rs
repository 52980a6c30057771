//! What was measured, for people.

mod bars;
pub(crate) mod data;
pub(crate) mod document;
mod lines;
mod paint;
pub(crate) mod table;

use crate::measure::Measured;
use crate::statistics;

/// Those who did the same work, together, in the order in which the works first appear.
fn works(measured: &[Measured]) -> Vec<Vec<&Measured>> {
    let mut works: Vec<Vec<&Measured>> = Vec::new();
    for one in measured {
        match works.iter_mut().find(|work| work.iter().any(|other| other.work == one.work)) {
            Some(work) => work.push(one),
            None => works.push(vec![one]),
        }
    }
    works
}

/// What the others are compared to: the median of the first of ours.
fn base(work: &[&Measured]) -> Option<f64> {
    let ours = work.iter().find(|measured| measured.is_ours())?;
    statistics::median(&ours.rounds)
}

/// The work without its number of things or its size, and that: `open, 1,000 keys` is `open` of 1000.
fn point(work: &str) -> Option<(&str, u32)> {
    let (before, things) = work.rsplit_once(' ')?;
    let (line, number) = before.rsplit_once(", ")?;
    let number: u32 = number.replace(',', "").parse().ok()?;
    let times = match things {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ if things.chars().all(char::is_alphabetic) => 1,
        _ => return None,
    };
    Some((line, number.checked_mul(times)?))
}

#[cfg(test)]
mod tests {
    use super::point;

    #[test]
    fn a_number_of_things_is_a_point() {
        assert_eq!(point("open, 1,000,000 keys"), Some(("open", 1_000_000)));
        assert_eq!(point("get 64 B by key, warm, 10 keys"), Some(("get 64 B by key, warm", 10)));
        assert_eq!(point("one way, spinning, 64 B"), Some(("one way, spinning", 64)));
        assert_eq!(point("one way, spinning, 64 KiB"), Some(("one way, spinning", 65_536)));
        assert_eq!(point("publish, 20 rollovers, 1 MB live"), None);
        assert_eq!(point("get by key, random over 1,000 keys"), None);
    }
}
