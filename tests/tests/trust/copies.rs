//! What a copy is worth: of an area at work, and of one whose owner does his worst.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode};
use speculo_core::{OpenError, ReadError, ReadErrorKind, Reader, Root, Trust};
use speculo_tests::random::Random;
use speculo_tests::{Child, Wire, area_dir, number, sys};
use speculo_typed::{Publisher, Slot, Speculo, Subscriber};

use crate::{KEYS, PUBLISHER, READER, keyed, left_behind, publish, root_of, round, segment_of, stream};

/// Watches a keyed area: every view is of one moment, nothing goes back, and what was seen is there.
pub(crate) fn watcher(wire: &mut Wire) {
    sys::become_user(READER);
    let mut reader = keyed(wire.root()).trust(Trust::Copy).open().unwrap();
    let mut slot = speculo_core::Slot::new(&[KEYS - 1]);
    let (mut seen, mut last_seq, mut moved) = (0, 0, 0u64);
    wire.say("ready");
    while !wire.is_told() || moved < 50 {
        let view = reader.view().unwrap();
        let rounds: Vec<_> =
            (0..KEYS).map(|key| round(view.get(&[key]).unwrap().unwrap().payload())).collect();
        assert!(
            rounds.is_sorted_by(|a, b| a >= b) && rounds[0] - rounds[usize::from(KEYS) - 1] <= 1,
            "{rounds:?}"
        );
        assert_eq!(view.len().unwrap(), KEYS.into());
        let mut walked: Vec<_> = view.iter().map(|chunk| round(chunk.unwrap().payload())).collect();
        walked.sort_unstable();
        let mut sorted = rounds.clone();
        sorted.sort_unstable();
        assert_eq!(walked, sorted, "the index and the log of a view differ");
        assert!(rounds[0] >= seen, "{} after {seen}", rounds[0]);
        moved += u64::from(rounds[0] > seen);
        seen = rounds[0];
        let first = round(reader.get(&[0]).unwrap().unwrap().payload());
        let last = round(reader.get_at(&mut slot).unwrap().unwrap().payload());
        assert!(first >= seen && last + 1 >= first, "{seen}, {first}, {last}");
        seen = first;
        assert!(round(reader.latest().unwrap().unwrap().payload()) >= last);
        // No further: one who follows a writer that never rests never comes to an end.
        for _ in 0..2 * KEYS {
            let Some(chunk) = reader.try_next().unwrap() else { break };
            assert!(chunk.seq() > last_seq);
            last_seq = chunk.seq();
        }
        if moved.is_multiple_of(7) {
            reader.idle();
        }
    }
    wire.say(moved);
}

pub(crate) fn p10_a_copy_of_a_busy_area_is_a_prefix_of_its_history() {
    let (_root, path) = root_of(PUBLISHER);
    let mut publisher = publish(&path, "keyed", 3);
    let mut watcher = Child::start("watcher", &path, &[]);
    watcher.expect("ready");
    publisher.bid("on", "on");
    std::thread::sleep(Duration::from_secs(2));
    let moved: u64 = watcher.ask("enough").parse().unwrap();
    publisher.ask("enough");
    println!("saw it move {moved} times");
    watcher.finish();
    publisher.finish();
}

/// Receives messages until it has so many.
pub(crate) fn follower(wire: &mut Wire) {
    sys::become_user(READER);
    let mut reader = stream(wire.root()).trust(Trust::Copy).open().unwrap();
    let wanted = wire.arg(1).parse::<u64>().unwrap();
    wire.say("ready");
    let mut kept = Vec::new();
    for expected in 0..wanted {
        let chunk = reader.next_timeout(Some(speculo_tests::PATIENCE)).unwrap().unwrap();
        assert_eq!(number(chunk.payload()), expected);
        if expected % 100 == 0 {
            kept.push(chunk.share());
        }
    }
    assert_eq!(reader.lost(), 0);
    while reader.wait(Some(Duration::from_millis(1))).unwrap() {}
    for (at, chunk) in kept.iter().enumerate() {
        assert_eq!(number(chunk.chunk().payload()), 100 * u64::try_from(at).unwrap());
    }
    wire.say("all");
}

