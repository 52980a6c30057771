//! Settings at the edge of what is possible.
#![cfg(not(loom))]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use speculo_core::*;

fn area(root: &Root) -> AreaBuilder<'static> {
    Area::builder("test/area").root(root.clone()).schema(Schema::untyped(Kind::Keyed))
}

fn is_refused(area: &AreaBuilder<'static>, why: &str) -> bool {
    match area.create() {
        Err(CreateError::Settings { what, .. }) => {
            assert!(what.contains(why), "{what}");
            true
        }
        Ok(_) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn sizes_have_limits() {
    let root = Root::temporary().unwrap();
    let sized = |size| area(&root).max_size(size).initial_size(size.min(4096));
    assert!(is_refused(&sized(4095), "4096"));
    assert!(!is_refused(&sized(4096), ""));
    assert!(!is_refused(&area(&root).max_size(8 << 40), ""));
    assert!(is_refused(&area(&root).max_size((8 << 40) + 1), "8 TiB"));
    assert!(!is_refused(&area(&root).max_size(1 << 20).initial_size(1 << 20), ""));
    assert!(is_refused(&area(&root).max_size(1 << 20).initial_size((1 << 20) + 1), "max_size"));
}

#[test]
fn a_log_is_as_large_as_was_asked_for() {
    let root = Root::temporary().unwrap();
    // Bytes in use at the last publish that needed no rollover.
    let used = |name: &str, change: fn(AreaBuilder<'static>) -> AreaBuilder<'static>| {
        let area = Area::builder(name).root(root.clone()).schema(Schema::untyped(Kind::Keyed));
        let mut writer = change(area).create().unwrap();
        let mut used = 0;
        while writer.stats().rollovers == 0 {
            used = writer.stats().used_bytes;
            writer.put(b"a", &[0; 448]).unwrap();
        }
        used
    };
    // A sixty-fourth is left to removals, and pages are whole; the index comes on top.
    let is_about = |used: u64, size: u64| (size - size / 32..size + size / 32).contains(&used);
    assert!(is_about(used("default", |area| area), 1 << 20));
    assert!(is_about(used("limited", |area| area.max_size(1 << 17)), 1 << 17));
    assert!(is_about(used("small", |area| area.initial_size(1 << 18)), 1 << 18));
    assert!(is_about(used("large", |area| area.initial_size(1 << 21)), 1 << 21));
}

#[test]
fn modes_let_others_read_at_most() {
    let root = Root::temporary().unwrap();
    let refused: Vec<u32> =
        (0..0o1000).filter(|mode| is_refused(&area(&root).mode(*mode), "not possible")).collect();
    let possible: Vec<u32> = (0..0o1000).filter(|mode| !refused.contains(mode)).collect();
    assert_eq!(possible, [0o600, 0o604, 0o640, 0o644]);
}

#[test]
fn flags_add_up_or_replace_each_other() {
    let root = Root::temporary().unwrap();
    let both = area(&root).add_flags(Flags::REMOVE_ON_DROP).add_flags(Flags::EXCLUSIVE);
    drop(both.create().unwrap());
    assert!(area(&root).open().is_err(), "removed when it was dropped");
    let stays = area(&root).flags(Flags::REMOVE_ON_DROP).flags(Flags::empty()).create().unwrap();
    drop(stays);
    assert!(matches!(both.create(), Err(CreateError::Exists { .. })), "exclusive as well");
}

#[test]
fn opening_waits_as_long_as_it_is_told() {
    let root = Root::temporary().unwrap();
    let begin = std::time::Instant::now();
    assert!(matches!(area(&root).open_wait(Duration::from_millis(30)), Err(OpenError::NotFound { .. })));
    assert!(begin.elapsed() >= Duration::from_millis(30));
    let (later, creator) = (area(&root), area(&root));
    let creating = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        creator.create().unwrap()
    });
    later.open_wait(Duration::from_mins(1)).unwrap();
    drop(creating.join().unwrap());
}

#[test]
fn who_others_can_write_to_is_not_trusted() {
    let root = Root::temporary().unwrap();
    drop(area(&root).create().unwrap());
    let dir = root.path().unwrap().join("test/area");
    for name in [".manifest", ".1.segment"] {
        let change =
            |mode| std::fs::set_permissions(dir.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
        for mode in [0o620, 0o602] {
            change(mode);
            let error = area(&root).open().map(drop).unwrap_err();
            assert!(
                matches!(error, OpenError::Untrusted(_)) && error.to_string().contains("chmod go-w"),
                "{error}"
            );
            assert!(area(&root).trust(Trust::Copy).open().is_ok());
        }
        change(0o644);
        assert!(area(&root).open().is_ok());
        change(0o600);
    }
}
