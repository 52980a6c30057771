//! Whatever stands in an area's files: an error at worst, never a panic, a hang, or a file that is changed.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use speculo_core::{Area, AreaBuilder, ChunkId, CreateError, Kind, OpenError, Reader, Root, Schema, To};
use speculo_tests::random::Random;
use speculo_tests::{Child, Wire, roles, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p8_damaged_keyed_areas_are_survived,
            p8_damaged_streams_are_survived,
            p8_a_manifest_of_zeros_and_a_newer_format_are_told_apart,
            p8_headers_that_speak_of_seqs_to_come_are_errors,
            p8_truncated_files_are_errors,
            p8_a_chain_that_every_slot_leads_to_is_walked_once,
        ],
        roles![victim],
    )
}

type Files = BTreeMap<String, Vec<u8>>;

const ITERATIONS: u64 = 2000;

fn named(root: &Path, name: &str, kind: Kind) -> AreaBuilder<'static> {
    Area::builder(name)
        .root(Root::new(root))
        .schema(Schema::untyped(kind))
        .initial_size(4096)
        .max_size(1 << 20)
}

/// The files of a valid area that has seen a bit of everything; its writer has been dropped.
fn valid(root: &Path, kind: Kind) -> Files {
    let area = named(root, "valid", kind);
    let mut writer = area.create().unwrap();
    for n in 0u64..120 {
        let key = [n.to_le_bytes()[0] % 9];
        let to = if kind == Kind::Keyed { To::Key(&key) } else { To::Next };
        let ttl = n.is_multiple_of(5).then_some(Duration::from_hours(1));
        let fill = |room: &mut [u8]| {
            if let Some(place) = room.get_mut(..40) {
                place.fill(n.to_le_bytes()[0]);
            }
            Ok::<_, std::convert::Infallible>(40)
        };
        let id = writer.publish_with(to, ttl, fill).unwrap();
        match (n % 10, kind) {
            (7, Kind::Keyed) => assert!(writer.remove(&key).unwrap()),
            (7, _) => assert!(writer.remove_id(id).unwrap()),
            (3, Kind::Stream) => assert_eq!(writer.chunk_update(id, b"update").unwrap(), id),
            _ => {}
        }
    }
    assert!(writer.stats().rollovers > 1);
    drop(writer);
    read_files(&root.join("valid"))
}

fn read_files(dir: &Path) -> Files {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn write_files(dir: &Path, files: &Files) {
    std::fs::create_dir_all(dir).unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.join(name), bytes).unwrap();
    }
}

/// Changes a few places of manifest and segment. Mostly where numbers stand that somebody relies on.
fn damage(files: &mut Files, random: &mut Random) {
    let segment = files.keys().find(|name| name.ends_with("segment")).unwrap().clone();
    for _ in 0..=random.below(3) {
        let name = if random.below(4) == 0 { ".manifest" } else { segment.as_str() };
        let bytes = files.get_mut(name).unwrap();
        let len = bytes.len() as u64;
        if len < 64 {
            continue;
        }
        let at = match random.below(3) {
            0 => random.below(len.min(512)),
            _ => random.below(len),
        };
        let word = usize::try_from(at & !7).unwrap().min(bytes.len() - 8);
        let at = usize::try_from(at).unwrap();
        let old = u64::from_le_bytes(bytes[word..word + 8].try_into().unwrap());
        let interesting = [
            0,
            1,
            2,
            64,
            old.wrapping_add(64),
            old.wrapping_sub(64),
            old.wrapping_add(1),
            old.wrapping_sub(1),
            old ^ 1 << random.below(64),
            len,
            len - 64,
            len + 2,
            1 << 46,
            1 << 63,
            u64::MAX,
            u64::MAX - 1,
            u64::MAX - 61,
            i64::MAX.unsigned_abs(),
            random.draw(),
        ];
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.draw().to_le_bytes()[0],
            2 => bytes.truncate(at),
            3 => {
                let end = bytes.len().min(at + usize::try_from(random.below(300)).unwrap());
                bytes[at..end].fill(0);
            }
            4 => bytes.extend(std::iter::repeat_n(2, usize::try_from(random.below(9000)).unwrap())),
            _ => {
                let new = interesting[usize::try_from(random.below(interesting.len() as u64)).unwrap()];
                bytes[word..word + 8].copy_from_slice(&new.to_le_bytes());
            }
        }
    }
}

