//! Looking values up.

use std::hint::black_box;
use std::time::Instant;

use super::{Area, GROUP, grouped, there};
use crate::limits::{self, Link};
use crate::measure::{Bench, Contender};
use crate::peers;
use crate::random::Random;
use crate::types::{hello, pod};

pub(super) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    by_key(bench, 1_000)?;
    by_key(bench, if quick { 10_000 } else { 1_000_000 })?;
    let ours = vec![by_slot()?, limits::pointer_read()];
    bench.compare_with_peers(GROUP, "get 64 B by slot, repeated", ours, peers::get_64())?;
    let ours = vec![latest_pod()?, limits::pointer_read()];
    bench.compare(GROUP, "get 64 B, latest", ours)?;
    let ours = vec![latest_hello()?];
    bench.compare_with_peers(GROUP, "get mmap-sync's struct, latest", ours, peers::get_messages())
}

/// Each time another key, uniformly random over all; beside that, each look-up beginning when the one before has ended.
fn by_key(bench: &mut Bench, keys: u64) -> anyhow::Result<()> {
    let area = Area::of_pods(keys)?;
    let contenders = vec![
        random::<false>("speculo", &area, keys)?,
        random::<true>("speculo, chained", &area, keys)?,
        limits::hash_map(keys),
        limits::index_and_value(keys)?,
        limits::index_and_value_chained(keys)?,
        limits::chase(keys)?,
    ];
    let work = format!("get 64 B by u64 key, random over {} keys", grouped(keys));
    bench.compare_with_peers(GROUP, &work, contenders, peers::get_64_by_key(keys))
}

fn random<const CHAINED: bool>(
    by: &str,
    area: &Area<pod::Keyed>,
    keys: u64,
) -> anyhow::Result<Contender<'static>> {
    let mut reader = area.open()?;
    for key in 0..keys {
        there(reader.get(key)?)?;
    }
    let mut random = Random::new();
    let mut link = Link::new();
    Ok(Contender::new(by, move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            let key = random.below(keys);
            let key = if CHAINED { link.behind(key) } else { key };
            link.read(black_box(there(reader.get(key)?)?.numbers[0].to_native().to_bits()));
        }
        Ok(began.elapsed())
    }))
}

fn by_slot() -> anyhow::Result<Contender<'static>> {
    let area = Area::of_pods(1_000)?;
    let mut reader = area.open()?;
    let mut slot = reader.slot(7);
    Ok(Contender::new("speculo", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            black_box(there(reader.get_at(&mut slot)?)?.numbers[0]);
        }
        let took = began.elapsed();
        black_box(&area.publisher);
        Ok(took)
    }))
}

fn latest_pod() -> anyhow::Result<Contender<'static>> {
    let area = Area::<pod::Single>::fill(std::iter::once(pod::Message::new(7).into()), 0)?;
    let mut reader = area.open()?;
    Ok(Contender::new("speculo", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            black_box(there(reader.latest()?)?.numbers[0]);
        }
        let took = began.elapsed();
        black_box(&area.publisher);
        Ok(took)
    }))
}

fn latest_hello() -> anyhow::Result<Contender<'static>> {
    let area = Area::<hello::Single>::fill(std::iter::once(hello::Message::new().into()), 0)?;
    let mut reader = area.open()?;
    Ok(Contender::new("speculo", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            black_box(there(reader.latest()?)?.version);
        }
        let took = began.elapsed();
        black_box(&area.publisher);
        Ok(took)
    }))
}