pub(crate) fn a_copy_of_a_stream_misses_nothing() {
    let (_root, path) = root_of(PUBLISHER);
    let mut publisher = publish(&path, "stream", 0);
    let mut follower = Child::start("follower", &path, &["6000"]);
    follower.expect("ready");
    // In portions, so that it waits in between; over several rollovers.
    for portion in 0..20 {
        publisher.ask(15);
        if portion % 5 == 0 {
            std::thread::sleep(Duration::from_millis(30));
        }
    }
    follower.expect("all");
    follower.finish();
    publisher.finish();
}

fn open_copy(path: &Path) -> Reader {
    keyed(path).trust(Trust::Copy).open().unwrap()
}

pub(crate) fn p7_what_was_copied_stays_whatever_its_owner_does() {
    for attack in ["mutate", "truncate", "unlink"] {
        let (_root, path) = left_behind();
        let mut reader = open_copy(&path);
        let view = reader.view().unwrap();
        let chunk = reader.get(&[3]).unwrap().unwrap().share();
        let file = File::options().write(true).open(segment_of(&path)).unwrap();
        let manifest = File::options().write(true).open(area_dir(&path).join(".manifest")).unwrap();
        let len = file.metadata().unwrap().len();
        match attack {
            "mutate" => file.write_all_at(&vec![0xff; usize::try_from(len).unwrap()], 0).unwrap(),
            "truncate" => file.set_len(0).unwrap(),
            _ => std::fs::remove_dir_all(area_dir(&path)).unwrap(),
        }
        assert_eq!(round(chunk.chunk().payload()), 6, "{attack}");
        assert_eq!(view.len().unwrap(), KEYS.into(), "{attack}");
        assert!(view.iter().all(|chunk| round(chunk.unwrap().payload()) == 6), "{attack}");
        // A look at what is there now finds nothing new, or that it is damaged.
        let mut now = || reader.get(&[3]).map(|value| value.map(|chunk| round(chunk.payload())));
        let is_corrupt = |error: &ReadError| matches!(error.kind(), ReadErrorKind::Corrupt(_));
        match attack {
            "truncate" => assert!(is_corrupt(&now().unwrap_err())),
            _ => assert_eq!(now().unwrap(), Some(6), "{attack}"),
        }
        if attack == "mutate" {
            reader.idle();
            assert!(is_corrupt(&reader.get(&[3]).unwrap_err()));
        }
        manifest.set_len(0).unwrap();
        let error = reader.get(&[3]).unwrap_err();
        assert!(matches!(error.kind(), ReadErrorKind::Corrupt(_)), "{attack}: {error}");
        let waited = reader.wait(Some(Duration::from_millis(1)));
        assert!(matches!(waited.unwrap_err().kind(), ReadErrorKind::Corrupt(_)), "{attack}");
        assert_eq!(round(chunk.chunk().payload()), 6, "{attack}");
    }
}

