//! Reading for the first time, which validates, and again.

use std::hint::black_box;
use std::time::{Duration, Instant};

use speculo_typed::Keyed;

use super::{Area, GROUP, there};
use crate::measure::{Bench, Contender};
use crate::types::{hello, mixed, pod, vector};

pub(super) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    compare(bench, "64 B", 1_000, |key| pod::Keyed::from(pod::Message::new(key)))?;
    let hello = |key| hello::Keyed::from(hello::Message { version: key, ..hello::Message::new() });
    compare(bench, "mmap-sync's struct", 1_000u32, hello)?;
    compare(bench, "1 KiB mixed", 1_000, |key| mixed::Keyed::from(mixed::Message::new(key)))?;
    if quick {
        return Ok(());
    }
    compare(bench, "1 MiB vector", 8, |key| vector::Keyed::from(vector::Message::new(key, 1 << 20)))
}

/// Reads a value under each key up to this, in their order: by a subscriber that never saw them, and by one that has.
fn compare<T, K>(bench: &mut Bench, shape: &str, keys: K, value: impl Fn(K) -> T) -> anyhow::Result<()>
where
    T: Keyed<Key = K> + 'static,
    K: speculo_typed::Key + Copy + 'static,
    std::ops::Range<K>: Iterator<Item = K>,
    u8: Into<K>,
{
    let area = Area::fill((0.into()..keys).map(value), 16 << 20)?;
    let pass = |reader: &mut speculo_typed::Subscriber<T>, operations: u64| {
        let began = Instant::now();
        for (key, _) in (0.into()..keys).zip(0..operations) {
            black_box(there(reader.get(key)?)?);
        }
        anyhow::Ok(began.elapsed())
    };
    let count = (0.into()..keys).count() as u64;
    let passes = move |operations: u64| {
        (0..operations.div_ceil(count)).map(move |pass| (operations - pass * count).min(count))
    };
    let first = Contender::new("speculo, first", |operations| {
        let mut took = Duration::ZERO;
        for operations in passes(operations) {
            took += pass(&mut area.open()?, operations)?;
        }
        Ok(took)
    });
    let mut reader = area.open()?;
    let again = Contender::new("speculo, again", move |operations| {
        let mut took = Duration::ZERO;
        for operations in passes(operations) {
            took += pass(&mut reader, operations)?;
        }
        Ok(took)
    });
    bench.compare(GROUP, &format!("get {shape} by key, in order"), vec![first, again])
}
