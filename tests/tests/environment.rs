//! A hostile environment: no descriptors, locks of strangers, file systems that become read-only, files that vanish.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use speculo_core::{
    AreaBuilder, CreateError, Flags, Kind, Liveness, OpenError, PublishError, ReadErrorKind, Reader, Root,
    Trust, Writer,
};
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, files, number, roles, sys, tests, until};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            without_descriptors_everything_is_an_error_and_goes_on_later,
            p2_locks_of_strangers_hold_nobody_up,
            a_read_only_file_system_is_read_from_and_not_written_to,
            files_that_vanish_are_noticed_or_not_needed,
            who_fails_to_take_over_leaves_the_area,
            another_boot_is_refused,
        ],
        roles![starved, stranger, read_only, overlooked, heir],
    )
}

fn keyed(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Keyed)
}

fn play(role: &str) {
    let root = Root::temporary().unwrap();
    let mut child = Child::start(role, &root.path().unwrap(), &[]);
    child.expect("done");
    child.finish();
}

fn without_descriptors_everything_is_an_error_and_goes_on_later() {
    play("starved");
}

/// So many values that rollovers go in steps.
const KEYS: u64 = 100;

fn put(writer: &mut Writer, n: u64) -> Result<(), PublishError> {
    let mut value = vec![n.to_le_bytes()[0]; 2000];
    value[..8].copy_from_slice(&n.to_le_bytes());
    writer.put(&(n % KEYS).to_le_bytes(), &value).map(drop)
}

/// Descriptors that are open now.
fn open_descriptors() -> BTreeSet<u64> {
    let listed = std::fs::read_dir("/proc/self/fd").unwrap();
    let all: Vec<_> = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // That of the listing is not there any more.
    let is_open = |name: &String| std::fs::read_link(format!("/proc/self/fd/{name}")).is_ok();
    all.iter().filter(|name| is_open(name)).map(|name| name.parse().unwrap()).collect()
}

fn is_starved(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(Errno::MFILE.raw_os_error())
}

