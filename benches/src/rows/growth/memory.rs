//! The memory that an area takes: every file of it, as the file system counts.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::measure::{Bench, Measured, Unit};
use crate::rows::areas::{Keys, Pose, Value as _};

/// Bytes of a key.
const KEY: u64 = 8;

/// Looks in one cycle.
const LOOKS: u64 = 16;

/// One file.
pub(super) struct Taken {
    pub(super) path: PathBuf,
    /// The number of a segment; the highest is current.
    generation: Option<u64>,
    bytes: u64,
}

/// What the files of an area take.
fn files(area: &Path) -> anyhow::Result<Vec<Taken>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(area)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix('.')?.strip_suffix(".segment"));
        let generation = name.and_then(|digits| digits.parse().ok());
        // In units of 512 bytes, whatever the file system's blocks are.
        files.push(Taken { path: entry.path(), generation, bytes: entry.metadata()?.blocks() * 512 });
    }
    Ok(files)
}

/// The segments, the current one last.
pub(super) fn segments(area: &Path) -> anyhow::Result<Vec<Taken>> {
    let mut files = files(area)?;
    files.retain(|file| file.generation.is_some());
    files.sort_unstable_by_key(|file| file.generation);
    Ok(files)
}

/// What all files take, and which part of it is segments that are not current: spares.
fn taken(area: &Path) -> anyhow::Result<(u64, u64)> {
    let all = files(area)?.iter().map(|file| file.bytes).sum();
    let segments = segments(area)?;
    let spare = segments.iter().rev().skip(1).map(|file| file.bytes).sum();
    Ok((all, spare))
}

/// What each key takes beside its payload and itself, and what it takes of the spares.
fn per_key(area: &Keys<Pose>) -> anyhow::Result<(f64, f64)> {
    let (all, spare) = taken(area.path())?;
    let payload = area.count * (Pose::BYTES + KEY);
    Ok((float(all - spare - payload) / float(area.count), float(spare) / float(area.count)))
}

fn record(bench: &mut Bench, keys: &str, by: &str, rounds: Vec<f64>) {
    let work = format!("memory of each key beside it and its payload, {keys} keys");
    let (group, by) = (super::GROUP.to_owned(), by.to_owned());
    bench.record(Measured { group, work, by, unit: Unit::Bytes, rounds, absent: None });
}

/// Of an area that has only just been filled.
pub(super) fn after_filling(bench: &mut Bench, keys: &str, area: &Keys<Pose>) -> anyhow::Result<()> {
    record(bench, keys, "speculo just filled", vec![per_key(area)?.0]);
    Ok(())
}

/// From one rollover to the next, which is where a log is longest; and after [`compact`](speculo_typed::Publisher::compact).
pub(super) fn over_a_rollover(bench: &mut Bench, keys: &str, area: &mut Keys<Pose>) -> anyhow::Result<()> {
    let begun = area.publisher.stats();
    // At the end of the cycle the whole log is used, so looks are spread over what is left of it.
    area.roll_over(1)?;
    let cycle = area.publisher.stats().last_seq - begun.last_seq;
    let (mut beside, mut spares) = (Vec::new(), Vec::new());
    for _ in 0..LOOKS {
        let (key, spare) = per_key(area)?;
        beside.push(key);
        spares.push(spare);
        for _ in 0..cycle / LOOKS {
            let (publisher, value) = area.next();
            publisher.publish(value)?;
        }
    }
    record(bench, keys, "speculo", beside);
    record(bench, keys, "speculo spare, not counted there", spares);
    area.publisher.compact()?;
    record(bench, keys, "speculo after compact()", vec![per_key(area)?.0]);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no machine has so much memory")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
