//! SIGKILL at any time, in the middle of rollovers too (`crash` has every point): readers go on, the next writer takes over, nothing committed is lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitCode;

use rustix::process::Signal;
use speculo_core::{AreaBuilder, CreateError, Kind, Liveness, PublishError, Root, View, Writer};
use speculo_tests::random::Random;
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, number, roles, tests, until};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p5_a_reader_lives_through_240_kills_and_nothing_acknowledged_is_lost,
            p5_eight_that_race_to_create_become_one_owner,
            p5_two_writers_are_impossible_whatever_is_deleted,
            p5_who_fails_to_create_leaves_what_another_created,
        ],
        roles![publisher, watcher, racer, owner, loser],
    )
}

const KEYS: u64 = 11;

/// Points that a rollover passes, with the count at which it is a rollover: a takeover passes some of them before.
const ROLLOVER: &[(&str, u64)] = &[
    ("segment.created", 2),
    ("segment.renamed", 1),
    ("segment.wiped", 2),
    ("segment.filled", 2),
    ("rollover.built", 1),
    ("switch.before", 2),
    ("switch.after", 2),
    ("rollover.retired", 1),
];
fn keyed(root: &Path) -> AreaBuilder<'static> {
    area(root, Kind::Keyed)
}

/// Counts, one key after the other, from what it finds, and acknowledges every number that is published.
fn publisher(wire: &mut Wire) {
    let mut writer = keyed(wire.root()).create().unwrap();
    let mut count = highest(&writer);
    check(&writer.view().unwrap());
    wire.say(format!("from {count}"));
    let mut value = [7; 100];
    // Enough for many rollovers; a kill point that is not reached by then is not reached.
    for _ in 0..20_000 {
        if wire.is_told() {
            break;
        }
        count += 1;
        value[..8].copy_from_slice(&count.to_le_bytes());
        writer.put(&(count % KEYS).to_le_bytes(), &value).unwrap();
        wire.say(count);
    }
}

fn highest(writer: &Writer) -> u64 {
    let values = (0..KEYS).filter_map(|key| {
        let chunk = writer.get(&key.to_le_bytes()).unwrap()?;
        Some(number(chunk.payload()))
    });
    values.max().unwrap_or(0)
}

/// A view must be exactly what the count to its highest number leaves; gives that number.
fn check(view: &View) -> u64 {
    let values: Vec<u64> = view.iter().map(|chunk| number(chunk.unwrap().payload())).collect();
    let highest = values.iter().copied().max().unwrap_or(0);
    let expected: Vec<u64> = (highest.saturating_sub(KEYS - 1).max(1)..=highest).collect();
    assert_eq!(values, if highest == 0 { vec![] } else { expected });
    for value in values {
        let chunk = view.get(&(value % KEYS).to_le_bytes()).unwrap().unwrap();
        assert_eq!(number(chunk.payload()), value);
    }
    highest
}

/// Reads all the time; says, when asked, how far the count is. Any error ends it, and with it the test.
fn watcher(wire: &mut Wire) {
    let mut reader = keyed(wire.root()).open().unwrap();
    let mut follower = keyed(wire.root()).open().unwrap();
    let (mut seen, mut followed) = (0, 0);
    let mut keys = vec![0; usize::try_from(KEYS).unwrap()];
    let mut kept = std::collections::VecDeque::new();
    wire.say("ready");
    loop {
        let view = reader.view().unwrap();
        let highest = check(&view);
        assert!(highest >= seen, "{highest} after {seen}");
        seen = highest;
        kept.push_back((view, highest));
        if kept.len() > 3 {
            let (view, highest) = kept.pop_front().unwrap();
            assert_eq!(check(&view), highest, "a view changed");
        }
        for (key, last) in (0..).zip(&mut keys) {
            let Some(chunk) = reader.get(&u64::to_le_bytes(key)).unwrap() else { continue };
            let value = number(chunk.payload());
            assert!(value >= *last && value % KEYS == key, "key {key}: {value} after {last}");
            (*last, seen) = (value, seen.max(value));
        }
        while let Some(chunk) = follower.try_next().unwrap() {
            let value = number(chunk.payload());
            assert!(value > followed, "followed {value} after {followed}");
            followed = value;
        }
        if wire.is_told() {
            if wire.hear().is_none() {
                return;
            }
            assert_eq!(reader.publisher().unwrap(), Liveness::Dead);
            let now = check(&reader.view().unwrap());
            while let Some(chunk) = follower.try_next().unwrap() {
                followed = number(chunk.payload());
            }
            assert_eq!(followed, now, "a follower ends where the area does");
            wire.say(now);
        }
    }
}

