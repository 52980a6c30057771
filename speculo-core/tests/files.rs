//! The life of an area's files: which there are, whose, with which modes, and what becomes of them.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use speculo_core::*;

mod common;

use common::area;

fn folder(root: &Root) -> PathBuf {
    root.path().unwrap().join("test/area")
}

fn names(root: &Root) -> Vec<String> {
    let entries = fs::read_dir(folder(root)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn segment(root: &Root, generation: u64) -> PathBuf {
    folder(root).join(format!(".{generation}.segment"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn change_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Rolls over with nothing in it: [`Writer::clear`] does so at once, whatever is retired.
fn roll(writer: &mut Writer) -> Stats {
    let before = writer.stats().rollovers;
    writer.clear().unwrap();
    assert_eq!(writer.stats().rollovers, before + 1);
    writer.stats()
}

/// Twelve generations, of which those are held that are named.
fn held(root: &Root, generations: &[u64]) -> (Writer, Vec<View>) {
    let area = area(root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let mut views = Vec::new();
    for generation in 1..12 {
        views.push(reader.view().unwrap());
        assert_eq!(roll(&mut writer).generation, generation + 1);
    }
    let stats = writer.stats();
    let bytes = (1..12).map(|generation| fs::metadata(segment(root, generation)).unwrap().len()).sum();
    assert_eq!((stats.retired_segments, stats.retired_bytes, stats.pinned_bytes), (11, bytes, bytes));
    reader.idle();
    let kept = (1..12).zip(views).filter(|(generation, _)| generations.contains(generation));
    let kept: Vec<_> = kept.map(|(_, view)| view).collect();
    assert_eq!(writer.stats().pinned_bytes, bytes / 11 * kept.len() as u64);
    (writer, kept)
}

#[test]
fn the_latest_segment_is_looked_at_first_and_two_of_the_older_ones_in_turn() {
    let root = Root::temporary().unwrap();
    let (mut writer, held) = held(&root, &[1, 3, 9, 10, 11]);
    // Two free ones are found beside the latest, which are held: one is used again, the other is deleted.
    let stats = roll(&mut writer);
    assert_eq!((stats.reused, stats.retired_segments), (1, 11 - 2 + 1));
    // From now on the latest is free. The others come to their turn, wherever they are.
    for reused in 2..14 {
        assert_eq!(roll(&mut writer).reused, reused);
    }
    assert_eq!(writer.stats().retired_segments, held.len() + 1, "{:?}", writer.stats());
    drop(held);
    for _ in 0..6 {
        roll(&mut writer);
    }
    assert_eq!(writer.stats().retired_segments, 1);
}

#[test]
fn compacting_gives_back_all_that_nobody_holds() {
    let root = Root::temporary().unwrap();
    let (mut writer, mut held) = held(&root, &[2, 7]);
    writer.compact().unwrap();
    assert_eq!(writer.stats().retired_segments, 2);
    let kept = [".13.segment", ".2.segment", ".7.segment", ".bell", ".lock", ".manifest"];
    assert_eq!(names(&root), kept);
    held.pop();
    writer.compact().unwrap();
    assert_eq!(names(&root), [".14.segment", ".2.segment", ".bell", ".lock", ".manifest"]);
}

#[test]
fn a_name_that_is_taken_is_passed_over() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    let foreign = [2, 3, 5].map(|generation| segment(&root, generation));
    for path in &foreign {
        fs::write(path, "somebody's").unwrap();
    }
    let stats = roll(&mut writer);
    assert_eq!((stats.generation, stats.reused), (4, 0), "a new file");
    let stats = roll(&mut writer);
    assert_eq!((stats.generation, stats.reused), (6, 1), "the first one's again");
    assert!(foreign.iter().all(|path| fs::read(path).unwrap() == b"somebody's"));
}

#[test]
fn what_stands_in_place_of_a_retired_segment_is_left_alone() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    roll(&mut writer);
    fs::remove_file(segment(&root, 1)).unwrap();
    fs::write(segment(&root, 1), "somebody's").unwrap();
    assert_eq!(roll(&mut writer).retired_segments, 1, "the second, not the first");
    assert_eq!(roll(&mut writer).reused, 1);
    assert_eq!(fs::read(segment(&root, 1)).unwrap(), b"somebody's");
}

#[test]
fn a_retired_segment_that_cannot_be_opened_now_is_looked_at_again() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    roll(&mut writer);
    // Opening a socket is an error of the system, as is having no descriptor left.
    let aside = folder(&root).join("aside");
    fs::rename(segment(&root, 1), &aside).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(segment(&root, 1)).unwrap();
    assert_eq!(roll(&mut writer).retired_segments, 2);
    drop(socket);
    fs::rename(aside, segment(&root, 1)).unwrap();
    let stats = roll(&mut writer);
    assert_eq!((stats.retired_segments, stats.reused), (1, 1));
    assert!(!segment(&root, 1).exists(), "used again, or deleted");
}

#[test]
fn a_spare_that_is_too_short_grows() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed).initial_size(8 << 20);
    let mut writer = area.create().unwrap();
    let begun = roll(&mut writer).segment_bytes;
    roll(&mut writer);
    let value = |n: u8| vec![n; 60_000];
    let last = (0..=u8::MAX).find(|n| {
        writer.put(&[n % 30], &value(*n)).unwrap();
        writer.stats().rollovers > 2
    });
    let (last, stats) = (last.unwrap(), writer.stats());
    assert!(stats.reused > 0 && begun < stats.live_bytes && stats.live_bytes <= stats.segment_bytes);
    let view = area.open().unwrap().view().unwrap();
    for n in last - 29..=last {
        assert!(view.get(&[n % 30]).unwrap().unwrap().payload() == value(n));
    }
}

#[test]
fn whoever_fails_to_attach_is_told_that_the_area_is_gone() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let _writer = area.create().unwrap();
    fs::remove_file(segment(&root, 1)).unwrap();
    assert!(matches!(area.open(), Err(OpenError::Removed(_))));
}