fn starved(wire: &mut Wire) {
    let root = wire.root();
    let was = getrlimit(Resource::Nofile);
    let used = open_descriptors();
    // The limit is on their numbers, and there may be gaps.
    let unused: Vec<u64> = (0..100).filter(|number| !used.contains(number)).collect();
    let limit = |free: Option<usize>| {
        let current = free.map_or(was.current, |free| Some(unused[free]));
        setrlimit(Resource::Nofile, Rlimit { current, maximum: was.maximum }).unwrap();
    };
    let (mut refused, mut n, mut oracle) = ([0; 6], 0, BTreeMap::new());
    // Read once, and then known.
    drop(keyed(root).create().unwrap());
    keyed(root).remove().unwrap();
    for free in (0..8).chain(0..8) {
        // Creating, and taking over.
        limit(Some(free));
        let created = keyed(root).create();
        limit(None);
        let mut writer = match created {
            Ok(writer) => writer,
            Err(CreateError::Os(error)) if is_starved(&error.source) => {
                refused[0] += 1;
                // Nothing that takes memory stays; the lock file may, for nobody could see whether that is all.
                let left = if n == 0 && area_dir(root).exists() { files(root) } else { Vec::new() };
                assert!(left.iter().all(|name| name == ".lock" || name == ".bell"), "{free}: {left:?}");
                keyed(root).create().unwrap()
            }
            Err(error) => panic!("{free} free: {error}"),
        };
        let mut reader = keyed(root).open().unwrap();
        let mut late = reader.fork();
        limit(Some(free));
        if let Err(error) = keyed(root).open() {
            assert!(matches!(&error, OpenError::Os(error) if is_starved(&error.source)), "{free}: {error}");
            refused[1] += 1;
        }
        // Publishing, in several rollovers, each of which may meet the limit at another place.
        for phase in 0..400 {
            limit((phase % 100 < 75).then_some(free));
            for _ in 0..7 {
                match put(&mut writer, n + 1) {
                    Ok(()) => {
                        n += 1;
                        oracle.insert(n % KEYS, n);
                    }
                    Err(PublishError::Os(error)) if is_starved(&error.source) => refused[2] += 1,
                    Err(error) => panic!("{free} free: {error}"),
                }
            }
            match reader.get(&(n % KEYS).to_le_bytes()) {
                Ok(chunk) => assert_eq!(chunk.map(|chunk| number(chunk.payload())), (n > 0).then_some(n)),
                Err(error) => {
                    let os = matches!(error.kind(), ReadErrorKind::Os(error) if is_starved(&error.source));
                    assert!(os, "{free}: {error}");
                    refused[3] += 1;
                }
            }
            if phase == 120 || phase == 320 {
                limit(Some(free));
                match writer.compact() {
                    Ok(()) => {}
                    Err(PublishError::Os(error)) if is_starved(&error.source) => refused[4] += 1,
                    Err(error) => panic!("{free} free: {error}"),
                }
            }
        }
        limit(Some(free));
        let followed = std::iter::from_fn(|| late.try_next().map(|chunk| chunk.is_some()).transpose_end());
        refused[5] += followed.filter(Result::is_err).take(1).count();
        limit(None);
        let mut last = 0;
        while let Some(chunk) = late.try_next().unwrap() {
            last = number(chunk.payload());
        }
        assert!(last == n || last == 0, "{last} followed of {n}");
        let view = reader.view().unwrap();
        for (key, n) in &oracle {
            assert_eq!(number(view.get(&key.to_le_bytes()).unwrap().unwrap().payload()), *n);
        }
        drop((view, reader, late));
        // Nothing is forgotten: what was retired is used again, or deleted.
        writer.compact().unwrap();
        let stats = writer.stats();
        let found = files(root).iter().filter(|name| name.ends_with(".segment")).count();
        assert_eq!(found, 1 + stats.retired_segments, "{free} free: {:?} {stats:?}", files(root));
        drop(writer);
        assert_tidy(root);
    }
    assert_eq!(open_descriptors(), used, "descriptors stay open");
    eprintln!("refused: {refused:?}");
    assert!(refused[..5].iter().all(|count| *count > 0), "{refused:?}");
    wire.say("done");
}

/// Turns the results of a follower into an iterator that ends where the log does.
trait TransposeEnd {
    fn transpose_end(self) -> Option<Result<(), speculo_core::ReadError>>;
}

