//! A full memory file system is an error, not a signal: what was committed stays, and publishing goes on once there
//! is room.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use speculo_core::{AreaBuilder, CreateError, Kind, PublishError, Root, View, Writer};
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, roles, sys, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p6_publishing_into_a_full_file_system_is_an_error_and_goes_on_later,
            p6_removing_makes_room_in_a_full_file_system,
            p6_large_spares_in_a_full_file_system_do_not_take_turns,
            p6_creating_in_a_full_file_system_is_an_error_and_leaves_nothing,
            p6_a_takeover_in_a_full_file_system_leaves_everything_as_it_was,
            p6_a_limit_on_file_sizes_is_an_error,
            p6_a_rollover_in_steps_may_find_memory_full_at_any_stage,
        ],
        roles![publishing, removing, alternating, creating, taking_over, limited, stepping, witness],
    )
}

/// Plays a role on a file system of 1 MiB of its own; it must end well, not by a signal.
fn on_a_small_file_system(role: &str) {
    let root = Root::temporary().unwrap();
    let mut child = Child::start(role, &root.path().unwrap(), &[]);
    let last = child.hear();
    assert_eq!(last, "done");
    child.finish();
}

fn p6_publishing_into_a_full_file_system_is_an_error_and_goes_on_later() {
    on_a_small_file_system("publishing");
}

fn p6_removing_makes_room_in_a_full_file_system() {
    on_a_small_file_system("removing");
}

fn p6_large_spares_in_a_full_file_system_do_not_take_turns() {
    on_a_small_file_system("alternating");
}

fn p6_creating_in_a_full_file_system_is_an_error_and_leaves_nothing() {
    on_a_small_file_system("creating");
}

fn p6_a_takeover_in_a_full_file_system_leaves_everything_as_it_was() {
    on_a_small_file_system("taking_over");
}

fn p6_a_rollover_in_steps_may_find_memory_full_at_any_stage() {
    on_a_small_file_system("stepping");
}

fn p6_a_limit_on_file_sizes_is_an_error() {
    on_a_small_file_system("limited");
}

fn keyed(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Keyed)
}