/// The last number acknowledged in what a publisher said.
fn acknowledged(lines: &[String]) -> u64 {
    let last = lines.iter().rev().map(|line| line.strip_prefix("from ").unwrap_or(line));
    // A kill may cut the last line short, never another.
    last.into_iter().find_map(|line| line.parse().ok()).unwrap_or(0)
}

fn p5_a_reader_lives_through_240_kills_and_nothing_acknowledged_is_lost() {
    const KILLS: u64 = 240;
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    drop(keyed(&path).create().unwrap());
    let mut watcher = Child::start("watcher", &path, &[]);
    watcher.expect("ready");
    let mut random = Random::new(5);
    let (mut last, mut inside) = (0, 0);
    for n in 0..KILLS {
        let said = if n % 6 == 0 {
            let (point, count) = ROLLOVER[usize::try_from(n / 6).unwrap() % ROLLOVER.len()];
            let kill = format!("{point}:{}", count + random.below(2));
            let victim = Child::start_with("publisher", &path, &[], &[("SPECULO_KILL", kill.as_str())]);
            let (status, said) = victim.ended();
            assert_eq!(status.signal(), Some(9), "{kill} was never reached");
            inside += 1;
            said
        } else {
            let mut victim = Child::start("publisher", &path, &[]);
            let mut said: Vec<_> = (0..random.below(60)).map(|_| victim.hear()).collect();
            said.extend(victim.kill());
            said
        };
        if let Some(from) = said.first().and_then(|line| line.strip_prefix("from ")) {
            assert_eq!(from, last.to_string(), "taken over from what readers saw last");
        }
        let acknowledged = acknowledged(&said).max(last);
        let now: u64 = watcher.ask("report").parse().unwrap();
        assert!(now == acknowledged || now == acknowledged + 1, "{now} seen, {acknowledged} acknowledged");
        last = now;
    }
    watcher.finish();
    println!("{KILLS} kills, {inside} of them inside a rollover, {last} values");
    assert!(inside >= 20 && last > KILLS);
    take_over(&path, last);
}

/// The next writer finds everything, and leaves no file behind that it should not.
fn take_over(root: &Path, last: u64) {
    let mut next = Child::start("publisher", root, &[]);
    assert_eq!(next.hear(), format!("from {last}"));
    for n in 1..=100 {
        assert_eq!(next.hear(), (last + n).to_string());
    }
    next.finish();
    assert_tidy(root);
    assert!(check(&keyed(root).open().unwrap().view().unwrap()) >= last + 100);
}

fn racer(wire: &mut Wire) {
    let start = std::path::PathBuf::from(wire.arg(1));
    wire.say("ready");
    // All set off when the file appears, as much at once as the machine can.
    until("the start", || start.exists().then_some(()));
    let created = keyed(wire.root()).create();
    match &created {
        Ok(_) => wire.say("owner"),
        Err(CreateError::WriterBusy { .. }) => wire.say("busy"),
        Err(error) => wire.say(error),
    }
    wire.hear();
}

