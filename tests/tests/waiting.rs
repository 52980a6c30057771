//! Waiting: woken by everything that moves an area, without looking all the time.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use speculo_core::{AreaBuilder, Flags, Kind, ReadError, ReadErrorKind, Root, Start};
use speculo_tests::{Child, Wire, area, area_dir, number, roles, sys, tests, until};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            a_waiting_reader_is_woken_by_a_publish,
            a_waiting_reader_is_woken_by_a_rollover,
            a_waiting_reader_is_woken_by_a_takeover,
            a_waiting_reader_is_woken_by_a_removal,
            a_reader_without_the_bell_sees_it_soon,
            a_shared_bell_wakes_readers_of_other_users,
            a_waiting_reader_keeps_no_memory,
            a_late_joiner_sees_everything_that_is_live,
            a_slow_reader_counts_what_it_lost,
            a_reader_that_starts_at_the_newest_sees_only_what_follows,
            p2_a_stopped_reader_delays_nobody,
        ],
        roles![publisher, follower, waiter, collector],
    )
}

/// A follower that is woken is far quicker than this; one that looks by itself every 100 ms is slower on the whole.
const PROMPT: Duration = Duration::from_millis(40);

fn stream(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Stream).mode(0o644)
}

fn publisher(wire: &mut Wire) {
    let flags = if wire.arg(1) == "shared" { Flags::SHARED_BELL } else { Flags::empty() };
    let mut writer = stream(wire.root()).flags(flags).max_size(16 << 10).create().unwrap();
    let mut next = 0u64;
    wire.say("ready");
    while let Some(line) = wire.hear() {
        match line.as_str() {
            "compact" => writer.compact().unwrap(),
            "pinned" => {
                wire.say(writer.stats().pinned_bytes);
                continue;
            }
            count => {
                for _ in 0..count.parse::<u64>().unwrap() {
                    writer.publish(&next.to_le_bytes()).unwrap();
                    next += 1;
                }
            }
        }
        wire.say("done");
    }
}

fn become_reader(wire: &Wire) -> AreaBuilder<'static> {
    match wire.arg(1) {
        "-" => {}
        uid => sys::become_user(uid.parse().unwrap()),
    }
    stream(wire.root())
}

/// Says every message, as it comes, and what ends it.
fn follower(wire: &mut Wire) {
    let mut reader = become_reader(wire).open().unwrap();
    wire.say("ready");
    loop {
        match reader.next_timeout(None) {
            Ok(chunk) => wire.say(number(chunk.unwrap().payload())),
            Err(error) => return wire.say(name(&error)),
        }
    }
}

/// Says when something has moved.
fn waiter(wire: &mut Wire) {
    let mut reader = become_reader(wire).open().unwrap();
    wire.say("ready");
    loop {
        match reader.wait(None) {
            Ok(moved) => wire.say(if moved { "moved" } else { "in vain" }),
            Err(error) => return wire.say(name(&error)),
        }
    }
}

fn name(error: &ReadError) -> &'static str {
    match error.kind() {
        ReadErrorKind::Removed(_) => "removed",
        _ => "another error",
    }
}

/// Waits until a child sleeps in a futex.
fn asleep(child: &Child) {
    let path = format!("/proc/{}/syscall", child.pid());
    let futex = format!("{} ", libc::SYS_futex);
    until("a child to fall asleep", || {
        std::fs::read_to_string(&path).ok()?.starts_with(&futex).then_some(())
    });
}