/// Does with a reader everything that can be done; says how many calls gave errors.
fn use_up(reader: &mut Reader, most: usize) -> u64 {
    let mut errors = 0;
    let mut count = |ok: bool| errors += u64::from(!ok);
    for key in 0..12 {
        count(reader.get(&[key]).is_ok());
    }
    for id in [0, 1, 5, 50, 120, u64::MAX] {
        count(reader.get_id(ChunkId::new(id)).is_ok());
    }
    count(reader.latest().is_ok());
    if let Ok(view) = reader.view() {
        assert!(view.iter().count() <= most);
        count(view.len().is_ok());
        count(view.last_seq().is_ok());
        for key in 0..12 {
            count(view.get(&[key]).is_ok());
        }
        for chunk in view.iter().flatten() {
            let sum: u64 = chunk.payload().iter().chain(chunk.key()).map(|byte| u64::from(*byte)).sum();
            let _ = (format!("{chunk:?}"), sum, chunk.share(), chunk.expires_at());
        }
    }
    let mut other = reader.fork();
    // Every step forward takes a chunk, so they end.
    let steps = std::iter::from_fn(|| matches!(reader.try_next(), Ok(Some(_))).then_some(())).take(most + 2);
    assert!(steps.count() <= most, "following never ends");
    let events = std::iter::from_fn(|| matches!(other.try_event(), Ok(Some(_))).then_some(())).take(most + 3);
    assert!(events.count() <= most + 1, "events never end");
    count(reader.try_next().is_ok());
    count(reader.wait(Some(Duration::ZERO)).is_ok());
    count(reader.next_timeout(Some(Duration::ZERO)).is_ok());
    count(reader.publisher().is_ok());
    let _ = reader.lost();
    reader.idle();
    count(reader.get(&[1]).is_ok());
    errors
}

/// Damages copies of an area, and uses them. Says the seed before, so that the last one said is to blame.
fn victim(wire: &mut Wire) {
    let kind = if wire.arg(1) == "keyed" { Kind::Keyed } else { Kind::Stream };
    let root = wire.root().to_owned();
    let valid = valid(&root, kind);
    let (mut opened, mut created, mut errors) = (0u64, 0u64, 0);
    for seed in 0..ITERATIONS {
        wire.say(seed);
        let mut random = Random::new(seed);
        let mut files = valid.clone();
        damage(&mut files, &mut random);
        let name = format!("damaged-{seed}");
        let dir = root.join(&name);
        write_files(&dir, &files);
        let area = named(&root, &name, kind);
        let most = files.values().map(Vec::len).sum::<usize>() / 64;

        let reader = area.open();
        if let Ok(mut reader) = reader {
            opened += 1;
            errors += use_up(&mut reader, most);
        }
        assert!(read_files(&dir) == files, "reading changed something");

        match area.create() {
            Err(error) => {
                let mut left = read_files(&dir);
                left.insert(".lock".to_owned(), files[".lock"].clone());
                let changed: Vec<_> =
                    left.iter().filter(|(name, bytes)| files.get(*name) != Some(bytes)).collect();
                let changed: Vec<_> = changed.into_iter().map(|(name, _)| name).collect();
                assert!(left == files, "a creation that was refused changed {changed:?}: {error}");
            }
            Ok(mut writer) => {
                created += 1;
                let fits = match kind {
                    Kind::Keyed => writer.put(&[1], b"new").is_ok(),
                    _ => writer.publish(b"new").is_ok(),
                };
                if fits && let Ok(mut reader) = area.open() {
                    let chunk = reader.latest().unwrap().unwrap();
                    assert_eq!(chunk.payload(), b"new");
                    for _ in 0..100 {
                        let _ = match kind {
                            Kind::Keyed => writer.put(&[2], b"newer"),
                            _ => writer.publish(b"newer"),
                        };
                    }
                    let _ = writer.compact();
                    errors += use_up(&mut reader, 10_000);
                }
            }
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
    wire.say(format!("{opened} opened, {created} taken over, {errors} errors"));
}

fn survive(kind: &str) {
    let root = Root::temporary().unwrap();
    let mut victim = Child::start("victim", &root.path().unwrap(), &[kind]);
    let mut seed = String::new();
    while let Some(line) = victim.try_hear() {
        seed = line;
    }
    let (status, _) = victim.ended();
    assert!(status.success(), "seed {seed}: {status}");
    println!("{kind}: {ITERATIONS} damaged areas, {seed}");
}

fn p8_damaged_keyed_areas_are_survived() {
    survive("keyed");
}

fn p8_damaged_streams_are_survived() {
    survive("stream");
}

fn p8_a_manifest_of_zeros_and_a_newer_format_are_told_apart() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let files = valid(&path, Kind::Keyed);
    let with = |name: &str, change: &dyn Fn(&mut Files)| {
        let mut changed = files.clone();
        change(&mut changed);
        write_files(&path.join(name), &changed);
        let area = named(&path, name, Kind::Keyed);
        let results = (area.open().map(|_| ()), area.create().map(|_| ()));
        let mut left = read_files(&path.join(name));
        left.insert(".lock".to_owned(), changed[".lock"].clone());
        assert!(left == changed, "{name}: files changed");
        results
    };
    let zeros = with("zeros", &|files| files.get_mut(".manifest").unwrap().fill(0));
    assert!(matches!(zeros, (Err(OpenError::Corrupt(_)), Err(CreateError::Corrupt(_)))), "{zeros:?}");
    let newer = with("newer", &|files| files.get_mut(".manifest").unwrap()[8] += 1);
    assert!(
        matches!(newer, (Err(OpenError::ForeignFormat(_)), Err(CreateError::ForeignFormat(_)))),
        "{newer:?}"
    );
    let boot = with("boot", &|files| files.get_mut(".manifest").unwrap()[40] ^= 1);
    assert!(matches!(boot, (Err(OpenError::EarlierBoot(_)), Err(CreateError::EarlierBoot(_)))), "{boot:?}");
    let gone = with("gone", &|files| files.retain(|name, _| !name.ends_with("segment")));
    assert!(matches!(gone, (Err(OpenError::Removed(_)), Err(CreateError::Removed(_)))), "{gone:?}");
    let segment = files.keys().find(|name| name.ends_with("segment")).unwrap();
    let other = with("other", &|files| files.get_mut(segment).unwrap()[20] ^= 1);
    assert!(matches!(other, (Err(OpenError::Removed(_)), Err(CreateError::Removed(_)))), "{other:?}");
}

/// Else followers would take whatever is still to be published for what they have seen.
fn p8_headers_that_speak_of_seqs_to_come_are_errors() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let files = valid(&path, Kind::Stream);
    let segment = files.keys().find(|name| name.ends_with("segment")).unwrap();
    for word in [72, 80, 88] {
        let mut changed = files.clone();
        changed.get_mut(segment).unwrap()[word..word + 8].fill(0xff);
        let name = format!("word-{word}");
        write_files(&path.join(&name), &changed);
        let area = named(&path, &name, Kind::Stream);
        let results = (area.open().map(|_| ()), area.create().map(|_| ()));
        assert!(
            matches!(results, (Err(OpenError::Corrupt(_)), Err(CreateError::Corrupt(_)))),
            "{word}: {results:?}"
        );
    }
}

