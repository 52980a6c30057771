//! What more keys cost: 64 bytes under each of 10 to 1,000,000 `u64` keys.

mod memory;
mod rollover;

use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use memmap2::MmapOptions;

use crate::limits;
use crate::measure::{Bench, Contender};
use crate::peers;
use crate::random::Random;
use crate::rows::areas::{Keys, Pose};
use crate::rows::read::grouped;

pub(crate) const GROUP: &str = "growth";

const COUNTS: [u64; 6] = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// Get, open, rollover and memory, with more and more keys.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    for count in COUNTS.into_iter().take(if quick { 4 } else { COUNTS.len() }) {
        let keys = grouped(count);
        let mut area = Keys::<Pose>::fill(count)?;
        memory::after_filling(bench, &keys, &area)?;
        // The first rollovers take memory that has not been used before.
        area.roll_over(3)?;
        let contenders = vec![get(&area)?, limits::hash_map(count), limits::index_and_value(count)?];
        let work = format!("get 64 B by random key, {keys} keys");
        bench.compare_with_peers(GROUP, &work, contenders, peers::get_64_by_key(count))?;
        let contenders = vec![open(&area), open_bare(&area)?];
        bench.compare(GROUP, &format!("open and first get, {keys} keys"), contenders)?;
        rollover::record(bench, &keys, &mut area)?;
        memory::over_a_rollover(bench, &keys, &mut area)?;
    }
    Ok(())
}

/// Gets values that this subscriber has seen before, under random keys.
fn get(area: &Keys<Pose>) -> anyhow::Result<Contender<'static>> {
    let mut poses = area.open()?;
    let count = area.count;
    for key in 0..count {
        poses.get(key)?.context("every key has a value")?;
    }
    let mut random = Random::new();
    Ok(Contender::new("speculo", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            let pose = poses.get(random.below(count))?.context("every key has a value")?;
            black_box(pose.numbers[0]);
        }
        Ok(began.elapsed())
    }))
}

/// Opens the area and gets a value under a random key.
pub(super) fn open(area: &Keys<Pose>) -> Contender<'_> {
    let mut random = Random::new();
    Contender::new("speculo", move |operations| {
        let mut took = Duration::ZERO;
        for _ in 0..operations {
            let key = random.below(area.count);
            let began = Instant::now();
            let mut poses = area.open()?;
            black_box(poses.get(key)?.context("every key has a value")?.numbers[0]);
            took += began.elapsed();
        }
        Ok(took)
    })
}

/// Opens and maps the area's largest file, without a look at what is in it.
pub(super) fn open_bare(area: &Keys<Pose>) -> anyhow::Result<Contender<'static>> {
    let segments = memory::segments(area.path())?;
    let path = segments.last().context("an area has a segment")?.path.clone();
    Ok(Contender::new("bare open and mmap of a file", move |operations| {
        let mut took = Duration::ZERO;
        for _ in 0..operations {
            let began = Instant::now();
            black_box(map(&path)?);
            took += began.elapsed();
        }
        Ok(took)
    }))
}

fn map(path: &Path) -> anyhow::Result<memmap2::MmapRaw> {
    Ok(MmapOptions::new().map_raw_read_only(&File::open(path)?)?)
}
