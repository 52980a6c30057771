//! Bytes that change while they are read: each call ends, in whatever values or errors, and none reaches beyond the
//! memory of the area.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use speculo_core::{Area, AreaBuilder, Kind, Root, Schema, To};
use speculo_tests::hostile::{Tally, exercise};
use speculo_tests::random::Random;
use speculo_tests::sys::shared_words;
use speculo_tests::{Child, Wire, roles, tests};

const TIME: Duration = Duration::from_millis(1500);
const SEEDS: [&str; 2] = ["1", "2"];

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p8_bytes_that_change_under_a_reader_are_survived,
            p8_bytes_that_change_under_a_takeover_are_survived,
        ],
        roles![reader, heir],
    )
}

fn named(root: &Path, name: &str, kind: Kind) -> AreaBuilder<'static> {
    let area = Area::builder(name).root(Root::new(root)).schema(Schema::untyped(kind));
    area.initial_size(4096).max_size(1 << 20)
}

/// An area that nobody owns any more; gives the file of its segment.
fn abandoned(root: &Path, name: &str, kind: Kind) -> PathBuf {
    let mut writer = named(root, name, kind).create().unwrap();
    for n in 0..60u64 {
        let key = n % 12;
        let key =
            if key < 9 { vec![key.to_le_bytes()[0]] } else { format!("a longer key: {key}").into_bytes() };
        let to = if kind == Kind::Keyed { To::Key(&key) } else { To::Next };
        let ttl = n.is_multiple_of(7).then_some(Duration::from_hours(1));
        let len = usize::try_from(n).unwrap() * 3;
        let id = writer.publish_with(to, ttl, |_| Ok::<_, std::convert::Infallible>(len)).unwrap();
        if n % 11 == 3 {
            let removed = if kind == Kind::Keyed { writer.remove(&key) } else { writer.remove_id(id) };
            assert!(removed.unwrap());
        }
    }
    drop(writer);
    let files = std::fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "segment")).unwrap()
}

/// Changes words of a segment and puts them right again, until it is told to stop.
fn scribble(words: &[AtomicU64], seed: u64, stop: &AtomicBool) {
    let original: Vec<u64> = words.iter().map(|word| word.load(Ordering::Relaxed)).collect();
    let used = original.iter().rposition(|word| *word != 0).unwrap() + 9;
    let mut random = Random::new(seed);
    while !stop.load(Ordering::Relaxed) {
        let any = usize::try_from(random.below(used as u64)).unwrap();
        // Headers are what others go by, control words above all.
        let at = match random.below(8) {
            0 => any % 32,
            1..5 => any & !7,
            _ => any,
        };
        let old = original[at];
        let new = match random.below(12) {
            0 => random.draw(),
            1 => old ^ 1 << random.below(64),
            2 => old.wrapping_add(64),
            3 => old | 0xffff_ffff << 32,
            4 => 0,
            5 => original[usize::try_from(random.below(used as u64)).unwrap()],
            6 => random.below(used as u64) * 8,
            _ => old,
        };
        words[at].store(new, Ordering::Relaxed);
        if random.below(64) == 0 {
            words.iter().zip(&original).for_each(|(word, old)| word.store(*old, Ordering::Relaxed));
        }
    }
}

/// Runs `work` while another thread changes the file's words.
fn while_changing(file: &Path, seed: u64, work: impl FnOnce()) {
    let len = usize::try_from(file.metadata().unwrap().len()).unwrap();
    let words = shared_words(file, len / 8);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| scribble(words, seed, &stop));
        // Whatever becomes of the work, the other thread must end.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        stop.store(true, Ordering::Relaxed);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

fn reader(wire: &mut Wire) {
    let seed: u64 = wire.arg(1).parse().unwrap();
    for kind in [Kind::Keyed, Kind::Stream] {
        let name = format!("{kind:?}");
        let file = abandoned(wire.root(), &name, kind);
        let most = usize::try_from(file.metadata().unwrap().len()).unwrap() / 64;
        let (area, mut tally, mut rounds) = (named(wire.root(), &name, kind), Tally::default(), 0);
        while_changing(&file, seed, || {
            let end = Instant::now() + TIME / 2;
            while Instant::now() < end {
                exercise::open(&area, most, &mut tally);
                rounds += 1;
                wire.say(format!("{kind:?}: {rounds} rounds, {tally:?}"));
            }
        });
        assert!(tally.opened > 0 && tally.values > 0 && tally.errors > 0, "{tally:?}");
    }
}

fn heir(wire: &mut Wire) {
    let seed: u64 = wire.arg(1).parse().unwrap();
    let (mut taken, mut refused) = (0, 0);
    let end = Instant::now() + TIME;
    for round in 0.. {
        if Instant::now() > end {
            break;
        }
        let kind = if round % 2 == 0 { Kind::Keyed } else { Kind::Stream };
        let name = format!("heritage-{round}");
        let file = abandoned(wire.root(), &name, kind);
        while_changing(&file, seed + round, || {
            // A takeover that is refused changes nothing, so it can be tried again.
            for _ in 0..20 {
                match named(wire.root(), &name, kind).create() {
                    Ok(mut writer) => {
                        let to = if kind == Kind::Keyed { To::Key(b"new") } else { To::Next };
                        let _ = writer.publish_with(to, None, |_| Ok::<_, std::convert::Infallible>(9));
                        taken += 1;
                        break;
                    }
                    Err(_) => refused += 1,
                }
            }
        });
        std::fs::remove_dir_all(wire.root().join(&name)).unwrap();
        wire.say(format!("{taken} taken over, {refused} refusals"));
    }
    assert!(taken > 0 && refused > 0, "{taken} taken over, {refused} refused");
}

fn survive(role: &str) {
    let root = Root::temporary().unwrap();
    for seed in SEEDS {
        let root = root.path().unwrap().join(seed);
        let mut child = Child::start(role, &root, &[seed]);
        let mut last = String::new();
        while let Some(line) = child.try_hear() {
            last = line;
        }
        let (status, _) = child.ended();
        assert!(status.success(), "seed {seed}, {last}: {status}");
        println!("{role}, seed {seed}: {last}");
    }
}

fn p8_bytes_that_change_under_a_reader_are_survived() {
    survive("reader");
}

fn p8_bytes_that_change_under_a_takeover_are_survived() {
    survive("heir");
}