fn p5_eight_that_race_to_create_become_one_owner() {
    // Where there is nothing yet, and where a dead writer left something.
    for round in 0..10 {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        if round % 2 == 1 {
            keyed(&path).create().unwrap().put(&[1], b"x").unwrap();
        }
        let start = path.join("start");
        let mut racers: Vec<_> =
            (0..8).map(|_| Child::start("racer", &path, &[start.to_str().unwrap()])).collect();
        for racer in &mut racers {
            racer.expect("ready");
        }
        std::fs::write(&start, b"").unwrap();
        let mut outcomes: Vec<_> = racers.iter_mut().map(Child::hear).collect();
        outcomes.sort();
        assert_eq!(outcomes[..7], ["busy"; 7], "{outcomes:?}");
        assert_eq!(outcomes[7], "owner");
        drop(racers);
        let mut writer = keyed(&path).create().unwrap();
        assert_eq!(writer.remove(&[1]).unwrap(), round % 2 == 1);
        drop(writer);
        assert_tidy(&path);
    }
}

/// Owns the area; publishes and rolls over when told.
fn owner(wire: &mut Wire) {
    let mut writer = keyed(wire.root()).create().unwrap();
    wire.say("owner");
    while let Some(line) = wire.hear() {
        let result = match line.as_str() {
            "put" => writer.put(b"key", b"first").map(|_| ()),
            _ => writer.compact(),
        };
        match result {
            Ok(()) => wire.say("done"),
            Err(PublishError::Removed(_)) => wire.say("removed"),
            Err(error) => wire.say(error),
        }
    }
}

fn p5_two_writers_are_impossible_whatever_is_deleted() {
    for deleted in [&[".lock"][..], &[".manifest"], &[".lock", ".manifest"], &[".bell"], &["*"]] {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let mut first = Child::start("owner", &path, &[]);
        first.expect("owner");
        first.bid("put", "done");
        for name in deleted {
            if *name == "*" {
                std::fs::remove_dir_all(area_dir(&path)).unwrap();
            } else {
                std::fs::remove_file(area_dir(&path).join(name)).unwrap();
            }
        }
        match keyed(&path).create() {
            // Whoever can create has another area: the first one cannot reach its readers, and learns it.
            Ok(mut second) => {
                assert!(deleted.len() == 2 || deleted == ["*"], "{deleted:?}");
                let mut reader = keyed(&path).open().unwrap();
                assert!(reader.get(b"key").unwrap().is_none());
                second.put(b"key", b"second").unwrap();
                first.bid("compact", "removed");
                first.finish();
                assert_eq!(reader.get(b"key").unwrap().unwrap().payload(), b"second");
                second.compact().unwrap();
                assert_eq!(reader.get(b"key").unwrap().unwrap().payload(), b"second");
                drop(second);
                assert_tidy(&path);
            }
            Err(error) => {
                assert!(matches!(error, CreateError::WriterBusy { .. }), "{deleted:?}: {error}");
                assert!(deleted.len() == 1 && deleted != ["*"], "{deleted:?}");
                first.bid("put", "done");
                first.finish();
                let mut next: Writer = keyed(&path).create().unwrap();
                next.put(b"key", b"next").unwrap();
            }
        }
    }
}

fn loser(wire: &mut Wire) {
    let error = keyed(wire.root()).create().map(drop).unwrap_err();
    wire.say(error.to_string().replace('\n', " "));
}

fn p5_who_fails_to_create_leaves_what_another_created() {
    for point in ["create.segment", "create.manifest_aside"] {
        let root = Root::temporary().unwrap();
        let path = root.path().unwrap();
        let loser = Child::start_with("loser", &path, &[], &[("SPECULO_KILL", &format!("{point}:1:stop"))]);
        until("that it stops", || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", loser.pid())).unwrap();
            stat.contains(") T ").then_some(())
        });
        // Without this it would be alone.
        std::fs::remove_file(area_dir(&path).join(".lock")).unwrap();
        let mut owner = keyed(&path).create().unwrap();
        owner.put(b"key", b"owner's").unwrap();
        loser.signal(Signal::CONT);
        let (status, said) = loser.ended();
        assert!(status.success(), "{status} {said:?}");
        let mut reader = keyed(&path).open().unwrap();
        assert_eq!(reader.get(b"key").unwrap().unwrap().payload(), b"owner's", "{said:?}");
        owner.compact().unwrap();
        drop(owner);
        assert_tidy(&path);
    }
}
