//! Who may do what to whom: users with ids of their own, and an owner who does his worst.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod copies;

use std::fs::{File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, RenameFlags, renameat_with};
use speculo_core::{AreaBuilder, Kind, OpenError, ReadError, ReadErrorKind, Root, Trust};
use speculo_tests::{Child, Wire, area, area_dir, number, roles, sys, tests, until};

use copies::{
    a_copy_is_bounded, a_copy_of_a_stream_misses_nothing, a_copy_survives_an_owner_who_writes_anywhere,
    files_that_were_replaced_are_no_way_in, follower, nothing_of_a_copied_area_is_mapped_or_pinned,
    p7_what_was_copied_stays_whatever_its_owner_does, p10_a_copy_of_a_busy_area_is_a_prefix_of_its_history,
    typed_subscribers_read_copies, victim, watcher,
};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            owner_and_mode_of_each_file_count,
            the_default_root_must_be_ones_own,
            links_lead_nowhere,
            what_is_no_file_is_refused_at_once_by_a_copy_too,
            a_root_that_is_swapped_leads_to_nobody_else,
            p10_a_copy_of_a_busy_area_is_a_prefix_of_its_history,
            a_copy_of_a_stream_misses_nothing,
            p7_what_was_copied_stays_whatever_its_owner_does,
            a_copy_survives_an_owner_who_writes_anywhere,
            a_copy_is_bounded,
            files_that_were_replaced_are_no_way_in,
            nothing_of_a_copied_area_is_mapped_or_pinned,
            another_users_bell_is_his_unless_it_is_shared,
            typed_subscribers_read_copies,
        ],
        roles![publisher, opener, swapper, watcher, follower, victim, bell_ringer],
    )
}

const PUBLISHER: u32 = 12345;
const READER: u32 = 12346;
const HOSTILE: u32 = 12347;
const KEYS: u8 = 20;

/// A root that belongs to `uid`, and that everybody may look into.
fn root_of(uid: u32) -> (Root, PathBuf) {
    assert!(sys::is_root(), "this test needs several users: run it as root");
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    chown(&path, Some(uid), Some(uid)).unwrap();
    set_mode(&path, 0o755);
    (root, path)
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn keyed(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Keyed).mode(0o644)
}

fn stream(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Stream).mode(0o644)
}

/// Publishes as a user: `rounds N` of all keys in turn, or on and on until it is told something.
fn publisher(wire: &mut Wire) {
    sys::become_user(wire.arg(1).parse().unwrap());
    let mut flags = speculo_core::Flags::empty();
    if wire.arg(3) == "shared" {
        flags = speculo_core::Flags::SHARED_BELL;
    }
    let is_stream = wire.arg(2) == "stream";
    let builder = if is_stream { stream(wire.root()).max_size(1 << 20) } else { keyed(wire.root()) };
    let mut writer = builder.flags(flags).create().unwrap();
    let mut round = 0u64;
    let mut next = || {
        for key in 0..KEYS {
            let value = [round.to_le_bytes(), (!round).to_le_bytes()].concat();
            if is_stream {
                writer.publish(&(round * u64::from(KEYS) + u64::from(key)).to_le_bytes()).unwrap();
            } else {
                writer.put(&[key], &value).unwrap();
            }
        }
        round += 1;
        writer.stats().pinned_bytes
    };
    wire.say("ready");
    while let Some(line) = wire.hear() {
        let mut pinned = 0;
        if line == "on" {
            wire.say("on");
            while !wire.is_told() {
                pinned = next();
            }
            wire.hear();
        } else {
            (0..line.parse::<u64>().unwrap()).for_each(|_| pinned = next());
        }
        wire.say(pinned);
    }
}

fn publish(root: &Path, kind: &str, rounds: u64) -> Child {
    let mut publisher = Child::start("publisher", root, &[&PUBLISHER.to_string(), kind, "-"]);
    publisher.expect("ready");
    publisher.ask(rounds);
    publisher
}

/// A keyed area that its publisher has left.
fn left_behind() -> (Root, PathBuf) {
    let (root, path) = root_of(PUBLISHER);
    publish(&path, "keyed", 7).finish();
    (root, path)
}