#[test]
fn who_reads_an_area_is_told_when_it_is_removed_or_replaced() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    let mut reader = area.open().unwrap();
    let is_removed = |reader: &mut Reader| {
        reader.get(b"a").is_err_and(|error| matches!(error.kind(), ReadErrorKind::Removed(_)))
    };
    assert!(!is_removed(&mut reader));
    let replacing = area.clone().flags(Flags::REPLACE_ON_MISMATCH);
    drop(replacing.schema(Schema::untyped(Kind::Stream)).create().unwrap());
    assert!(is_removed(&mut reader));
    let mut reader = area.open_any().unwrap();
    assert!(reader.latest().is_ok());
    area.remove().unwrap();
    assert!(reader.latest().is_err());
}

#[test]
fn what_a_remover_left_is_removed_or_replaced() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let create = || drop(area.create().unwrap());
    for gone in [".lock", ".manifest"] {
        create();
        fs::remove_file(folder(&root).join(gone)).unwrap();
        area.remove().unwrap();
        assert!(!folder(&root).exists(), "{gone}");
    }
    // It told the readers, and died: nobody has to say that this may be replaced.
    create();
    let manifest = fs::File::options().write(true).open(folder(&root).join(".manifest")).unwrap();
    manifest.write_all_at(&[0xff; 8], 128).unwrap();
    assert!(matches!(area.open(), Err(OpenError::NotFound { .. })));
    let other = area.clone().flags(Flags::EXCLUSIVE).schema(Schema::untyped(Kind::Stream));
    assert_eq!(other.create().unwrap().stats().generation, 2);
    assert_eq!(names(&root), [".2.segment", ".bell", ".lock", ".manifest"]);
}

#[test]
fn what_dead_writers_left_is_deleted() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    let leave = |from, to| fs::copy(segment(&root, from), segment(&root, to)).unwrap();
    leave(1, 7);
    fs::write(folder(&root).join(".manifest.new"), "half").unwrap();
    let mut writer = area.create().unwrap();
    writer.put(b"a", b"1").unwrap();
    assert_eq!(writer.stats().generation, 8, "a number that nobody has seen");
    assert_eq!(names(&root), [".1.segment", ".8.segment", ".bell", ".lock", ".manifest"]);
    drop(writer);
    // Of an area that is replaced, and of one that has lost its manifest.
    leave(8, 9);
    fs::write(folder(&root).join(".manifest"), "x").unwrap();
    assert_eq!(area.clone().flags(Flags::FRESH).create().unwrap().stats().generation, 10);
    assert_eq!(names(&root), [".10.segment", ".bell", ".lock", ".manifest"]);
    fs::remove_file(folder(&root).join(".manifest")).unwrap();
    assert_eq!(area.create().unwrap().stats().generation, 11);
    assert_eq!(names(&root), [".11.segment", ".bell", ".lock", ".manifest"]);
}

#[test]
fn who_fails_to_create_leaves_what_was_there() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    // It cannot be deleted as a file can, so no manifest is written.
    fs::create_dir_all(folder(&root).join(".manifest.new")).unwrap();
    assert!(matches!(area.create(), Err(CreateError::Corrupt(_))));
    assert_eq!(names(&root), [".manifest.new"]);
    fs::remove_dir_all(folder(&root)).unwrap();

    area.create().unwrap().put(b"a", b"1").unwrap();
    fs::create_dir(folder(&root).join(".manifest.new")).unwrap();
    let before = names(&root);
    let replacing = area.clone().flags(Flags::REPLACE_ON_MISMATCH).schema(Schema::untyped(Kind::Stream));
    assert!(matches!(replacing.create(), Err(CreateError::Corrupt(_))));
    assert_eq!(names(&root), before);
    assert_eq!(area.open().unwrap().get(b"a").unwrap().unwrap().payload(), b"1");
}

