//! Views are the area at one point of its log, whatever the writer does meanwhile.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use speculo_core::{Kind, Root};
use speculo_tests::random::mix;
use speculo_tests::{Child, Wire, area, number, roles, tests};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p10_every_view_is_a_prefix_of_the_history,
            p10_every_view_is_a_prefix_of_the_history_with_removals,
            p10_every_view_of_a_stream_is_a_prefix_of_the_history,
        ],
        roles![publisher, viewer, teller, listener],
    )
}

const KEYS: u64 = 13;
const READERS: usize = 3;
/// Views of each reader at least, and how many of them must differ.
const VIEWS: u64 = 1000;
const DISTINCT: u64 = 500;

/// What happened to the keys, told by the number of operations: every process can compute it.
#[derive(Default)]
struct History {
    removals: bool,
    seq: u64,
    values: BTreeMap<u64, u64>,
}

enum Operation {
    Put(u64),
    Remove(u64),
}

impl History {
    /// The operation that is commit number `seq + 1`.
    fn advance(&mut self) -> Operation {
        self.seq += 1;
        if self.removals {
            let key = mix(self.seq) % KEYS;
            if mix(self.seq) >> 40 & 3 == 0 && self.values.remove(&key).is_some() {
                return Operation::Remove(key);
            }
            self.values.insert(key, self.seq);
            Operation::Put(key)
        } else {
            let key = self.seq % KEYS;
            self.values.insert(key, self.seq);
            Operation::Put(key)
        }
    }
}

fn p10_every_view_is_a_prefix_of_the_history() {
    snapshots("puts");
}

fn p10_every_view_is_a_prefix_of_the_history_with_removals() {
    snapshots("removals");
}

fn snapshots(mode: &str) {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("publisher", &path, &[mode]);
    publisher.expect("ready");
    let mut viewers: Vec<_> = (0..READERS).map(|_| Child::start("viewer", &path, &[mode])).collect();
    for viewer in &mut viewers {
        viewer.expect("ready");
    }
    publisher.say("go");
    for viewer in &mut viewers {
        viewer.say("go");
    }
    let views: u64 = viewers.iter_mut().map(|viewer| viewer.hear().parse::<u64>().unwrap()).sum();
    let rollovers: u64 = publisher.ask("stop").parse().unwrap();
    println!("{mode}: {views} views, {rollovers} rollovers");
    assert!(rollovers > 50, "only {rollovers} rollovers");
    viewers.into_iter().for_each(Child::finish);
    publisher.finish();
}

fn publisher(wire: &mut Wire) {
    let mut history = History { removals: wire.arg(1) == "removals", ..History::default() };
    let mut writer = area(wire.root(), Kind::Keyed).create().unwrap();
    wire.say("ready");
    wire.wait_for("go");
    while !history.seq.is_multiple_of(64) || !wire.is_told() {
        match history.advance() {
            Operation::Put(key) => {
                let mut value = [0; 64];
                value[..8].copy_from_slice(&history.seq.to_le_bytes());
                let len = 8 + usize::try_from(history.seq % 57).unwrap();
                writer.put(&key.to_le_bytes(), &value[..len]).unwrap();
            }
            Operation::Remove(key) => assert!(writer.remove(&key.to_le_bytes()).unwrap()),
        }
    }
    wire.say(writer.stats().rollovers);
}

fn viewer(wire: &mut Wire) {
    let mut history = History { removals: wire.arg(1) == "removals", ..History::default() };
    let mut reader = area(wire.root(), Kind::Keyed).open().unwrap();
    wire.say("ready");
    wire.wait_for("go");
    let (mut views, mut distinct) = (0, 0);
    while views < VIEWS || distinct < DISTINCT {
        let view = reader.view().unwrap();
        let seq = view.last_seq().unwrap();
        assert!(seq >= history.seq, "a later view shows less");
        views += 1;
        if seq > history.seq {
            distinct += 1;
        } else {
            std::thread::yield_now();
        }
        while history.seq < seq {
            history.advance();
        }
        let mut seen = BTreeMap::new();
        for chunk in &view {
            let chunk = chunk.unwrap();
            let (key, value) = (number(chunk.key()), number(chunk.payload()));
            assert_eq!(chunk.seq(), value);
            assert_eq!(chunk.payload().len() as u64, 8 + value % 57);
            assert!(seen.insert(key, value).is_none(), "key {key} twice, as of {seq}");
        }
        assert_eq!(seen, history.values, "as of {seq}");
        for key in 0..KEYS {
            let value = view.get(&key.to_le_bytes()).unwrap().map(|chunk| number(chunk.payload()));
            assert_eq!(value, history.values.get(&key).copied(), "key {key} as of {seq}");
        }
        assert_eq!(view.last_seq().unwrap(), seq, "a view stays");
        // What is read now is at least as new.
        for key in 0..KEYS {
            if let Some(chunk) = reader.get(&key.to_le_bytes()).unwrap() {
                assert!(history.values.get(&key).is_none_or(|value| number(chunk.payload()) >= *value));
            }
        }
    }
    wire.say(views);
}

/// A stream that drops its oldest: a view is always a gapless run of messages.
fn p10_every_view_of_a_stream_is_a_prefix_of_the_history() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut teller = Child::start("teller", &path, &[]);
    teller.expect("ready");
    let mut listeners: Vec<_> = (0..2).map(|_| Child::start("listener", &path, &[])).collect();
    for listener in &mut listeners {
        listener.expect("ready");
    }
    teller.say("go");
    for listener in &mut listeners {
        listener.say("go");
    }
    for listener in &mut listeners {
        listener.expect("done");
    }
    let rollovers: u64 = teller.ask("stop").parse().unwrap();
    assert!(rollovers > 20, "only {rollovers} rollovers");
    listeners.into_iter().for_each(Child::finish);
    teller.finish();
}

fn teller(wire: &mut Wire) {
    let mut writer = area(wire.root(), Kind::Stream).max_size(16 << 10).create().unwrap();
    wire.say("ready");
    wire.wait_for("go");
    for n in 1u64.. {
        writer.publish(&n.to_le_bytes()).unwrap();
        if n.is_multiple_of(64) && wire.is_told() {
            break;
        }
    }
    wire.say(writer.stats().rollovers);
}

fn listener(wire: &mut Wire) {
    let mut reader = area(wire.root(), Kind::Stream).open().unwrap();
    wire.say("ready");
    wire.wait_for("go");
    let (mut last, mut followed, mut received, mut views) = (0, 0, 0u64, 0);
    while views < VIEWS || received < 20_000 {
        views += 1;
        let view = reader.view().unwrap();
        let mut next = None;
        for chunk in &view {
            let n = number(chunk.unwrap().payload());
            assert!(next.is_none_or(|next| next == n), "a gap before {n}");
            next = Some(n + 1);
        }
        assert_eq!(view.last_seq().unwrap() + 1, next.unwrap_or(1));
        assert!(next.unwrap_or(1) > last);
        last = next.unwrap_or(1) - 1;
        // Following, mixed with views: nothing twice, and every gap is counted.
        for _ in 0..100 {
            let Some(chunk) = reader.try_next().unwrap() else { break };
            let n = number(chunk.payload());
            assert!(n > followed, "{n} after {followed}");
            followed = n;
            received += 1;
            assert_eq!(received + reader.lost(), followed, "messages missing that are not counted");
        }
    }
    wire.say("done");
}