fn segment_of(root: &Path) -> PathBuf {
    let name = speculo_tests::files(root).into_iter().rfind(|name| name.ends_with(".segment")).unwrap();
    area_dir(root).join(name)
}

fn trust(word: &str) -> Trust {
    match word {
        "own" => Trust::Own,
        "copy" => Trust::Copy,
        uid => Trust::Owner(uid.parse().unwrap()),
    }
}

/// As a user, opens an area as it is told, and says what came of it.
fn opener(wire: &mut Wire) {
    sys::become_user(wire.arg(1).parse().unwrap());
    while let Some(line) = wire.hear() {
        let root = if wire.arg(2) == "default" { Root::default() } else { Root::new(wire.root()) };
        let opened = keyed(wire.root()).root(root).trust(trust(&line)).open();
        let read = opened.map(|mut reader| number(reader.get(&[3]).unwrap().unwrap().payload()));
        wire.say(match read {
            Ok(number) => number.to_string(),
            Err(OpenError::Untrusted(error)) => format!("untrusted: {error}"),
            Err(OpenError::NotFound { .. }) => "not found".to_owned(),
            Err(error) => format!("{error}"),
        });
    }
}

fn opener_as(uid: u32, root: &Path) -> Child {
    Child::start("opener", root, &[&uid.to_string(), "-"])
}

fn owner_and_mode_of_each_file_count() {
    let (_root, path) = left_behind();
    let mut opener = opener_as(READER, &path);
    let mut own = opener_as(PUBLISHER, &path);
    let publisher = PUBLISHER.to_string();
    let refused = |opener: &mut Child, trust: &str, what: &Path| {
        let said = opener.ask(trust);
        let expected = format!("untrusted: {} is not trusted", what.display());
        assert!(said.starts_with(&expected), "{trust}, {}: {said}", what.display());
    };
    let dir = area_dir(&path);
    let files = [dir.clone(), dir.join(".manifest"), segment_of(&path)];

    own.bid("own", "6");
    opener.bid(&publisher, "6");
    opener.bid("copy", "6");
    refused(&mut opener, "own", &dir);
    refused(&mut opener, "999", &dir);
    for file in &files {
        let mode = std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
        for (uid, trusts) in [(HOSTILE, &[("own", 1), ("12345", 0)][..]), (READER, &[("own", 1)][..])] {
            chown(file, Some(uid), None).unwrap();
            for (trust, who) in trusts {
                refused(if *who == 1 { &mut own } else { &mut opener }, trust, file);
            }
            opener.bid("copy", "6");
        }
        // Root can do what it likes anyway; and a reader's own files are his.
        opener.bid(&publisher, "6");
        chown(file, Some(0), None).unwrap();
        opener.bid(&publisher, "6");
        own.bid("own", "6");
        chown(file, Some(PUBLISHER), None).unwrap();
        for bits in [0o020, 0o002] {
            set_mode(file, mode | bits);
            refused(&mut own, "own", file);
            refused(&mut opener, &publisher, file);
            opener.bid("copy", "6");
        }
        set_mode(file, mode);
    }
    // The root of areas that users share need not be anybody's: what is in it is looked at.
    chown(&path, Some(HOSTILE), None).unwrap();
    set_mode(&path, 0o777);
    own.bid("own", "6");
    opener.bid(&publisher, "6");
    refused(&mut opener, "own", &dir);
    own.finish();
    opener.finish();
}