impl TransposeEnd for Result<bool, speculo_core::ReadError> {
    fn transpose_end(self) -> Option<Result<(), speculo_core::ReadError>> {
        match self {
            Ok(true) => Some(Ok(())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

const STRANGER: u32 = 12346;

/// Locks whatever it may of an area, as another user or the same, until it ends: says what it could.
fn stranger(wire: &mut Wire) {
    if wire.arg(1) == "another" {
        sys::become_user(STRANGER);
    }
    let mut held = Vec::new();
    let mut locked = Vec::new();
    for name in files(wire.root()) {
        let path = area_dir(wire.root()).join(&name);
        let writable = std::fs::File::options().read(true).write(true).open(&path);
        let Ok(file) = writable.or_else(|_| std::fs::File::open(&path)) else { continue };
        // The strongest that it may have: `flock`s are others than those that count, and anybody may take them.
        let _ = rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
        let wish = if wire.arg(2) == "exclusive" { libc::F_WRLCK } else { libc::F_RDLCK };
        if sys::lock_file(file.as_raw_fd(), wish) {
            locked.push(if name.ends_with(".segment") { ".segment".to_owned() } else { name });
        }
        held.push(file);
    }
    wire.say(locked.join(" "));
    wire.hear();
}

/// An area that others may read, ring the bell of, and lock.
fn shared(root: &Path) -> AreaBuilder<'static> {
    keyed(root).mode(0o644).flags(Flags::SHARED_BELL)
}

fn roll(writer: &mut Writer, times: u64) {
    let goal = writer.stats().rollovers + times;
    let mut n = 0u64;
    while writer.stats().rollovers < goal {
        n += 1;
        writer.put(&[n.to_le_bytes()[0] % 9], &n.to_le_bytes()).unwrap();
    }
}

fn p2_locks_of_strangers_hold_nobody_up() {
    assert!(sys::is_root(), "this test needs two users: run it as root");
    for (who, grip) in [("another", "shared"), ("another", "exclusive"), ("same", "shared")] {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut writer = shared(&path).create().unwrap();
        roll(&mut writer, 3);
        let mut before = Child::start("stranger", &path, &[who, grip]);
        let locked = before.hear();
        let is_another = who == "another";
        // Others cannot open `.lock`, and without the right to write take no exclusive lock but on the bell. The manifest
        // is locked by the writer.
        match (who, grip) {
            ("another", "exclusive") => assert_eq!(locked, ".bell"),
            ("another", _) => {
                assert!(locked.contains(".bell") && locked.contains(".segment"), "{locked}");
            }
            _ => assert!(!locked.contains(".lock") && !locked.contains(".manifest"), "{locked}"),
        }
        roll(&mut writer, 50);
        assert!(writer.stats().retired_segments <= 5, "{:?}", writer.stats());
        writer.compact().unwrap();
        let mut reader = shared(&path).open().unwrap();
        assert_eq!(reader.publisher().unwrap(), Liveness::Alive);
        drop(writer);
        before.finish();

        // While nobody writes, everything that is readable can be locked.
        let mut between = Child::start("stranger", &path, &[who, grip]);
        let locked = between.hear();
        assert_eq!(locked.contains(".manifest"), grip == "shared", "{who} {grip}: {locked}");
        assert_eq!(locked.contains(".lock"), !is_another, "{who} {grip}: {locked}");
        let created = shared(&path).create();
        if is_another {
            let mut writer = created.unwrap();
            roll(&mut writer, 50);
            assert!(reader.get(&[1]).unwrap().is_some());
            // What a shared lock of the manifest does, as documented: the writer cannot show that it is alive.
            let shown = if grip == "shared" { Liveness::Dead } else { Liveness::Alive };
            assert_eq!(reader.publisher().unwrap(), shown);
            // Nor does it let a second writer in.
            assert!(matches!(shared(&path).create(), Err(CreateError::WriterBusy { .. })));
            drop(writer);
            shared(&path).remove().unwrap();
        } else {
            // Processes of one user are one domain: who locks `.lock` is the writer, for all that others can tell.
            assert!(matches!(created, Err(CreateError::WriterBusy { .. })), "{created:?}");
            between.finish();
            roll(&mut shared(&path).create().unwrap(), 3);
            assert_tidy(&path);
        }
    }
}

fn a_read_only_file_system_is_read_from_and_not_written_to() {
    play("read_only");
}

fn read_only(wire: &mut Wire) {
    let root = wire.root().join("real");
    let other = wire.root().join("other");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::create_dir_all(&other).unwrap();
    sys::private_tmpfs(&root, "8m");
    let mut writer = keyed(&root).create().unwrap();
    for n in 1..=500 {
        put(&mut writer, n).unwrap();
    }
    // The same files at another place, read-only: what a container gets. Its readers see all that is published.
    sys::bind_read_only(&root, &other);
    let mut inside = keyed(&other).open().unwrap();
    let view = inside.view().unwrap();
    for n in 501..=1500 {
        put(&mut writer, n).unwrap();
        assert_eq!(number(inside.get(&(n % KEYS).to_le_bytes()).unwrap().unwrap().payload()), n);
    }
    assert!(writer.stats().rollovers > 3);
    assert!(inside.wait(Some(Duration::ZERO)).unwrap());
    assert_eq!(number(view.get(&[0; 8]).unwrap().unwrap().payload()), 500);
    let is_read_only = |error: &std::io::Error| error.raw_os_error() == Some(Errno::ROFS.raw_os_error());
    let error = keyed(&other).create().unwrap_err();
    assert!(matches!(&error, CreateError::Os(error) if is_read_only(&error.source)), "{error}");
    let error = keyed(&other).remove().unwrap_err();
    assert!(error.to_string().contains("Read-only"), "{error}");
    drop(inside);

    // While a writer has its files mapped, the kernel does not let the file system become read-only.
    assert_eq!(sys::remount_read_only(&root), Err(Errno::BUSY));
    put(&mut writer, 1501).unwrap();
    drop((view, writer));
    let mut before = keyed(&root).open().unwrap();
    // Nor while a reader has the bell.
    assert_eq!(sys::remount_read_only(&root), Err(Errno::BUSY));
    drop(before);
    sys::remount_read_only(&root).unwrap();
    before = keyed(&root).open().unwrap();
    assert_eq!(number(before.get(&1u64.to_le_bytes()).unwrap().unwrap().payload()), 1501);
    assert_eq!(before.publisher().unwrap(), Liveness::Dead);
    assert!(!before.wait(Some(Duration::from_millis(1))).unwrap());
    let found = files(&root);
    let error = keyed(&root).create().unwrap_err();
    assert!(matches!(&error, CreateError::Os(error) if is_read_only(&error.source)), "{error}");
    assert_eq!(files(&root), found);
    wire.say("done");
}

/// What a clean-up daemon may take away.
const VANISHING: [&str; 8] =
    [".manifest", ".lock", ".bell", "current", "spare", "next", "everything", "directory"];

fn segments(root: &Path) -> BTreeMap<u64, PathBuf> {
    let all = files(root).into_iter().filter_map(|name| {
        let generation = name.strip_prefix('.')?.strip_suffix(".segment")?.parse().ok()?;
        Some((generation, area_dir(root).join(name)))
    });
    all.collect()
}

/// Deletes what `name` says; whether it was there.
fn vanish(root: &Path, name: &str, writer: &Writer) -> bool {
    let stats = writer.stats();
    let gone = match name {
        "directory" => return std::fs::remove_dir_all(area_dir(root)).is_ok(),
        "everything" => {
            let names = files(root);
            return names.iter().all(|name| std::fs::remove_file(area_dir(root).join(name)).is_ok());
        }
        "current" => segments(root).remove(&stats.generation),
        "spare" => segments(root).into_iter().find(|(n, _)| *n < stats.generation).map(|(_, path)| path),
        "next" if stats.next_bytes == 0 => None,
        "next" => segments(root).into_iter().find(|(n, _)| *n > stats.generation).map(|(_, path)| path),
        name => Some(area_dir(root).join(name)),
    };
    gone.is_some_and(|path| std::fs::remove_file(path).is_ok())
}

fn files_that_vanish_are_noticed_or_not_needed() {
    play("overlooked");
}

fn overlooked(wire: &mut Wire) {
    for (turn, name) in VANISHING.into_iter().enumerate() {
        let root = wire.root().join(turn.to_string());
        let mut writer = keyed(&root).create().unwrap();
        let mut reader = keyed(&root).open().unwrap();
        let mut follower = reader.fork();
        let (mut n, mut vanished, mut refused, mut followed) = (0, 0, 0, 0);
        let mut view = reader.view().unwrap();
        let mut check = |n: u64, reader: &mut Reader| {
            // Who holds it sees everything that was acknowledged, at once.
            view = reader.view().unwrap();
            let highest = view.iter().map(|chunk| number(chunk.unwrap().payload())).max();
            assert_eq!(highest, Some(n), "{name}");
            assert_eq!(view.len().unwrap() as u64, n.min(KEYS), "{name}");
            while let Some(chunk) = follower.try_next().unwrap() {
                followed = number(chunk.payload());
            }
            assert_eq!(followed, n, "{name}");
        };
        while n < 3000 && refused < 50 {
            match put(&mut writer, n + 1) {
                Ok(()) => n += 1,
                Err(PublishError::Removed(error)) => {
                    assert!(vanished > 0 && error.to_string().contains("removed"), "{name}: {error}");
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("{name}: {error}"),
            }
            if n % 8 == 0 {
                check(n, &mut reader);
            }
            if n > 400 && (n % 16 == 0) && vanished < 5 && vanish(&root, name, &writer) {
                vanished += 1;
            }
        }
        check(n, &mut reader);
        assert!(vanished > 0, "{name} was never there");
        let is_fatal = matches!(name, ".manifest" | ".lock" | "everything" | "directory");
        assert_eq!(refused > 0, is_fatal, "{name}: {refused} refused");
        eprintln!("{name}: {vanished} vanished, {n} published, {refused} refused, {:?}", writer.stats());
        drop((writer, reader));
        // Whoever comes then has an area of its own, or the one that is there.
        let next = keyed(&root).create().unwrap();
        let found = next.view().unwrap().len().unwrap();
        let is_lost = matches!(name, ".manifest" | "everything" | "directory");
        assert_eq!(found, if is_lost { 0 } else { 100 }, "{name}");
        drop(next);
        assert_tidy(&root);
    }
    wire.say("done");
}

fn another_boot_is_refused() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    keyed(&path).create().unwrap().put(b"key", b"value").unwrap();
    let manifest = area_dir(&path).join(".manifest");
    let mut bytes = std::fs::read(&manifest).unwrap();
    bytes[32] ^= 1;
    std::fs::write(&manifest, &bytes).unwrap();
    let found = files(&path);
    let opened = keyed(&path).open();
    assert!(matches!(opened, Err(OpenError::EarlierBoot(_))), "{opened:?}");
    let trusting = keyed(&path).trust(Trust::Own).open_wait(Duration::ZERO);
    assert!(matches!(trusting, Err(OpenError::EarlierBoot(_))), "{trusting:?}");
    let created = keyed(&path).flags(Flags::REPLACE_ON_MISMATCH).create();
    assert!(matches!(created, Err(CreateError::EarlierBoot(_))), "{created:?}");
    assert_eq!(files(&path), found);
    // Who says that nothing of it is wanted has it anew.
    let writer = keyed(&path).flags(Flags::FRESH).create().unwrap();
    assert_eq!(writer.view().unwrap().len().unwrap(), 0);
    drop(writer);
    assert_tidy(&path);
    std::fs::write(&manifest, &bytes).unwrap();
    keyed(&path).remove().unwrap();
    assert!(!area_dir(&path).exists());
}

fn who_fails_to_take_over_leaves_the_area() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = keyed(&path).create().unwrap();
    put(&mut writer, 1).unwrap();
    drop(writer);
    let before = files(&path);
    let heir = Child::start_with("heir", &path, &[], &[("SPECULO_KILL", "takeover.built:1:stop")]);
    let name = until("the next segment", || files(&path).into_iter().find(|name| !before.contains(name)));
    until("that it stops", || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", heir.pid())).unwrap();
        stat.contains(") T ").then_some(())
    });
    std::fs::remove_file(area_dir(&path).join(name)).unwrap();
    heir.signal(Signal::CONT);
    let (status, said) = heir.ended();
    assert!(status.success() && said.iter().any(|line| line.contains("removed")), "{status} {said:?}");
    assert_eq!(keyed(&path).open().unwrap().view().unwrap().len().unwrap(), 1);
    assert_eq!(keyed(&path).create().unwrap().view().unwrap().len().unwrap(), 1);
}

fn heir(wire: &mut Wire) {
    let error = keyed(wire.root()).add_flags(Flags::REMOVE_ON_DROP).create().map(drop).unwrap_err();
    wire.say(error.to_string().replace('\n', " "));
}