/// Opens and reads an area all the time, in every way; what it has in hand must not change.
pub(crate) fn victim(wire: &mut Wire) {
    sys::become_user(READER);
    let builder = keyed(wire.root()).trust(Trust::Copy);
    let (mut good, mut errors) = (0u64, 0u64);
    wire.say("ready");
    let mut reader = None;
    let mut turns = 0u64;
    while !wire.is_told() {
        turns += 1;
        if reader.is_none() || turns.is_multiple_of(20) {
            reader = builder.open().ok();
        }
        let Some(reader) = &mut reader else {
            errors += 1;
            continue;
        };
        let mut count = |ok: bool| if ok { good += 1 } else { errors += 1 };
        for key in 0..KEYS {
            count(reader.get(&[key]).is_ok());
        }
        count(reader.latest().is_ok());
        if let Ok(view) = reader.view() {
            let sums = || view.iter().flatten().map(|chunk| sum(chunk.payload())).collect::<Vec<_>>();
            let before = sums();
            count(view.len().is_ok());
            count(view.get(&[1]).is_ok());
            assert_eq!(sums(), before, "a copy changed");
        }
        let steps = std::iter::from_fn(|| reader.try_event().ok().flatten().map(|_| ()));
        assert!(steps.take(100_000).count() < 100_000, "following never ends");
        count(reader.wait(Some(Duration::from_micros(10))).is_ok());
        count(reader.publisher().is_ok());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    wire.say(format!("{good} {errors} {peak}"));
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

pub(crate) fn a_copy_survives_an_owner_who_writes_anywhere() {
    for seed in 0..4 {
        let (_root, path) = left_behind();
        let mut random = Random::new(seed);
        let mut victim = Child::start("victim", &path, &[]);
        victim.expect("ready");
        let (segment, manifest) = (segment_of(&path), area_dir(&path).join(".manifest"));
        let good = [std::fs::read(&segment).unwrap(), std::fs::read(&manifest).unwrap()];
        let open = |path| File::options().write(true).open(path).unwrap();
        let files = [open(&segment), open(&manifest)];
        let end = std::time::Instant::now() + Duration::from_millis(1500);
        while std::time::Instant::now() < end {
            let which = usize::from(random.below(8) == 0);
            let (file, good) = (&files[which], &good[which]);
            let len = good.len() as u64;
            let at = if random.below(2) == 0 { random.below(512) } else { random.below(len) } & !7;
            match random.below(12) {
                0 => file.set_len(random.below(len)).unwrap(),
                1 => file.set_len(len + random.below(1 << 30)).unwrap(),
                2..4 => {
                    file.set_len(len).unwrap();
                    file.write_all_at(good, 0).unwrap();
                }
                _ => {
                    let old =
                        u64::from_le_bytes(good[usize::try_from(at).unwrap()..][..8].try_into().unwrap());
                    let words = [
                        0,
                        2,
                        64,
                        len,
                        old.wrapping_add(64),
                        old ^ 1 << random.below(64),
                        u64::MAX,
                        random.draw(),
                    ];
                    let word = words[usize::try_from(random.below(8)).unwrap()];
                    file.write_all_at(&word.to_le_bytes(), at).unwrap();
                }
            }
            if random.below(64) == 0 {
                std::thread::yield_now();
            }
        }
        let said = victim.ask("enough");
        let peak: u64 = said.split(' ').nth(2).unwrap().parse().unwrap();
        assert!(peak < 3 * (256 << 10), "seed {seed}: {said}");
        println!("seed {seed}: {said} (good, bad, kilobytes)");
        victim.finish();
    }
}

pub(crate) fn a_copy_is_bounded() {
    let (_root, path) = left_behind();
    let mut reader = open_copy(&path);
    let segment = segment_of(&path);
    let file = File::options().read(true).write(true).open(&segment).unwrap();
    let good = std::fs::read(&segment).unwrap();
    file.set_len(1 << 40).unwrap();
    let refused = |error: &OpenError| {
        let said = error.to_string();
        matches!(error, OpenError::Untrusted(_))
            && said.contains("1099511627776")
            && said.contains("268435456")
    };
    let error = keyed(&path).trust(Trust::Copy).open().unwrap_err();
    assert!(refused(&error), "{error}");
    // One who has come before goes on with what he has: nothing is new.
    assert_eq!(round(reader.get(&[3]).unwrap().unwrap().payload()), 6);
    reader.idle();
    let error = reader.get(&[3]).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Untrusted(_)), "{error}");
    // A header that agrees with it changes nothing.
    file.write_all_at(&(1u64 << 40).to_le_bytes(), 56).unwrap();
    let error = keyed(&path).trust(Trust::Copy).open().unwrap_err();
    assert!(refused(&error), "{error}");
    // As long as is allowed, all of it a single chunk, and an index that names places all over.
    file.set_len(256 << 20).unwrap();
    file.write_all_at(&(256u64 << 20).to_le_bytes(), 56).unwrap();
    let mut reader = open_copy(&path);
    assert_eq!(round(reader.get(&[3]).unwrap().unwrap().payload()), 6);
    file.write_all_at(&[0xff; 8], 512).unwrap();
    reader.idle();
    for key in 0..KEYS {
        let _ = reader.get(&[key]);
    }
    // An index that leads to one place again and again would make each look-up as long as its chain, or its key.
    file.write_all_at(&good, 0).unwrap();
    let first = number(&good[48..]);
    file.write_all_at(&first.to_le_bytes(), 128).unwrap();
    for slot in (512..first).step_by(8) {
        file.write_all_at(&(first / 64).to_le_bytes(), slot).unwrap();
    }
    file.set_len(good.len() as u64).unwrap();
    let error = keyed(&path).trust(Trust::Copy).open().unwrap_err();
    assert!(error.to_string().contains("one twice"), "{error}");
    // A chain that goes in circles behind the end.
    file.write_all_at(&good, 0).unwrap();
    let behind = (good.len() as u64 - 128) / 64;
    file.write_all_at(&[0; 8], behind * 64).unwrap();
    file.write_all_at(&(behind * 64).to_le_bytes(), behind * 64 + 40).unwrap();
    file.write_all_at(&behind.to_le_bytes(), 512).unwrap();
    let error = keyed(&path).trust(Trust::Copy).open().unwrap_err();
    assert!(error.to_string().contains("leads nowhere"), "{error}");
    // An index longer than the file.
    file.write_all_at(&(1u64 << 40).to_le_bytes(), 40).unwrap();
    let error = keyed(&path).trust(Trust::Copy).open().unwrap_err();
    assert!(matches!(error, OpenError::Corrupt(_)), "{error}");
}

