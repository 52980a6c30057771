//! Memory that somebody else fills at every moment: an error at worst, never a signal, nothing committed is lost, and
//! publishing goes on when there is room again.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use speculo_core::{
    AreaBuilder, CreateError, Flags, Kind, OpenError, PublishError, Reader, Root, View, Writer,
};
use speculo_tests::random::Random;
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, files, number, roles, sys, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p6_with_any_number_of_free_pages_nothing_is_lost,
            p6_under_any_limit_on_file_sizes_nothing_is_lost,
            p6_somebody_who_fills_and_frees_all_the_time_is_survived,
            p6_without_inodes_creating_is_an_error_and_leaves_nothing,
            p6_a_waiter_looks_at_no_memory_that_was_given_back,
        ],
        roles![by_pages, by_limit, besieged, filler, without_inodes, shedding],
    )
}

/// Plays a role on a file system of its own; it must end well, not by a signal.
fn play(role: &str, args: &[&str]) {
    let root = Root::temporary().unwrap();
    let mut child = Child::start(role, &root.path().unwrap(), args);
    child.expect("done");
    child.finish();
}

fn p6_with_any_number_of_free_pages_nothing_is_lost() {
    for kind in ["stream", "keyed", "singleton"] {
        play("by_pages", &[kind]);
    }
}

fn p6_under_any_limit_on_file_sizes_nothing_is_lost() {
    for kind in ["stream", "keyed", "singleton"] {
        play("by_limit", &[kind]);
    }
}

fn p6_somebody_who_fills_and_frees_all_the_time_is_survived() {
    for kind in ["stream", "keyed", "singleton"] {
        play("besieged", &[kind]);
    }
}

fn p6_without_inodes_creating_is_an_error_and_leaves_nothing() {
    play("without_inodes", &[]);
}

fn p6_a_waiter_looks_at_no_memory_that_was_given_back() {
    play("shedding", &[]);
}

/// Enough for steps.
const KEYS: u64 = 80;
const VALUE: usize = 2048;

/// An area, and what it must say.
struct Trial {
    kind: Kind,
    writer: Writer,
    reader: Reader,
    n: u64,
    oracle: BTreeMap<u64, u64>,
    in_steps: u64,
    refused: u64,
}

fn kind_of(wire: &Wire) -> Kind {
    match wire.arg(1) {
        "stream" => Kind::Stream,
        "keyed" => Kind::Keyed,
        _ => Kind::Singleton,
    }
}

fn builder(root: &Path, kind: Kind) -> AreaBuilder<'static> {
    area(root, kind).max_size(1 << 20)
}

impl Trial {
    /// Publishing was refused often, and rollovers were on their way then; nothing is left over.
    fn end(self, root: &Path) {
        let Self { kind, writer, in_steps, refused, .. } = self;
        assert!(refused > 100 || kind == Kind::Singleton, "{refused}");
        assert!(in_steps > 10 || kind == Kind::Singleton, "{in_steps}");
        drop(writer);
        assert_tidy(root);
    }

    fn new(root: &Path, kind: Kind) -> Self {
        let writer = builder(root, kind).create().unwrap();
        let reader = builder(root, kind).open().unwrap();
        Self { kind, writer, reader, n: 0, oracle: BTreeMap::new(), in_steps: 0, refused: 0 }
    }

    fn value(n: u64) -> Vec<u8> {
        let mut value = vec![n.to_le_bytes()[0]; if n.is_multiple_of(7) { 40 } else { VALUE }];
        value[..8].copy_from_slice(&n.to_le_bytes());
        value
    }