fn p8_truncated_files_are_errors() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let files = valid(&path, Kind::Keyed);
    let segment = files.keys().find(|name| name.ends_with("segment")).unwrap();
    for name in [segment.as_str(), ".manifest"] {
        let mut refused = 0;
        for len in (0..files[name].len()).step_by(64) {
            let mut cut = files.clone();
            cut.get_mut(name).unwrap().truncate(len);
            let area = format!("cut-{name}-{len}").replace("-.", "-");
            write_files(&path.join(&area), &cut);
            match named(&path, &area, Kind::Keyed).open() {
                Ok(mut reader) => drop(use_up(&mut reader, 10_000)),
                Err(OpenError::Corrupt(_) | OpenError::EarlierBoot(_)) => refused += 1,
                Err(error) => panic!("{name} cut to {len}: {error}"),
            }
        }
        assert!(refused >= 8, "{name}: {refused}");
    }
}

/// Each slot of the index leads to the newest of a key's many versions, and none of these is committed. Walked anew from
/// each slot that would be some billions of steps.
fn p8_a_chain_that_every_slot_leads_to_is_walked_once() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let area = named(&path, "chain", Kind::Keyed).initial_size(16 << 20).max_size(64 << 20);
    let mut writer = area.create().unwrap();
    for n in 0..60_000u32 {
        writer.put(&n.to_le_bytes(), b"").unwrap();
    }
    writer.compact().unwrap();
    for _ in 0..50_000 {
        writer.put(b"key", b"").unwrap();
    }
    drop(writer);

    let segment = std::fs::read_dir(path.join("chain")).unwrap().map(|entry| entry.unwrap().path());
    let segment = segment.into_iter().find(|path| path.to_str().unwrap().ends_with("segment")).unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let word = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let place = |bytes: &[u8], at: usize| usize::try_from(word(bytes, at)).unwrap();
    let index = 512..512 + 8 * place(&bytes, 40);
    let newest = place(&bytes, 128);
    let slot = index
        .clone()
        .step_by(8)
        .map(|at| word(&bytes, at))
        .find(|slot| slot & !(!0 << 40) == newest as u64 / 64);
    let slot = slot.unwrap().to_le_bytes();
    bytes[index].as_chunks_mut().0.fill(slot);
    let (mut at, mut chain) = (newest, 0);
    while at != 0 {
        bytes[at] = 1;
        (at, chain) = (place(&bytes, at + 40), chain + 1);
    }
    assert!(chain > 30_000, "a rollover came too late: {chain}");
    bytes[128..136].fill(0);
    std::fs::write(&segment, &bytes).unwrap();

    let (mut reader, begin) = (area.open().unwrap(), Instant::now());
    let error = reader.get(b"key").map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("again and again"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}