pub(crate) fn files_that_were_replaced_are_no_way_in() {
    let (_root, path) = left_behind();
    let mut reader = open_copy(&path);
    let (segment, manifest) = (segment_of(&path), area_dir(&path).join(".manifest"));
    // Whatever stands at the names now: the reader looks at the files that it opened.
    for file in [&segment, &manifest] {
        std::fs::rename(file, path.join("kept")).unwrap();
        rustix::fs::mknodat(CWD, file, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
        assert_eq!(round(reader.get(&[3]).unwrap().unwrap().payload()), 6);
        assert!(!reader.wait(Some(Duration::from_millis(1))).unwrap());
        std::fs::remove_file(file).unwrap();
        std::fs::rename(path.join("kept"), file).unwrap();
    }
    // The next generation is a FIFO, another area's segment, locked for ever, or not there.
    let current = File::options().write(true).open(&manifest).unwrap();
    let next = segment.with_file_name(".1000.segment");
    current.write_all_at(&1000u64.to_le_bytes(), 128).unwrap();
    let error = |reader: &mut Reader| reader.get(&[3]).unwrap_err();
    assert!(matches!(error(&mut reader).kind(), ReadErrorKind::Removed(_)));
    rustix::fs::mknodat(CWD, &next, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    assert!(matches!(error(&mut reader).kind(), ReadErrorKind::Corrupt(_)));
    std::fs::remove_file(&next).unwrap();
    std::fs::copy(&segment, &next).unwrap();
    let said = error(&mut reader);
    assert!(said.to_string().contains("generation"), "{said}");
    let file = File::options().read(true).write(true).open(&next).unwrap();
    file.write_all_at(&[9; 16], 16).unwrap();
    assert!(matches!(error(&mut reader).kind(), ReadErrorKind::Removed(_)));
    file.lock().unwrap();
    drop(file);
    current.write_all_at(&u64::MAX.to_le_bytes(), 128).unwrap();
    assert!(matches!(error(&mut reader).kind(), ReadErrorKind::Removed(_)));
}

pub(crate) fn nothing_of_a_copied_area_is_mapped_or_pinned() {
    let (_root, path) = root_of(PUBLISHER);
    let args = [&*PUBLISHER.to_string(), "keyed", "shared"];
    let mut publisher = Child::start("publisher", &path, &args);
    publisher.expect("ready");
    publisher.ask(1);
    let mut reader = open_copy(&path);
    let mut held = Vec::new();
    for _ in 0..30 {
        held.push(reader.view().unwrap());
        while reader.try_next().unwrap().is_some() {}
        reader.wait(Some(Duration::from_micros(1))).unwrap();
        let pinned = publisher.ask(20);
        assert_eq!(pinned, "0", "what is copied is in nobody's way");
    }
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let ours: Vec<_> = maps.lines().filter(|line| line.contains(path.to_str().unwrap())).collect();
    assert!(ours.is_empty(), "{ours:#?}");
    assert!(held.iter().all(|view| view.len().unwrap() == usize::from(KEYS)));
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(segment_of(&path)).unwrap());
    assert!(!locks.contains(&format!(":{inode} ")), "{locks}");
    publisher.finish();
}

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    label: String,
    history: Vec<u64>,
}

