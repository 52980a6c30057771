//! What readers are allowed, and whom they trust.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::{CWD, FileType, Mode};
use speculo_core::{CreateError, Kind, OpenError, Root, Trust};
use speculo_tests::{Child, Wire, area, area_dir, roles, sys, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p2_a_reader_maps_nothing_writable_but_the_bell,
            p2_no_descriptor_stays_open,
            p2_another_user_reads_what_he_was_told_to_trust,
            what_others_can_write_is_refused,
            links_are_refused,
            what_is_no_file_is_refused_at_once,
        ],
        roles![publisher, reader, stranger],
    )
}

fn publisher(wire: &mut Wire) {
    if wire.arg(1) != "-" {
        sys::become_user(wire.arg(1).parse().unwrap());
    }
    let mut writer = area(wire.root(), Kind::Keyed).mode(0o644).create().unwrap();
    let mut round = 0u64;
    loop {
        for key in 0..20u8 {
            writer.put(&[key], &round.to_le_bytes()).unwrap();
        }
        round += 1;
        if round.is_multiple_of(20) {
            wire.say("published");
            if wire.hear().is_none() {
                return;
            }
        }
    }
}

fn reader(wire: &mut Wire) {
    let mut reader = area(wire.root(), Kind::Keyed).open().unwrap();
    let mut kept = Vec::new();
    loop {
        let value = reader.get(&[7]).unwrap().unwrap().payload().to_vec();
        kept.push((reader.view().unwrap(), reader.get(&[3]).unwrap().unwrap().share()));
        while reader.try_next().unwrap().is_some() {}
        reader.wait(Some(std::time::Duration::from_millis(1))).unwrap();
        wire.say(speculo_tests::number(&value));
        if wire.hear().is_none() {
            return;
        }
    }
}

fn start(root: &Path) -> (Child, Child) {
    let mut publisher = Child::start("publisher", root, &["-"]);
    publisher.expect("published");
    let mut reader = Child::start("reader", root, &[]);
    assert_eq!(reader.hear(), "19");
    for round in 2..6 {
        publisher.bid("more", "published");
        let value = reader.ask("more");
        assert_eq!(value, (round * 20 - 1).to_string());
    }
    (publisher, reader)
}

fn p2_a_reader_maps_nothing_writable_but_the_bell() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let (_publisher, reader) = start(&path);
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", reader.pid())).unwrap();
    let ours: Vec<_> = maps.lines().filter(|line| line.contains(path.to_str().unwrap())).collect();
    let is_writable = |line: &&str| line.split(' ').nth(1).unwrap().contains('w');
    let (writable, others): (Vec<&str>, Vec<&str>) = ours.iter().copied().partition(is_writable);
    assert!(writable.iter().all(|line| line.ends_with("/.bell")), "{writable:#?}");
    assert_eq!(writable.len(), 1, "{writable:#?}");
    assert!(others.iter().any(|line| line.ends_with(".manifest")), "{maps}");
    // Data and lease of at least two segments.
    assert!(others.iter().filter(|line| line.contains(".segment")).count() >= 4, "{maps}");
    println!("{} mappings, {} writable", ours.len(), writable.len());
}

fn p2_no_descriptor_stays_open() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let (publisher, reader) = start(&path);
    for child in [&publisher, &reader] {
        for entry in std::fs::read_dir(format!("/proc/{}/fd", child.pid())).unwrap() {
            let target = std::fs::read_link(entry.unwrap().path()).unwrap();
            assert!(!target.starts_with(&path), "{} is open", target.display());
        }
    }
}

const PUBLISHER: &str = "12345";
const STRANGER: &str = "12346";

fn p2_another_user_reads_what_he_was_told_to_trust() {
    assert!(sys::is_root(), "this test needs two users: run it as root");
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    std::os::unix::fs::chown(&path, Some(12345), Some(12345)).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut publisher = Child::start("publisher", &path, &[PUBLISHER]);
    publisher.expect("published");
    let mut stranger = Child::start("stranger", &path, &[STRANGER]);
    stranger.expect("refused");
    stranger.expect("19");
    publisher.bid("more", "published");
    assert_eq!(stranger.ask("more"), "39");
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", stranger.pid())).unwrap();
    let ours = maps.lines().filter(|line| line.contains(path.to_str().unwrap()));
    let writable: Vec<_> = ours.filter(|line| line.split(' ').nth(1).unwrap().contains('w')).collect();
    assert!(writable.is_empty(), "another user's bell is not his to write: {writable:#?}");

    // He cannot publish there, nor remove it.
    stranger.bid("create", "untrusted");
    // Nor lock its files.
    stranger.bid("remove", "untrusted");
    publisher.bid("more", "published");
    stranger.finish();
    // The user himself, as a reader, needs no such word; nor does root, told whom to trust.
    let mut reader = area(&path, Kind::Keyed).trust(Trust::Owner(12345)).open().unwrap();
    assert!(reader.get(&[1]).unwrap().is_some());
    let error = area(&path, Kind::Keyed).open().unwrap_err();
    assert!(matches!(error, OpenError::Untrusted(_)), "{error}");
    publisher.finish();
}