/// Writes to a file until no byte more fits.
fn fill_up(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    for size in [4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

const VALUE: usize = 3000;

fn put(writer: &mut Writer, n: u64) -> Result<(), PublishError> {
    let mut value = vec![n.to_le_bytes()[0]; VALUE];
    value[..8].copy_from_slice(&n.to_le_bytes());
    writer.put(&n.to_le_bytes(), &value).map(|_| ())
}

/// Publishes new keys from `from` on until there is no memory; gives the first that did not fit.
fn put_until_full(writer: &mut Writer, from: u64) -> u64 {
    let mut n = from;
    loop {
        match put(writer, n) {
            Ok(()) => n += 1,
            Err(PublishError::NoSpace(error)) => {
                assert!(error.to_string().contains("--shm-size"), "{error}");
                return n;
            }
            Err(error) => panic!("{error}"),
        }
        assert!(n < 1000, "1 MiB never fills");
    }
}

/// The numbers that a view holds, each with its whole value checked.
fn numbers(view: &View) -> Vec<u64> {
    let mut numbers: Vec<u64> = view
        .iter()
        .map(|chunk| {
            let payload = chunk.unwrap().payload().to_vec();
            let n = speculo_tests::number(&payload);
            assert!(payload.len() == VALUE && payload[8..].iter().all(|byte| *byte == n.to_le_bytes()[0]));
            n
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Another process that reads: says which numbers it sees when it starts, and when asked.
fn witness(wire: &mut Wire) {
    let mut reader = keyed(wire.root()).open().unwrap();
    loop {
        wire.say(format!("{:?}", numbers(&reader.view().unwrap())));
        if wire.hear().is_none() {
            return;
        }
    }
}

fn publishing(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "1m");
    let filler = root.join("filler");
    std::fs::write(&filler, vec![1; 700 << 10]).unwrap();
    let mut writer = keyed(root).create().unwrap();
    let mut before = Child::start("witness", root, &[]);
    before.expect("[]");
    let count = put_until_full(&mut writer, 0);
    assert!(count > 20, "only {count}");
    let all = format!("{:?}", (0..count).collect::<Vec<_>>());
    assert_eq!(before.ask("look"), all, "a reader from before");
    let mut after = Child::start("witness", root, &[]);
    after.expect(&all);
    let error = writer.put(b"large", &vec![0; 2 << 20]).unwrap_err();
    assert!(matches!(error, PublishError::NoSpace(_)), "{error}");
    assert_eq!(numbers(&writer.view().unwrap()).len() as u64, count);

    std::fs::remove_file(&filler).unwrap();
    let more = put_until_full(&mut writer, count);
    assert!(more > count + 20, "{count} values, then {more}");
    let all = format!("{:?}", (0..more).collect::<Vec<_>>());
    assert_eq!(before.ask("look"), all);
    assert_eq!(after.ask("look"), all);
    eprintln!("{count} values of {VALUE} bytes in 324 KiB, {more} in 1 MiB");
    before.finish();
    after.finish();
    drop(writer);
    assert_tidy(root);
    wire.say("done");
}

/// Segments with much address space and little memory: none of them may be taken for one with room.
fn alternating(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "6m");
    for initial in [2 << 20, 16 << 20] {
        let area = keyed(root).initial_size(initial).max_size(64 << 20);
        drop(area.create().unwrap());
        // The dead writer's segment becomes the spare.
        let mut writer = area.create().unwrap();
        fill_up(&root.join("filler"));
        let refused = (0..100_000u32).find_map(|n| writer.put(&n.to_le_bytes(), &[7; 900]).err());
        assert!(matches!(refused, Some(PublishError::NoSpace(_))), "{refused:?}");
        assert!(writer.stats().rollovers < 1000, "{:?}", writer.stats());
        drop(writer);
        std::fs::remove_file(root.join("filler")).unwrap();
        area.remove().unwrap();
    }
    wire.say("done");
}

fn removing(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "1m");
    let mut writer = keyed(root).create().unwrap();
    let mut before = Child::start("witness", root, &[]);
    before.expect("[]");
    let count = put_until_full(&mut writer, 0);
    // Nobody frees anything: the room that values leave to tombstones is enough to remove most of them, after which
    // a rollover has room for a second copy of what is live.
    let kept = count / 4;
    for n in kept..count {
        assert!(writer.remove(&n.to_le_bytes()).unwrap(), "{n} of {count}");
    }
    let kept = (0..kept).collect::<Vec<_>>();
    assert_eq!(before.ask("look"), format!("{kept:?}"));
    put(&mut writer, 1000).unwrap();
    for n in 0..100 {
        put(&mut writer, 1000 + n % 10).unwrap();
    }
    let expected: Vec<_> = kept.iter().copied().chain(1000..1010).collect();
    assert_eq!(before.ask("look"), format!("{expected:?}"));
    wire.say("done");
}

/// Names and contents of the area's files, but for the lock's, which says who tried last.
fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = speculo_tests::files(root).into_iter().filter(|name| name != ".lock");
    names.map(|name| (name.clone(), std::fs::read(area_dir(root).join(name)).unwrap())).collect()
}

fn creating(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "1m");
    let filler = root.join("filler");
    let mut refused = 0;
    for free in 0..12 {
        // So many pages are left.
        let spare = root.join("spare");
        std::fs::write(&spare, vec![1; free * 4096]).unwrap();
        fill_up(&filler);
        std::fs::remove_file(&spare).unwrap();
        match keyed(root).create() {
            Ok(writer) => {
                drop(writer);
                keyed(root).remove().unwrap();
            }
            Err(CreateError::NoSpace(_)) => refused += 1,
            Err(error) => panic!("{free} pages: {error}"),
        }
        let left = area_dir(root);
        assert!(!left.exists(), "{free} pages: {:?}", speculo_tests::files(root));
        std::fs::remove_file(&filler).unwrap();
    }
    assert!((1..12).contains(&refused), "{refused} of 12 refused");
    keyed(root).create().unwrap().put(b"key", b"value").unwrap();
    wire.say("done");
}