    /// Publishes one; what is refused must be refused for want of memory, and is no part of the history.
    fn publish(&mut self) -> bool {
        let n = self.n + 1;
        let value = Self::value(n);
        let key = n % KEYS;
        // A look at it costs more than a publish.
        let was_on_its_way = n.is_multiple_of(16) && self.writer.stats().next_bytes > 0;
        let published = match self.kind {
            Kind::Keyed => self.writer.put(&key.to_le_bytes(), &value),
            _ => self.writer.publish(&value),
        };
        match published {
            Ok(_) => {
                self.n = n;
                self.in_steps += u64::from(was_on_its_way);
                match self.kind {
                    Kind::Keyed => drop(self.oracle.insert(key, n)),
                    Kind::Singleton => drop(self.oracle.insert(0, n)),
                    Kind::Stream => drop(self.oracle.insert(n, n)),
                }
                true
            }
            Err(PublishError::NoSpace(_)) => {
                self.refused += 1;
                false
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn check_view(&self, view: &View) {
        let mut seen: Vec<u64> = view
            .iter()
            .map(|chunk| {
                let payload = chunk.unwrap().payload().to_vec();
                assert!(payload == Self::value(number(&payload)), "a value is damaged");
                number(&payload)
            })
            .collect();
        seen.sort_unstable();
        let mut all: Vec<u64> = self.oracle.values().copied().collect();
        all.sort_unstable();
        if self.kind == Kind::Stream {
            // It may have dropped its oldest, at its limit.
            assert!(all.ends_with(&seen), "{seen:?} of {all:?}");
            let bytes: usize = seen.iter().map(|n| Self::value(*n).len()).sum();
            assert!(seen.len() == all.len() || bytes > 1 << 18, "{} of {}", seen.len(), all.len());
        } else {
            assert_eq!(seen, all);
        }
    }

    fn check(&mut self, root: &Path) {
        let view = self.reader.view().unwrap();
        self.check_view(&view);
        self.check_view(&self.writer.view().unwrap());
        self.check_view(&builder(root, self.kind).open().unwrap().view().unwrap());
    }
}

/// Writes to a file until no byte more fits.
fn fill_up(path: &Path) {
    let Ok(mut file) = std::fs::File::create(path) else { return };
    for size in [64 << 10, 4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Fills the file system, but for so many pages.
fn leave(root: &Path, pages: usize) {
    let spare = root.join("spare");
    std::fs::write(&spare, vec![1; pages * 4096]).unwrap();
    fill_up(&root.join("filler"));
    std::fs::remove_file(&spare).unwrap();
}

fn by_pages(wire: &mut Wire) {
    let (root, kind) = (wire.root(), kind_of(wire));
    sys::private_tmpfs(root, "8m");
    let mut trial = Trial::new(root, kind);
    for round in 0..30 {
        // At another moment each time: before a rollover, in the middle of one, after it.
        for _ in 0..200 + round * 3 {
            assert!(trial.publish(), "there is room");
        }
        leave(root, usize::try_from(round * 7).unwrap());
        for _ in 0..600 {
            trial.publish();
        }
        trial.check(root);
        // Whoever comes now reads, or is told why not.
        std::fs::remove_file(root.join("filler")).unwrap();
        assert!(trial.publish(), "round {round}: there is room again");
    }
    let stats = trial.writer.stats();
    eprintln!(
        "{kind:?}: {} published, {} refused, {} in steps; {stats:?}",
        trial.n, trial.refused, trial.in_steps
    );
    trial.end(root);
    wire.say("done");
}

fn by_limit(wire: &mut Wire) {
    let (root, kind) = (wire.root(), kind_of(wire));
    let was = getrlimit(Resource::Fsize);
    let limit = |bytes| {
        setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum: was.maximum }).unwrap();
    };
    let mut trial = Trial::new(root, kind);
    for round in 0..40 {
        for _ in 0..100 + round * 3 {
            assert!(trial.publish(), "there is room");
        }
        limit(Some(round * 30_011));
        for _ in 0..400 {
            trial.publish();
        }
        trial.check(root);
        limit(was.current);
        assert!(trial.publish(), "round {round}: there is room again");
    }
    eprintln!("{kind:?}: {} published, {} refused, {} in steps", trial.n, trial.refused, trial.in_steps);
    trial.end(root);
    wire.say("done");
}

/// Fills and frees, as fast as it can, until it is killed.
fn filler(wire: &mut Wire) {
    let mut random = Random::new(7);
    let file = wire.root().join("filler");
    wire.say("ready");
    loop {
        fill_up(&file);
        for _ in 0..random.below(2000) {
            std::thread::yield_now();
        }
        let opened = std::fs::File::options().write(true).open(&file).unwrap();
        opened.set_len(random.below(6 << 20)).unwrap();
        for _ in 0..random.below(3000) {
            std::thread::yield_now();
        }
    }
}

/// Creates, publishes and is replaced while somebody fills the memory.
fn besieged(wire: &mut Wire) {
    let (root, kind) = (wire.root(), kind_of(wire));
    sys::private_tmpfs(root, "8m");
    let mut enemy = Child::start("filler", root, &[]);
    enemy.expect("ready");
    let (mut refused, mut created) = (0, 0);
    let mut trial = loop {
        match builder(root, kind).create() {
            Ok(writer) => match builder(root, kind).open() {
                Ok(reader) => {
                    let oracle = BTreeMap::new();
                    break Trial { kind, writer, reader, n: 0, oracle, in_steps: 0, refused: 0 };
                }
                Err(error) => panic!("{error}"),
            },
            Err(CreateError::NoSpace(_)) => {
                assert!(!area_dir(root).exists(), "{:?}", files(root));
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    };
    let end = std::time::Instant::now() + Duration::from_secs(1);
    while std::time::Instant::now() < end {
        for _ in 0..200 {
            trial.publish();
        }
        trial.check(root);
        // The next writer, who may not be able to take over yet.
        let Trial { kind, writer, reader, n, oracle, in_steps, refused: so_far } = trial;
        drop(writer);
        let writer = loop {
            match builder(root, kind).create() {
                Ok(writer) => break writer,
                Err(CreateError::NoSpace(_)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        };
        created += 1;
        trial = Trial { kind, writer, reader, n, oracle, in_steps, refused: so_far };
        trial.check(root);
    }
    enemy.signal(Signal::KILL);
    drop(enemy);
    std::fs::remove_file(root.join("filler")).unwrap();
    assert!(trial.publish());
    trial.check(root);
    eprintln!(
        "{kind:?}: {} published, {} refused, {} in steps; {created} takeovers, {refused} refused",
        trial.n, trial.refused, trial.in_steps
    );
    let Trial { writer, .. } = trial;
    drop(writer);
    assert_tidy(root);
    wire.say("done");
}

fn without_inodes(wire: &mut Wire) {
    let root = wire.root();
    let mut refused = 0;
    for inodes in 2..12 {
        let mount = root.join(inodes.to_string());
        std::fs::create_dir(&mount).unwrap();
        sys::private_tmpfs(&mount, &format!("1m,nr_inodes={inodes}"));
        match builder(&mount, Kind::Keyed).create() {
            Ok(mut writer) => {
                writer.put(b"key", b"value").unwrap();
                match writer.compact() {
                    Ok(()) | Err(PublishError::NoSpace(_)) => {}
                    Err(error) => panic!("{inodes} inodes: {error}"),
                }
                assert_eq!(writer.get(b"key").unwrap().unwrap().payload(), b"value");
                drop(writer);
                match builder(&mount, Kind::Keyed).create() {
                    Ok(_) | Err(CreateError::NoSpace(_)) => {}
                    Err(error) => panic!("{inodes} inodes: {error}"),
                }
                let mut reader = builder(&mount, Kind::Keyed).open().unwrap();
                assert_eq!(reader.get(b"key").unwrap().unwrap().payload(), b"value");
            }
            Err(CreateError::NoSpace(_)) => {
                refused += 1;
                let left = std::fs::read_dir(&mount).unwrap().count();
                // The directory above the area may be others' as well.
                assert!(left == 0 || !area_dir(&mount).exists(), "{inodes} inodes: {:?}", files(&mount));
                let opened = builder(&mount, Kind::Keyed).open();
                assert!(matches!(opened, Err(OpenError::NotFound { .. })), "{opened:?}");
            }
            Err(error) => panic!("{inodes} inodes: {error}"),
        }
    }
    assert!(refused >= 4, "{refused}");
    wire.say("done");
}

/// A waiter without a lease remembers a place in a segment that is given back in pieces, and then nothing is left to
/// put in their place.
fn shedding(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "16m");
    let area = area(root, Kind::Singleton).flags(Flags::empty());
    let mut writer = area.create().unwrap();
    writer.publish(&vec![1; 3 << 19]).unwrap();
    let mut reader = area.open().unwrap();
    assert!(!reader.wait(Some(Duration::ZERO)).unwrap());
    reader.idle();
    let large = writer.stats().segment_bytes;
    assert!(large > 1 << 20);
    writer.clear().unwrap();
    for _ in 0..4000 {
        writer.publish(&[2; 100]).unwrap();
    }
    assert!(writer.stats().retired_bytes < 1 << 20, "{:?}", writer.stats());
    fill_up(&root.join("filler"));
    assert!(reader.wait(Some(Duration::ZERO)).unwrap(), "there is something new");
    assert_eq!(reader.latest().unwrap().unwrap().payload(), [2; 100]);
    wire.say("done");
}