fn stranger(wire: &mut Wire) {
    sys::become_user(wire.arg(1).parse().unwrap());
    let area = area(wire.root(), Kind::Keyed);
    match area.open() {
        Err(OpenError::Untrusted(error)) if error.to_string().contains("Trust::Owner(12345)") => {
            wire.say("refused");
        }
        other => wire.say(format!("{other:?}")),
    }
    let mut reader = area.clone().trust(Trust::Owner(12345)).open().unwrap();
    loop {
        wire.say(speculo_tests::number(reader.get(&[7]).unwrap().unwrap().payload()));
        match wire.hear().as_deref() {
            None => return,
            Some("more") => {}
            Some(_) => break,
        }
    }
    let is_untrusted = |ok| if ok { "untrusted" } else { "something else" };
    wire.say(is_untrusted(matches!(area.create(), Err(CreateError::Untrusted(_)))));
    wire.wait_for("remove");
    wire.say(is_untrusted(matches!(area.remove(), Err(speculo_core::RemoveError::Untrusted(_)))));
    wire.hear();
}

/// An area with a value, and nobody who publishes.
fn left_behind() -> (Root, std::path::PathBuf) {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("publisher", &path, &["-"]);
    publisher.expect("published");
    publisher.finish();
    (root, path)
}

fn what_others_can_write_is_refused() {
    let (_root, path) = left_behind();
    let dir = area_dir(&path);
    let segment = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    let segment = segment.into_iter().find(|path| path.extension().is_some_and(|ext| ext == "segment"));
    for target in [dir.clone(), dir.join(".manifest"), segment.unwrap()] {
        let before = std::fs::metadata(&target).unwrap().permissions();
        for bits in [0o020, 0o002] {
            let mode = std::fs::Permissions::from_mode(before.mode() | bits);
            std::fs::set_permissions(&target, mode).unwrap();
            let error = area(&path, Kind::Keyed).open().unwrap_err();
            assert!(matches!(error, OpenError::Untrusted(_)), "{}: {error}", target.display());
            assert!(error.to_string().contains("go-w"), "{error}");
        }
        std::fs::set_permissions(&target, before).unwrap();
    }
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o777)).unwrap();
    let error = area(&path, Kind::Keyed).create().unwrap_err();
    assert!(matches!(error, CreateError::Untrusted(_)), "{error}");
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(area(&path, Kind::Keyed).open().is_ok());
}

fn links_are_refused() {
    let (_root, path) = left_behind();
    let other = Root::temporary().unwrap();
    let elsewhere = other.path().unwrap();

    // A root that is a link.
    let link = elsewhere.join("root");
    symlink(&path, &link).unwrap();
    assert_untrusted(&link, "a root that is a link");

    // An area that is a link, and a part of its name that is one.
    std::fs::create_dir(elsewhere.join("test")).unwrap();
    symlink(area_dir(&path), area_dir(&elsewhere)).unwrap();
    assert_untrusted(&elsewhere, "an area that is a link");
    std::fs::remove_dir_all(elsewhere.join("test")).unwrap();
    symlink(path.join("test"), elsewhere.join("test")).unwrap();
    assert_untrusted(&elsewhere, "a part of the name that is a link");

    // Its files.
    for name in [".manifest", ".1.segment", ".lock"] {
        let (_root, path) = left_behind();
        let name = if name == ".1.segment" {
            speculo_tests::files(&path).into_iter().find(|name| name.ends_with(".segment")).unwrap()
        } else {
            name.to_owned()
        };
        let file = area_dir(&path).join(&name);
        std::fs::rename(&file, path.join("moved")).unwrap();
        symlink(path.join("moved"), &file).unwrap();
        let created = area(&path, Kind::Keyed).create().unwrap_err();
        assert!(matches!(created, CreateError::Untrusted(_)), "{name}: {created}");
        if name != ".lock" {
            let opened = area(&path, Kind::Keyed).open().unwrap_err();
            assert!(matches!(opened, OpenError::Untrusted(_)), "{name}: {opened}");
        }
    }
}

fn assert_untrusted(root: &Path, what: &str) {
    let opened = area(root, Kind::Keyed).open().unwrap_err();
    assert!(matches!(opened, OpenError::Untrusted(_)), "{what}: {opened}");
    let created = area(root, Kind::Keyed).create().unwrap_err();
    assert!(matches!(created, CreateError::Untrusted(_)), "{what}: {created}");
    let removed = area(root, Kind::Keyed).remove().unwrap_err();
    assert!(matches!(removed, speculo_core::RemoveError::Untrusted(_)), "{what}: {removed}");
}

fn what_is_no_file_is_refused_at_once() {
    for kind in [FileType::Fifo, FileType::Directory, FileType::Socket] {
        let names = [".manifest", ".segment", ".lock", ".bell"];
        for name in names {
            let (_root, path) = left_behind();
            let name = speculo_tests::files(&path).into_iter().find(|file| file.ends_with(name)).unwrap();
            let file = area_dir(&path).join(&name);
            std::fs::remove_file(&file).unwrap();
            match kind {
                FileType::Directory => std::fs::create_dir(&file).unwrap(),
                _ => rustix::fs::mknodat(CWD, &file, kind, Mode::RUSR | Mode::WUSR, 0).unwrap(),
            }
            let opened = area(&path, Kind::Keyed).open();
            let created = area(&path, Kind::Keyed).create();
            if name == ".manifest" || name.ends_with(".segment") {
                let error = opened.unwrap_err();
                assert!(
                    matches!(error, OpenError::Corrupt(_) | OpenError::Os(_)),
                    "{name} {kind:?}: {error}"
                );
            } else {
                assert!(opened.is_ok(), "{name} {kind:?}");
            }
            let error = created.unwrap_err();
            assert!(
                matches!(error, CreateError::Corrupt(_) | CreateError::Os(_)),
                "{name} {kind:?}: {error}"
            );
        }
    }
}
