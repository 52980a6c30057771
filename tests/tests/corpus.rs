//! What fuzzing found worth keeping, and what lies near it: an error at worst, never a panic or a hang.
//!
//! `fuzz/corpus` holds the inputs, `tests/src/hostile` what is done with them. `SPECULO_CORPUS_SEEDS=<folder>` puts what
//! fuzzing is to begin from into that folder instead.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use speculo_core::Root;
use speculo_tests::hostile::{DRIVERS, Driver, Tally, seeds};
use speculo_tests::random::Random;
use speculo_tests::{Child, Wire, roles, tests};

/// For random changes, of each driver's inputs.
const TIME: Duration = Duration::from_millis(700);

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os("SPECULO_CORPUS_SEEDS") {
        write_seeds(Path::new(&folder));
        return ExitCode::SUCCESS;
    }
    speculo_tests::run(
        tests![
            p8_kept_manifests_are_survived,
            p8_kept_segments_are_followed,
            p8_kept_segments_are_looked_up_in,
            p8_kept_descriptors_are_compared,
            p8_kept_values_are_validated,
            p8_kept_areas_are_survived,
            the_corpus_is_small_and_every_target_has_one,
        ],
        roles![replayer],
    )
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz/corpus")
}

fn kept(driver: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus().join(driver)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn write_seeds(folder: &Path) {
    for (driver, _) in DRIVERS {
        let folder = folder.join(driver);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds(driver).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number:03}")), seed).unwrap();
        }
    }
}

/// Replays what is kept, then what random changes make of it. Says each input before, so that the last one said is to
/// blame.
fn replayer(wire: &mut Wire) {
    let (name, drive) = *DRIVERS.iter().find(|(name, _)| *name == wire.arg(1)).unwrap();
    let mut inputs = seeds(name);
    let mut tally = Tally::default();
    for (number, seed) in inputs.iter().enumerate() {
        wire.say(format!("seed {number}"));
        tally.add(drive(seed));
    }
    for file in kept(name) {
        wire.say(file.display());
        let input = std::fs::read(file).unwrap();
        tally.add(drive(&input));
        inputs.push(input);
    }
    let changed = change(wire, drive, &inputs, &mut tally);
    let inputs = inputs.len();
    wire.say(format!("{inputs} inputs and {changed} changed ones: {tally:?}"));
    wire.say(format!("reached {}", u64::from(tally.opened > 0 && tally.values > 0 && tally.errors > 0)));
}

fn change(wire: &Wire, drive: Driver, inputs: &[Vec<u8>], tally: &mut Tally) -> u64 {
    let end = Instant::now() + TIME;
    let mut seed = 0;
    while Instant::now() < end {
        wire.say(format!("random {seed}"));
        let mut random = Random::new(seed);
        let mut any = |below: usize| usize::try_from(random.below(below as u64)).unwrap();
        let mut input = inputs[any(inputs.len())].clone();
        for _ in 0..=any(4) {
            let (at, len) = (any(input.len() + 1), any(9));
            let to = input.len().min(at + len);
            match any(6) {
                0 => input.truncate(at),
                1 => input[at..to].fill(0),
                2 => input[at..to].fill(0xff),
                3 => drop(
                    input.splice(at..at, (0..len).map(|_| any(256).to_le_bytes()[0]).collect::<Vec<_>>()),
                ),
                4 => drop(input.drain(at..to)),
                _ => input[at..to].iter_mut().for_each(|byte| *byte ^= 1 << any(8)),
            }
        }
        tally.add(drive(&input));
        seed += 1;
    }
    seed
}

fn replay(driver: &str) {
    let root = Root::temporary().unwrap();
    let mut child = Child::start("replayer", &root.path().unwrap(), &[driver]);
    let mut last = [String::new(), String::new()];
    while let Some(line) = child.try_hear() {
        last.swap(0, 1);
        last[1] = line;
    }
    let (status, _) = child.ended();
    assert!(status.success(), "{driver}, {}: {status}", last[1]);
    println!("{driver}: {}", last[0]);
    assert_eq!(last[1], "reached 1", "{driver} does not come to what it is for: {}", last[0]);
}

fn p8_kept_manifests_are_survived() {
    replay("manifest");
}

fn p8_kept_segments_are_followed() {
    replay("follow");
}

fn p8_kept_segments_are_looked_up_in() {
    replay("lookup");
}

fn p8_kept_descriptors_are_compared() {
    replay("schema");
}

fn p8_kept_values_are_validated() {
    replay("typed");
}

fn p8_kept_areas_are_survived() {
    replay("area");
}

fn the_corpus_is_small_and_every_target_has_one() {
    let mut sizes = Vec::new();
    for (driver, _) in DRIVERS {
        let files = kept(driver);
        assert!(!files.is_empty(), "{driver} has no corpus");
        sizes.extend(files.iter().map(|file| file.metadata().unwrap().len()));
        let target = corpus().with_file_name("targets").join(format!("{driver}.rs"));
        assert!(target.is_file(), "{driver} has no fuzz target");
    }
    assert!(sizes.len() <= 200 && sizes.iter().sum::<u64>() <= 400 << 10, "minimise it: cargo fuzz cmin");
}
