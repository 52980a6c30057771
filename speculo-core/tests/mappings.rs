//! What a reader keeps mapped of an area, as the kernel tells it.
#![cfg(not(loom))]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use speculo_core::*;

mod common;

use common::area;

/// Mappings of files of `root` that end in `suffix`, with these permissions.
fn mapped(root: &Root, suffix: &str, permissions: &str) -> usize {
    let (maps, root) = (std::fs::read_to_string("/proc/self/maps").unwrap(), root.path().unwrap());
    let is_one = |line: &&str| {
        let line = line.trim_end_matches(" (deleted)");
        line.contains(permissions) && line.contains(root.to_str().unwrap()) && line.ends_with(suffix)
    };
    maps.lines().filter(is_one).count()
}

#[test]
fn the_last_two_that_were_left_stay_mapped_and_no_more() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    let mut writer = area.create().unwrap();
    let mut reader = area.open().unwrap();
    let segments = || mapped(&root, ".segment", "r--s");
    assert_eq!(segments(), 1);
    // What is held cannot be used again, so each rollover takes another file.
    let mut held = Vec::new();
    for n in 0..6_u8 {
        writer.put(&[n], b"value").unwrap();
        held.push(reader.view().unwrap());
        writer.clear().unwrap();
    }
    assert!(reader.latest().unwrap().is_none());
    assert_eq!(segments(), 7);
    drop(held);
    assert_eq!(segments(), 3);
    // An idle one may come back to where it was. What is mapped takes memory, although it was deleted.
    reader.idle();
    assert_eq!(segments(), 1);
    assert!(reader.latest().unwrap().is_none());
    assert_eq!(segments(), 1);
    assert!(reader.wait(Some(Duration::ZERO)).unwrap(), "what it waits for came long ago");
    drop(reader);
    assert_eq!(segments(), 0);
}

#[test]
fn a_bell_is_mapped_if_it_is_whole() {
    let root = Root::temporary().unwrap();
    let area = area(&root, Kind::Keyed);
    drop(area.create().unwrap());
    let bell = root.path().unwrap().join("test/area/.bell");
    let bells = || mapped(&root, ".bell", "rw-s");
    let mut reader = area.open().unwrap();
    assert_eq!(bells(), 1);
    assert!(!reader.wait(Some(Duration::from_millis(1))).unwrap());
    drop(reader);
    // To touch it would be the end of this process.
    for len in [4095, 0] {
        std::fs::OpenOptions::new().write(true).open(&bell).unwrap().set_len(len).unwrap();
        let mut reader = area.open().unwrap();
        assert_eq!(bells(), 0);
        assert!(!reader.wait(Some(Duration::from_millis(1))).unwrap());
    }
}
