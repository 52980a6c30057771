//! Rollovers under readers that hold on to the past.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::process::ExitCode;

use speculo_core::{Chunk, Kind, OwnedChunk, Root, View};
use speculo_tests::{Child, Wire, area, area_dir, assert_tidy, roles, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p7_values_in_hand_stay_unchanged_through_1000_rollovers_in_reused_memory,
            compacting_gives_back_all_but_what_is_live,
        ],
        roles![publisher, holder],
    )
}

const HELD: u64 = 16;

fn compacting_gives_back_all_but_what_is_live() {
    const KEYS: u64 = 50_000;
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut writer = area(&path, Kind::Keyed).create().unwrap();
    let mut n = 0_u64;
    while n < KEYS || !n.is_multiple_of(1000) || writer.stats().reused == 0 {
        writer.put(&(n % KEYS).to_le_bytes(), &[1; 64]).unwrap();
        n += 1;
    }
    writer.compact().unwrap();
    let live = writer.stats().live_bytes;
    let files = std::fs::read_dir(area_dir(&path)).unwrap();
    let taken: u64 = files.map(|file| file.unwrap().metadata().unwrap().blocks() * 512).sum();
    assert!(live == KEYS * 128 && taken < live / 2 * 3, "{taken} bytes for {live}");
}

fn p7_values_in_hand_stay_unchanged_through_1000_rollovers_in_reused_memory() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("publisher", &path, &[]);
    publisher.expect("ready");
    let mut holder = Child::start("holder", &path, &[]);
    holder.expect("ready");

    let mut generations = std::collections::BTreeSet::new();
    for n in 1..=HELD {
        generations.insert(publisher.ask(n * 20));
        holder.bid("take", "taken");
    }
    let last = publisher.ask(1000);
    holder.bid("check", "unchanged");
    let stats: Vec<u64> = last.split(' ').map(|number| number.parse().unwrap()).collect();
    let [rollovers, reused, retired, pinned] = stats[..] else { panic!("{last}") };
    assert_eq!(generations.len() as u64, HELD);
    assert!(rollovers >= 1000 && retired >= HELD && pinned > 0, "{last}");
    assert!(reused >= 900, "{reused} of {rollovers} rollovers reused a retired segment");
    println!("{rollovers} rollovers, {reused} in reused memory, {HELD} views and {HELD} chunks held");

    // What is let go is used again or given back.
    holder.bid("drop", "dropped");
    publisher.ask(1100);
    let stats = publisher.ask("compact");
    assert!(stats.ends_with(" 0"), "pinned bytes after everything was let go: {stats}");
    holder.finish();
    publisher.finish();
    assert_tidy(&path);
}

fn publisher(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    let mut count = 0u64;
    let mut publish = |writer: &mut speculo_core::Writer| {
        let mut value = [0; 100];
        value.fill(count.to_le_bytes()[0]);
        value[..8].copy_from_slice(&count.to_le_bytes());
        writer
            .put(&[count.to_le_bytes()[0] % 16], &value[..8 + usize::try_from(count % 92).unwrap()])
            .unwrap();
        count += 1;
    };
    publish(&mut writer);
    wire.say("ready");
    while let Some(line) = wire.hear() {
        if line == "compact" {
            writer.compact().unwrap();
        } else {
            let goal: u64 = line.parse().unwrap();
            while writer.stats().rollovers < goal {
                (0..8).for_each(|_| publish(&mut writer));
            }
        }
        let stats = writer.stats();
        wire.say(format!(
            "{} {} {} {}",
            stats.rollovers, stats.reused, stats.retired_segments, stats.pinned_bytes
        ));
    }
}

fn holder(wire: &mut Wire) {
    let mut reader = area(wire.root(), Kind::Keyed).open().unwrap();
    let mut views: Vec<(View, u64)> = Vec::new();
    let mut chunks: Vec<(OwnedChunk, u64)> = Vec::new();
    wire.say("ready");
    while let Some(line) = wire.hear() {
        match line.as_str() {
            "take" => {
                let view = reader.view().unwrap();
                let hash = hash_view(&view);
                views.push((view, hash));
                let chunk = reader.latest().unwrap().unwrap().share();
                let hash = hash_chunk(chunk.chunk());
                chunks.push((chunk, hash));
                wire.say("taken");
            }
            "check" => {
                let same = views.iter().all(|(view, hash)| hash_view(view) == *hash)
                    && chunks.iter().all(|(chunk, hash)| hash_chunk(chunk.chunk()) == *hash);
                wire.say(if same { "unchanged" } else { "changed" });
            }
            _ => {
                views.clear();
                chunks.clear();
                reader.idle();
                wire.say("dropped");
            }
        }
    }
}

fn hash_view(view: &View) -> u64 {
    let mut hash = DefaultHasher::new();
    let mut count = 0u64;
    for chunk in view {
        hash_chunk(chunk.unwrap()).hash(&mut hash);
        count += 1;
    }
    (count, view.last_seq().unwrap()).hash(&mut hash);
    hash.finish()
}

fn hash_chunk(chunk: Chunk<'_>) -> u64 {
    let mut hash = DefaultHasher::new();
    (chunk.key(), chunk.payload(), chunk.seq(), chunk.id(), chunk.version()).hash(&mut hash);
    hash.finish()
}
