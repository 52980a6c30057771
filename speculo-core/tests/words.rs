//! What a writer says in an area's files, word by word, and what it does where they are not its own any more.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use speculo_core::*;

mod common;

use common::area;

/// The area's directory.
struct Files(PathBuf);

impl Files {
    fn of(root: &Root) -> Self {
        Self(root.path().unwrap().join("test/area"))
    }

    fn word(&self, name: &str, at: u64) -> u64 {
        let mut word = [0; 8];
        std::fs::File::open(self.0.join(name)).unwrap().read_exact_at(&mut word, at).unwrap();
        u64::from_le_bytes(word)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Announces a waiter.
    fn wait(&self) {
        let bell = std::fs::OpenOptions::new().write(true).open(self.0.join(".bell")).unwrap();
        bell.write_all_at(&1_u64.to_le_bytes(), 0).unwrap();
    }

    /// What waiters sleep on.
    fn pulse(&self) -> u32 {
        u32::try_from(self.word(".manifest", 192) & u64::from(u32::MAX)).unwrap()
    }
}

/// Something that moves an area.
type Act = fn(&mut Writer, ChunkId);

#[test]
fn who_waits_is_woken_by_whatever_moves_the_area_and_once() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Stream);
    let mut writer = area.create().unwrap();
    let files = Files::of(&root);
    let id = writer.publish(b"one").unwrap();
    let moves: [(&str, Act); 6] = [
        ("publish", |writer, _| assert!(writer.publish(b"two").is_ok())),
        ("draft", |writer, _| assert!(writer.chunk(To::Next, 1).unwrap().commit().is_ok())),
        ("update", |writer, id| assert!(writer.chunk_update(id, b"three").is_ok())),
        ("removal", |writer, id| assert!(writer.remove_id(id).unwrap())),
        ("compact", |writer, _| writer.compact().unwrap()),
        ("clear", |writer, _| writer.clear().unwrap()),
    ];
    for (name, act) in moves {
        let before = files.pulse();
        files.wait();
        act(&mut writer, id);
        assert_eq!((files.pulse(), files.word(".bell", 0)), (before + 1, 0), "{name}");
        writer.publish(b"nobody waits").unwrap();
        assert_eq!(files.pulse(), before + 1, "{name}");
    }
    drop(writer);
    let before = files.pulse();
    drop(area.create().unwrap());
    assert!(files.pulse() > before, "a takeover wakes in any case");
}

#[test]
fn files_say_what_became_of_them() {
    const STATE: u64 = 192;
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Stream).create().unwrap();
    let files = Files::of(&root);
    assert_eq!(files.word(".1.segment", STATE), 1, "ready");
    let end = writer.stats().used_bytes;
    let draft = writer.chunk(To::Next, 100).unwrap();
    assert_eq!(files.word(".1.segment", end), 1, "set aside");
    drop(draft);
    assert_eq!(files.word(".1.segment", end), 0, "empty");
    // A reader holds it, so it stays.
    let reader = area(&root, Kind::Stream).open().unwrap();
    writer.clear().unwrap();
    assert_eq!([1, 2].map(|n| files.word(&format!(".{n}.segment"), STATE)), [2, 1], "obsolete, and ready");
    drop(reader);
}

#[test]
fn p5_a_writer_whose_files_were_taken_away_switches_to_nothing() {
    for name in [".lock", ".manifest"] {
        for is_replaced in [false, true] {
            let root = Root::temporary().unwrap();
            let mut writer = area(&root, Kind::Keyed).create().unwrap();
            writer.put(b"a", b"1").unwrap();
            let mut reader = area(&root, Kind::Keyed).open().unwrap();
            let files = Files::of(&root);
            let path = files.0.join(name);
            std::fs::rename(&path, files.0.join("aside")).unwrap();
            if is_replaced {
                std::fs::copy(files.0.join("aside"), &path).unwrap();
            }
            let before = files.names();
            let error = writer.compact().unwrap_err();
            assert!(matches!(error, PublishError::Removed(_)), "{name}: {error}");
            assert_eq!(files.names(), before, "what was built is gone again");
            assert_eq!(writer.stats().generation, 1);
            // What is there can still be read, by those who have it.
            assert_eq!(reader.get(b"a").unwrap().unwrap().payload(), b"1");
        }
    }
}
