//! What was measured, for people.

pub(crate) mod table;

use crate::measure::Measured;
use crate::statistics;

/// Those who did the same work, together, in the order in which the works first appear.
fn works(measured: &[Measured]) -> Vec<Vec<&Measured>> {
    let mut works: Vec<Vec<&Measured>> = Vec::new();
    for one in measured {
        let of_same_work = |work: &&mut Vec<&Measured>| {
            work.iter().any(|other| (&other.group, &other.work) == (&one.group, &one.work))
        };
        match works.iter_mut().find(of_same_work) {
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