fn taking_over(wire: &mut Wire) {
    let root = wire.root();
    sys::private_tmpfs(root, "1m");
    let mut writer = keyed(root).create().unwrap();
    for n in 0..60 {
        put(&mut writer, n).unwrap();
    }
    drop(writer);
    let filler = root.join("filler");
    let mut before = Child::start("witness", root, &[]);
    let all = before.hear();
    let (mut refused, mut pages) = (0, 0);
    loop {
        let spare = root.join("spare");
        std::fs::write(&spare, vec![1; pages * 4096]).unwrap();
        fill_up(&filler);
        std::fs::remove_file(&spare).unwrap();
        let was = contents(root);
        match keyed(root).create() {
            Ok(mut writer) => {
                assert_eq!(format!("{:?}", numbers(&writer.view().unwrap())), all);
                std::fs::remove_file(&filler).unwrap();
                put(&mut writer, 60).unwrap();
                break;
            }
            Err(CreateError::NoSpace(_)) => refused += 1,
            Err(error) => panic!("{pages} pages: {error}"),
        }
        assert!(contents(root) == was, "{pages} pages: files changed");
        assert_eq!(before.ask("look"), all);
        let mut after = Child::start("witness", root, &[]);
        after.expect(&all);
        std::fs::remove_file(&filler).unwrap();
        pages += 8;
    }
    assert!(refused >= 3, "refused {refused} times only");
    eprintln!("a takeover of 60 values was refused with up to {} pages free", pages - 8);
    wire.say("done");
}

fn limited(wire: &mut Wire) {
    let root = wire.root();
    let was = getrlimit(Resource::Fsize);
    let limit =
        |bytes| setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), maximum: was.maximum }).unwrap();
    for bytes in [0, 1, 4095, 4096, 8191] {
        limit(bytes);
        match keyed(root).create() {
            Ok(_) => assert!(bytes >= 4096, "{bytes}"),
            Err(CreateError::NoSpace(_)) => assert!(!area_dir(root).exists(), "{bytes}"),
            Err(error) => panic!("{bytes}: {error}"),
        }
    }
    limit(256 << 10);
    let mut writer = keyed(root).create().unwrap();
    let count = put_until_full(&mut writer, 0);
    assert!(count > 20);
    limit(0);
    assert!(matches!(put(&mut writer, count), Err(PublishError::NoSpace(_))));
    assert!(matches!(writer.compact(), Err(PublishError::NoSpace(_))));
    drop(writer);
    assert!(matches!(keyed(root).create(), Err(CreateError::NoSpace(_))));
    assert_eq!(numbers(&keyed(root).open().unwrap().view().unwrap()).len() as u64, count);
    setrlimit(Resource::Fsize, was).unwrap();
    let mut writer = keyed(root).create().unwrap();
    put(&mut writer, count).unwrap();
    assert_eq!(numbers(&writer.view().unwrap()).len() as u64, count + 1);
    wire.say("done");
}

/// At each stage of a rollover in steps, in turn, the file system becomes full, and empty again.
fn stepping(wire: &mut Wire) {
    const KEYS: u64 = 2500;
    let root = wire.root();
    sys::private_tmpfs(root, "16m");
    let builder = || keyed(root).max_size(8 << 20);
    for stage in 0..16_u64 {
        let mut writer = builder().create().unwrap();
        let (mut filled, mut last) = (None, 0);
        for n in 1..20_000_u64 {
            let put = writer.put(&(n % KEYS).to_le_bytes(), &n.to_le_bytes().repeat(8));
            let Err(error) = put else {
                last = n;
                let stats = writer.stats();
                let far = stats.live_bytes > 300_000 && stats.next_bytes > 4096 + stage * 24_000;
                if filled.is_none() && far {
                    fill_up(&root.join("filler"));
                    filled = Some(stats.generation);
                }
                if filled.is_some_and(|generation| stats.generation > generation + 1) {
                    break;
                }
                continue;
            };
            assert!(filled.is_some() && matches!(error, PublishError::NoSpace(_)), "{error}");
            break;
        }
        let expected: Vec<u64> = (last.saturating_sub(KEYS - 1).max(1)..=last).collect();
        let view = writer.view().unwrap();
        let mut found: Vec<u64> =
            view.iter().map(|chunk| speculo_tests::number(chunk.unwrap().payload())).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "stage {stage}");
        let _ = std::fs::remove_file(root.join("filler"));
        for n in last + 1..last + 6000 {
            writer.put(&(n % KEYS).to_le_bytes(), &n.to_le_bytes().repeat(8)).unwrap();
        }
        drop(writer);
        builder().remove().unwrap();
    }
    wire.say("done");
}