#[test]
fn a_manifest_has_no_more_than_the_longest_descriptor() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    let manifest = fs::File::options().write(true).open(folder(&root).join(".manifest")).unwrap();
    manifest.set_len((1 << 20) + 4096).unwrap();
    assert!(area.open().is_ok());
    manifest.set_len((1 << 20) + 8192).unwrap();
    let error = area.open().map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt(_)) && error.to_string().contains("1056768 bytes"), "{error}");
}

#[test]
fn no_two_areas_hash_alike() {
    let root = Root::temporary().unwrap();
    let seed = |name: &str| {
        drop(Area::builder(name).root(root.clone()).create().unwrap());
        fs::read(root.path().unwrap().join(name).join(".manifest")).unwrap()[64..72].to_vec()
    };
    assert_ne!(seed("one"), seed("two"));
}

#[test]
fn who_takes_a_stream_over_keeps_to_its_limit() {
    const LIMIT: u64 = 64 << 10;
    for (kept, live) in [(LIMIT, LIMIT), (LIMIT - 1, LIMIT / 2 - 128)] {
        let root = Root::temporary().unwrap();
        let area = area(&root, Kind::Stream).max_size(LIMIT);
        let mut writer = area.create().unwrap();
        for _ in 0..LIMIT / 128 {
            writer.publish(&[1; 64]).unwrap();
        }
        assert_eq!(writer.stats().live_bytes, LIMIT);
        drop(writer);
        let rejecting = area.clone().max_size(kept).overflow(Overflow::Reject).create().unwrap();
        assert_eq!(rejecting.stats().live_bytes, LIMIT);
        drop(rejecting);
        assert_eq!(area.max_size(kept).create().unwrap().stats().live_bytes, live, "of {kept}");
    }
}

#[test]
fn control_files_are_the_owners_and_the_bell_is_shared_if_asked_for() {
    for (shared, modes) in [(false, [0o600; 4]), (true, [0o600, 0o606, 0o660, 0o666])] {
        let flags = if shared { Flags::SHARED_BELL } else { Flags::empty() };
        for (mode_of_area, mode_of_bell) in [0o600, 0o604, 0o640, 0o644].into_iter().zip(modes) {
            let root = Root::temporary().unwrap();
            let area = area(&root, Kind::Keyed).mode(mode_of_area).flags(flags);
            for round in ["created", "taken over"] {
                drop(area.create().unwrap());
                let is = [".bell", ".lock"].map(|name| mode(&folder(&root).join(name)));
                assert_eq!(is, [mode_of_bell, 0o600], "{mode_of_area:o}, {round}");
            }
        }
    }
}

#[test]
fn folders_that_others_can_write_to_are_not_trusted() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    for mode in [0o720, 0o702] {
        change_mode(&folder(&root), mode);
        assert!(matches!(area.open(), Err(OpenError::Untrusted(_))), "{mode:o}");
        let error = area.create().unwrap_err();
        assert!(
            matches!(error, CreateError::Untrusted(_)) && error.to_string().contains("chmod go-w"),
            "{error}"
        );
    }
    change_mode(&folder(&root), 0o755);
    drop(area.create().unwrap());
    assert!(area.open().is_ok());
}

#[test]
fn missing_folders_are_made_and_those_of_others_left_as_they_are() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let area = |root: &Path| Area::builder("a/b").root(Root::new(root)).mode(0o644);
    let inner = path.join("x/y/z");
    drop(area(&inner).create().unwrap());
    assert_eq!([&*inner, &inner.join("a"), &inner.join("a/b")].map(mode), [0o755; 3]);

    // Who is not root cannot make a folder somebody else's.
    fs::create_dir(path.join("a")).unwrap();
    if std::os::unix::fs::chown(path.join("a"), Some(12_345), None).is_ok() {
        change_mode(&path.join("a"), 0o711);
        drop(area(&path).create().unwrap());
        assert_eq!([path.join("a"), path.join("a/b")].map(|path| mode(&path)), [0o711, 0o755]);
    }
}

#[test]
fn links_are_not_followed() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let linked = |link: &str, to: &str, root: &str, name: &str| {
        let _ = fs::remove_file(path.join(link));
        std::os::unix::fs::symlink(path.join(to), path.join(link)).unwrap();
        let area = Area::builder(name).root(Root::new(path.join(root)));
        let refused = |error: String| assert!(error.contains("it is a symbolic link"), "{error}");
        refused(area.open().map(drop).unwrap_err().to_string());
        refused(area.create().map(drop).unwrap_err().to_string());
    };
    drop(Area::builder("real/area").root(root.clone()).create().unwrap());
    linked("root", "real", "root", "area");
    linked("part", "real", "", "part/area");
    linked("real/link", "real/area", "", "real/link");
    fs::rename(path.join("real/area/.manifest"), path.join("manifest")).unwrap();
    linked("real/area/.manifest", "manifest", "", "real/area");
    // A file is no folder, and no trick.
    let error = Area::builder("manifest/area").root(root.clone()).create().unwrap_err();
    assert!(matches!(error, CreateError::Os(_)), "{error}");
}