fn the_default_root_must_be_ones_own() {
    assert!(sys::is_root(), "this test needs several users: run it as root");
    // No other test, nor any user, has this id, for its default root has a name that is known.
    let uid = 1_000_000 + std::process::id();
    let path = PathBuf::from(format!("/dev/shm/speculo-{uid}"));
    let scratch = Root::temporary().unwrap();
    let elsewhere = scratch.path().unwrap();
    let args = [&*uid.to_string(), "default"];
    let mut opener = Child::start_with("opener", &elsewhere, &args, &[("SPECULO_ROOT", "")]);
    opener.bid("own", "not found");
    let refused = |opener: &mut Child, why: &str| {
        for trust in ["own", "12347", "copy"] {
            let said = opener.ask(trust);
            assert!(said.starts_with("untrusted: ") && said.contains(why), "{trust}: {said}");
        }
    };
    std::fs::create_dir(&path).unwrap();
    let cleanup = scopeguard(&path);
    for owner in [HOSTILE, 0] {
        chown(&path, Some(owner), None).unwrap();
        refused(&mut opener, "must be yours alone");
    }
    chown(&path, Some(uid), None).unwrap();
    for mode in [0o750, 0o701, 0o777] {
        set_mode(&path, mode);
        refused(&mut opener, "must be yours alone");
    }
    set_mode(&path, 0o700);
    opener.bid("own", "not found");
    std::fs::remove_dir(&path).unwrap();
    symlink(&elsewhere, &path).unwrap();
    refused(&mut opener, "symbolic link");
    opener.finish();
    drop(cleanup);
}

/// Deletes a link or an empty directory at the end, however the test ends.
fn scopeguard(path: &Path) -> impl Drop + use<> {
    struct Guard(PathBuf);
    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0).or_else(|_| std::fs::remove_dir(&self.0));
        }
    }
    Guard(path.to_owned())
}

fn links_lead_nowhere() {
    let publisher = PUBLISHER.to_string();
    // Symbolic ones: the area, its manifest, its segment.
    for which in 0..3 {
        let (_root, path) = left_behind();
        let dir = area_dir(&path);
        let file = [dir.clone(), dir.join(".manifest"), segment_of(&path)][which].clone();
        std::fs::rename(&file, path.join("moved")).unwrap();
        symlink(path.join("moved"), &file).unwrap();
        let mut opener = opener_as(READER, &path);
        for trust in ["own", &publisher, "copy"] {
            let said = opener.ask(trust);
            let is_link = said.contains("symbolic link") || (trust == "own" && said.starts_with("untrusted"));
            assert!(is_link, "{}, {trust}: {said}", file.display());
        }
        opener.finish();
    }
    // Hard ones, to files of somebody trusted, in a directory of somebody else: a way to show old files as new ones.
    let (_root, path) = left_behind();
    let (_other, elsewhere) = root_of(HOSTILE);
    let (from, to) = (area_dir(&path), area_dir(&elsewhere));
    std::fs::create_dir_all(&to).unwrap();
    for name in speculo_tests::files(&path) {
        std::fs::hard_link(from.join(&name), to.join(&name)).unwrap();
    }
    chown(&to, Some(HOSTILE), Some(HOSTILE)).unwrap();
    let mut opener = opener_as(READER, &elsewhere);
    assert!(opener.ask(&publisher).starts_with("untrusted"));
    opener.bid("copy", "6");
    opener.finish();
}

fn what_is_no_file_is_refused_at_once_by_a_copy_too() {
    for kind in [FileType::Fifo, FileType::Directory, FileType::Socket, FileType::CharacterDevice] {
        for which in 0..2 {
            let (_root, path) = left_behind();
            let file = [area_dir(&path).join(".manifest"), segment_of(&path)][which].clone();
            std::fs::remove_file(&file).unwrap();
            match kind {
                FileType::Directory => std::fs::create_dir(&file).unwrap(),
                // `/dev/zero`, which has as many bytes as anybody may want.
                _ => rustix::fs::mknodat(CWD, &file, kind, Mode::from_raw_mode(0o666), 0x105).unwrap(),
            }
            chown(&file, Some(PUBLISHER), None).unwrap();
            let mut opener = opener_as(READER, &path);
            for trust in ["copy", "12345"] {
                let said = opener.ask(trust);
                let is_refused = said.contains("no regular file") || said.starts_with("cannot open");
                assert!(is_refused, "{kind:?}, {trust}: {said}");
            }
            opener.finish();
        }
    }
}