fn door(id: u32, n: u64) -> Door {
    Door { id, label: format!("door {id}"), history: (0..n).collect() }
}

pub(crate) fn typed_subscribers_read_copies() {
    let root = Root::temporary().unwrap();
    let mut doors =
        Publisher::<Door>::builder("doors").root(root.clone()).initial_size(4096).create().unwrap();
    doors.publish(&door(1, 1)).unwrap();
    doors.publish(&door(2, 1)).unwrap();
    let builder = Subscriber::<Door>::builder("doors").root(root).trust(Trust::Copy);
    let mut reader = builder.open().unwrap();
    assert_eq!(reader.recv().unwrap().label, "door 1");
    assert_eq!(reader.try_recv().unwrap().unwrap().label, "door 2");
    assert!(reader.try_recv().unwrap().is_none());
    let mut slot = Slot::<Door>::new(1);
    let before = reader.view().unwrap();
    let sample = reader.sample(1).unwrap().unwrap();
    for n in 2..500 {
        doors.publish(&door(1, n % 40)).unwrap();
        let wanted = usize::try_from(n % 40).unwrap();
        assert_eq!(reader.get(1).unwrap().unwrap().history.len(), wanted);
        assert_eq!(reader.get_at(&mut slot).unwrap().unwrap().history.len(), wanted);
        assert_eq!(reader.latest().unwrap().unwrap().id, 1);
        assert_eq!(reader.recv_timeout(Duration::from_secs(9)).unwrap().unwrap().history.len(), wanted);
        assert_eq!(reader.get(2).unwrap().unwrap().history.len(), 1);
        assert!(reader.get(3).unwrap().is_none());
    }
    assert!(doors.stats().rollovers > 5);
    assert_eq!(before.get(1).unwrap().unwrap().history.len(), 1);
    assert_eq!(sample.history.len(), 1);
    let lens: Vec<_> = before.iter().map(|door| door.unwrap().history.len()).collect();
    assert_eq!(lens, [1, 1]);
    let mut other = reader.try_clone().unwrap();
    assert!(doors.remove(1).unwrap());
    assert!(reader.get(1).unwrap().is_none() && other.get_at(&mut slot).unwrap().is_none());
    assert!(matches!(other.try_change().unwrap(), Some(speculo_typed::Change::Removed(1))));
    assert_eq!(reader.view().unwrap().len().unwrap(), 1);
}
