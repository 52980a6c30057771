//! Walking over all values of a view.

use std::hint::black_box;
use std::time::Instant;

use super::{Area, GROUP, grouped};
use crate::measure::{Bench, Contender};
use crate::statistics::share;
use crate::types::pod;

pub(super) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    for values in [1_000, if quick { 10_000 } else { 100_000 }] {
        let work = format!("iterate a view of 64 B, {} values", grouped(values));
        bench.compare(GROUP, &work, vec![view(values)?, vector(values)])?;
    }
    Ok(())
}

/// Makes a view, and reads a number of each value; the time is that of one value.
fn view(values: u64) -> anyhow::Result<Contender<'static>> {
    let area = Area::of_pods(values)?;
    let mut reader = area.open()?;
    Ok(Contender::new("speculo", move |operations| {
        let passes = operations.div_ceil(values);
        let began = Instant::now();
        for _ in 0..passes {
            for value in &reader.view()? {
                black_box(value?.numbers[0]);
            }
        }
        let took = began.elapsed();
        black_box(&area.publisher);
        Ok(share(took, operations, passes * values))
    }))
}

/// The same with values one after the other in memory.
fn vector(values: u64) -> Contender<'static> {
    let vector: Vec<_> = (0..values).map(pod::Message::new).collect();
    Contender::new("Vec in process", move |operations| {
        let passes = operations.div_ceil(values);
        let began = Instant::now();
        for _ in 0..passes {
            for value in black_box(&vector) {
                black_box(value.numbers[0]);
            }
        }
        Ok(share(began.elapsed(), operations, passes * values))
    })
}