/// Swaps two directories, on and on.
fn swapper(wire: &mut Wire) {
    sys::become_user(HOSTILE);
    wire.say("ready");
    let (a, b) = (wire.root().join("root"), wire.root().join("other"));
    while !wire.is_told() {
        renameat_with(CWD, &a, CWD, &b, RenameFlags::EXCHANGE).unwrap();
    }
}

/// Two areas of the same name: what comes of opening is the trusted one or an error, never the other.
fn a_root_that_is_swapped_leads_to_nobody_else() {
    let (_scratch, path) = root_of(HOSTILE);
    for (name, uid, rounds) in [("root", PUBLISHER, 7), ("other", HOSTILE, 100)] {
        let root = path.join(name);
        std::fs::create_dir(&root).unwrap();
        set_mode(&root, 0o755);
        chown(&root, Some(uid), Some(uid)).unwrap();
        let mut publisher = Child::start("publisher", &root, &[&uid.to_string(), "keyed", "-"]);
        publisher.expect("ready");
        publisher.ask(rounds);
        publisher.finish();
    }
    // To move a directory, its parent is written to, and so is `..` in it.
    for name in ["root", "other"] {
        chown(path.join(name), Some(HOSTILE), None).unwrap();
    }
    let mut swapper = Child::start("swapper", &path, &[]);
    swapper.expect("ready");
    let (mut read, mut refused) = (0, 0);
    let builder = keyed(&path.join("root")).trust(Trust::Owner(PUBLISHER));
    for _ in 0..3000 {
        match builder.open() {
            Ok(mut reader) => match reader.get(&[3]) {
                Ok(value) => {
                    assert_eq!(number(value.unwrap().payload()), 6);
                    read += 1;
                }
                Err(error) => assert!(is_harmless(&error), "{error}"),
            },
            Err(OpenError::Untrusted(_)) => refused += 1,
            // Manifest and segment were looked for in different areas.
            Err(OpenError::NotFound { .. } | OpenError::Removed(_) | OpenError::Corrupt(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    swapper.finish();
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}

fn is_harmless(error: &ReadError) -> bool {
    matches!(
        error.kind(),
        ReadErrorKind::Corrupt(_)
            | ReadErrorKind::Removed(_)
            | ReadErrorKind::Untrusted(_)
            | ReadErrorKind::Os(_)
    )
}

/// The round of a value, which must be whole.
fn round(payload: &[u8]) -> u64 {
    let round = number(payload);
    assert_eq!(number(&payload[8..]), !round, "half a value");
    round
}

/// What a user can do with the bell of another.
fn bell_ringer(wire: &mut Wire) {
    sys::become_user(READER);
    let bell = area_dir(wire.root()).join(".bell");
    wire.say(File::options().write(true).open(&bell).is_ok());
    wire.say(File::open(&bell).is_ok());
    let mut reader = keyed(wire.root()).trust(trust(wire.arg(1))).open().unwrap();
    let seen = round(reader.get(&[3]).unwrap().unwrap().payload());
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    wire.say(maps.lines().any(|line| line.ends_with("/.bell")));
    while reader.wait(Some(Duration::ZERO)).unwrap() {}
    wire.say("waiting");
    until("a new round", || {
        reader.wait(Some(Duration::from_secs(1))).unwrap();
        (round(reader.get(&[3]).unwrap().unwrap().payload()) > seen).then_some(())
    });
    wire.say("woken");
}

fn another_users_bell_is_his_unless_it_is_shared() {
    for (shared, trust, writable, mapped) in [
        ("-", "12345", false, false),
        ("-", "copy", false, false),
        ("shared", "12345", true, true),
        ("shared", "copy", true, false),
    ] {
        let (_root, path) = root_of(PUBLISHER);
        let mut publisher = Child::start("publisher", &path, &[&PUBLISHER.to_string(), "keyed", shared]);
        publisher.expect("ready");
        publisher.ask(1);
        let mut ringer = Child::start("bell_ringer", &path, &[trust]);
        ringer.expect(&writable.to_string());
        ringer.expect(&writable.to_string());
        ringer.expect(&mapped.to_string());
        ringer.expect("waiting");
        publisher.ask(1);
        ringer.expect("woken");
        ringer.finish();
        publisher.finish();
    }
}