/// How long it takes until `child`, asleep, says something after `act`; the median of many rounds.
fn median(rounds: u64, child: &mut Child, mut act: impl FnMut(u64) -> String) -> Duration {
    let mut times = Vec::new();
    for round in 0..rounds {
        asleep(child);
        let start = Instant::now();
        let expected = act(round);
        child.expect(&expected);
        times.push(start.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

fn start(role: &str, flags: &str, user: &str) -> (Root, std::path::PathBuf, Child, Child) {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut publisher = Child::start("publisher", &path, &[flags]);
    publisher.expect("ready");
    let mut reader = Child::start(role, &path, &[user]);
    reader.expect("ready");
    (root, path, publisher, reader)
}

fn a_waiting_reader_is_woken_by_a_publish() {
    let (_root, _, mut publisher, mut follower) = start("follower", "-", "-");
    let median = median(25, &mut follower, |round| {
        publisher.bid("1", "done");
        round.to_string()
    });
    println!("a follower says a message {median:?} after it was asked for");
    assert!(median < PROMPT, "not woken: {median:?}");
    publisher.bid("1000", "done");
    for n in 25..1025 {
        // Some may be dropped before the follower came to them, but none comes twice or late.
        let heard: u64 = follower.hear().parse().unwrap();
        assert!(heard >= n);
        if heard == 1024 {
            break;
        }
    }
}

fn a_waiting_reader_is_woken_by_a_rollover() {
    let (_root, _, mut publisher, mut waiter) = start("waiter", "-", "-");
    let median = median(15, &mut waiter, |_| {
        publisher.bid("compact", "done");
        "moved".to_owned()
    });
    assert!(median < PROMPT, "not woken: {median:?}");
}

fn a_waiting_reader_is_woken_by_a_takeover() {
    let (_root, path, publisher, mut waiter) = start("waiter", "-", "-");
    let mut publisher = Some(publisher);
    let median = median(7, &mut waiter, |_| {
        let _ = publisher.take().unwrap().kill();
        let mut next = Child::start("publisher", &path, &["-"]);
        next.expect("ready");
        publisher = Some(next);
        "moved".to_owned()
    });
    // Starting a process is part of it.
    assert!(median < 3 * PROMPT, "not woken: {median:?}");
    let mut follower = Child::start("follower", &path, &["-"]);
    follower.expect("ready");
    asleep(&follower);
    publisher.as_mut().unwrap().bid("1", "done");
    follower.expect("0");
    waiter.expect("moved");
}

fn a_waiting_reader_is_woken_by_a_removal() {
    for role in ["follower", "waiter"] {
        let (_root, path, publisher, mut reader) = start(role, "-", "-");
        asleep(&reader);
        publisher.finish();
        asleep(&reader);
        let start = Instant::now();
        stream(&path).remove().unwrap();
        reader.expect("removed");
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(reader.ended().0.success());
    }
}

fn a_reader_without_the_bell_sees_it_soon() {
    // Another user may not open it; where there is none to be had, take the permission away.
    let user = if sys::is_root() { "12346" } else { "-" };
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut publisher = Child::start("publisher", &path, &["-"]);
    publisher.expect("ready");
    let bell = area_dir(&path).join(".bell");
    std::fs::set_permissions(&bell, std::fs::Permissions::from_mode(0o000)).unwrap();
    let mut follower = Child::start("follower", &path, &[user]);
    follower.expect("ready");
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", follower.pid())).unwrap();
    assert!(!maps.contains("/.bell"), "{maps}");
    let median = median(15, &mut follower, |round| {
        publisher.bid("1", "done");
        round.to_string()
    });
    println!("without the bell: {median:?}");
    assert!(median < Duration::from_millis(500), "{median:?}");
    publisher.finish();
    stream(&path).remove().unwrap();
    follower.expect("removed");
}

fn a_shared_bell_wakes_readers_of_other_users() {
    assert!(sys::is_root(), "this test needs two users: run it as root");
    let (_root, _, mut publisher, mut follower) = start("follower", "shared", "12346");
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", follower.pid())).unwrap();
    assert!(maps.contains("/.bell"), "{maps}");
    let median = median(25, &mut follower, |round| {
        publisher.bid("1", "done");
        round.to_string()
    });
    assert!(median < PROMPT, "not woken: {median:?}");
}

fn a_waiting_reader_keeps_no_memory() {
    let (_root, _, mut publisher, mut waiter) = start("waiter", "-", "-");
    for _ in 0..3 {
        publisher.bid("compact", "done");
        waiter.expect("moved");
        asleep(&waiter);
        // It may be asleep for the first time, and hold its lease for that long.
        until("the lease to be dropped", || {
            publisher.bid("1", "done");
            publisher.bid("compact", "done");
            (publisher.ask("pinned") == "0").then_some(())
        });
        waiter.overhear();
        asleep(&waiter);
    }
}

/// Reads everything there is when told, and says it.
fn collector(wire: &mut Wire) {
    let start = if wire.arg(1) == "newest" { Start::Newest } else { Start::Oldest };
    let mut reader = stream(wire.root()).start(start).open().unwrap();
    wire.say("ready");
    while wire.hear().is_some() {
        let (mut first, mut last, mut count) = (None, 0, 0);
        while let Some(chunk) = reader.try_next().unwrap() {
            let n = number(chunk.payload());
            assert!(first.is_none() || n > last);
            (first, last, count) = (first.or(Some(n)), n, count + 1);
        }
        wire.say(format!("{} {last} {count} {}", first.unwrap_or(0), reader.lost()));
    }
}

fn a_late_joiner_sees_everything_that_is_live() {
    let (_root, path, mut publisher, mut early) = start("collector", "-", "oldest");
    publisher.bid("40", "done");
    assert_eq!(early.ask("read"), "0 39 40 0");
    for more in ["compact", "0"] {
        publisher.bid(more, "done");
        let mut late = Child::start("collector", &path, &["oldest"]);
        late.expect("ready");
        assert_eq!(late.ask("read"), "0 39 40 0");
        publisher.bid("1", "done");
        assert!(late.ask("read").ends_with(" 1 0"));
        publisher.finish();
        publisher = Child::start("publisher", &path, &["-"]);
        publisher.expect("ready");
        stream(&path).open().unwrap();
        assert!(late.ask("read").ends_with(" 0 0"), "a takeover repeats nothing");
        // Back to forty messages from 0 to 39.
        drop(publisher);
        stream(&path).remove().unwrap();
        publisher = Child::start("publisher", &path, &["-"]);
        publisher.expect("ready");
        publisher.bid("40", "done");
    }
}

fn a_slow_reader_counts_what_it_lost() {
    let (_root, _, mut publisher, mut slow) = start("collector", "-", "oldest");
    let mut received = 0;
    for round in 1..=5u64 {
        publisher.bid("2000", "done");
        let answer: Vec<u64> = slow.ask("read").split(' ').map(|number| number.parse().unwrap()).collect();
        let [_, last, count, lost] = answer[..] else { panic!() };
        received += count;
        assert_eq!(last, round * 2000 - 1);
        assert_eq!(received + lost, round * 2000, "every message was received or counted");
        assert!(lost > round * 1000, "{lost} lost after {round} rounds");
    }
}

fn a_reader_that_starts_at_the_newest_sees_only_what_follows() {
    let (_root, _, mut publisher, mut first) = start("collector", "-", "newest");
    publisher.bid("10", "done");
    assert_eq!(first.ask("read"), "0 9 10 0");
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("publisher", &path, &["-"]);
    publisher.expect("ready");
    publisher.bid("10", "done");
    let mut newest = Child::start("collector", &path, &["newest"]);
    newest.expect("ready");
    assert_eq!(newest.ask("read"), "0 0 0 0");
    publisher.bid("compact", "done");
    assert_eq!(newest.ask("read"), "0 0 0 0");
    publisher.bid("5", "done");
    assert_eq!(newest.ask("read"), "10 14 5 0");
}

fn p2_a_stopped_reader_delays_nobody() {
    let (_root, _, mut publisher, mut follower) = start("follower", "-", "-");
    publisher.bid("10", "done");
    for n in 0..10 {
        follower.expect(&n.to_string());
    }
    follower.signal(rustix::process::Signal::STOP);
    for _ in 0..50 {
        publisher.bid("200", "done");
        publisher.bid("compact", "done");
    }
    follower.signal(rustix::process::Signal::CONT);
    while follower.hear() != "10009" {}
}
