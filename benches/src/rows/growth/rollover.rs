//! The time of a rollover, and what it is per publish.

use std::time::Instant;

use crate::measure::{Bench, Measured, Unit};
use crate::rows::areas::{Keys, Pose};
use crate::rows::copies::{COPIES, Copies, nanoseconds};

/// A publish that takes so many times the usual stands out.
const STANDS_OUT: f64 = 3.0;

/// Publishes between two looks whether the area has rolled over.
const STRIDE: usize = 256;

/// Publishes from rollover to rollover, a few times.
///
/// A rollover's time is what publishes that stand out took longer than the usual. Were it spread so thinly over all of
/// them that none stands out, then what all took longer than their median would tell: that is the most that it can be,
/// for it counts every cache miss as well.
pub(super) fn record(bench: &mut Bench, keys: &str, area: &mut Keys<Pose>) -> anyhow::Result<()> {
    let mut copies = Copies::new(area.publisher.stats().live_bytes);
    let (mut rollovers, mut at_most) = (Vec::new(), Vec::new());
    let (mut medians, mut means) = (Vec::new(), Vec::new());
    for _ in 0..COPIES {
        let mut times = one_cycle(area)?;
        copies.copy();
        let count = float(times.len());
        let mean = times.iter().sum::<f64>() / count;
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable_by(middle, f64::total_cmp);
        let median = *median;
        rollovers
            .push(times.iter().filter(|took| **took > STANDS_OUT * median).map(|took| took - median).sum());
        at_most.push((mean - median) * count);
        medians.push(median);
        means.push(mean);
    }
    let mut record = |work: String, by: &str, rounds: Vec<f64>| {
        let (group, by) = (super::GROUP.to_owned(), by.to_owned());
        bench.record(Measured { group, work, by, unit: Unit::Nanoseconds, rounds, absent: None });
    };
    let work = format!("rollover, {keys} keys");
    record(work.clone(), "speculo", rollovers);
    record(work.clone(), "speculo at most", at_most);
    record(work, "memcpy of the live bytes", copies.rounds);
    let work = format!("publish 64 B by random key, rollovers included, {keys} keys");
    record(work.clone(), "speculo mean", means);
    record(work, "speculo p50", medians);
    Ok(())
}

/// Publishes until the area has rolled over once more; tells how long each publish took.
fn one_cycle(area: &mut Keys<Pose>) -> anyhow::Result<Vec<f64>> {
    let before = area.publisher.stats().rollovers;
    let mut times = Vec::new();
    while area.publisher.stats().rollovers == before {
        for _ in 0..STRIDE {
            let (publisher, value) = area.next();
            let began = Instant::now();
            publisher.publish(value)?;
            times.push(nanoseconds(began.elapsed()));
        }
    }
    Ok(times)
}

#[expect(clippy::cast_precision_loss, reason = "no cycle has so many publishes")]
fn float(count: usize) -> f64 {
    count as f64
}
