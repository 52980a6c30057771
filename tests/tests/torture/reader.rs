//! Readers that look things up, take views, and hold on to them.

use std::collections::VecDeque;
use std::time::Duration;

use speculo_core::{ChunkId, OwnedChunk, Reader, Slot, View};
use speculo_tests::random::Random;
use speculo_tests::{PATIENCE, Wire};

use crate::ledger::Count;
use crate::sight::{Sight, check_again, check_names, check_view};
use crate::value;

/// Now and then a reader rests, so that others are seen in all states.
pub(crate) fn rest(random: &mut Random) {
    match random.below(64) {
        0..8 => std::thread::yield_now(),
        8 => std::thread::sleep(Duration::from_micros(random.below(3000))),
        _ => {}
    }
}

/// Opens the area, which may not be there yet.
pub(crate) fn open(wire: &Wire, sight: &Sight) -> Reader {
    sight.spec.builder(wire.root()).open_wait(PATIENCE).unwrap()
}

/// Looks up keys and ids, by turns in every way there is.
pub(crate) fn looker(wire: &mut Wire) {
    let (mut sight, mut random) = crate::begin(wire);
    let spec = sight.spec;
    let mut reader = open(wire, &sight);
    wire.say("ready");
    let mut slots: Vec<Option<Slot>> = vec![None; usize::try_from(spec.history.names()).unwrap()];
    let mut held: VecDeque<OwnedChunk> = VecDeque::new();
    loop {
        // Told to stop, it looks once more: nobody writes by then.
        let is_told = wire.is_told();
        let looks = 1 + random.below(200);
        for _ in 0..looks {
            let name = spec.any_name(&mut random, sight.ledger.begun());
            let key = spec.key(name);
            let look = sight.look();
            let found = match random.below(8) {
                0 => {
                    let found = reader.latest().unwrap();
                    sight.check_latest(&look, found.as_ref());
                    continue;
                }
                1 | 2 if spec.kind == speculo_core::Kind::Keyed => {
                    let slot = slots[usize::try_from(name).unwrap()].get_or_insert_with(|| Slot::new(&key));
                    reader.get_at(slot)
                }
                _ if spec.is_stream() => reader.get_id(ChunkId::new(name)),
                _ => reader.get(&key),
            };
            let found = found.unwrap();
            sight.check_get(&look, name, found.as_ref());
            if random.below(500) == 0
                && let Some(chunk) = found
            {
                held.push_back(chunk.share());
            }
            rest(&mut random);
        }
        sight.ledger.add(Count::Looks, looks);
        if held.len() > 4
            && let Some(owned) = held.pop_front()
        {
            value::check(&spec, &owned.chunk());
        }
        match random.below(100) {
            0 => reader = open(wire, &sight),
            1 => reader = reader.fork(),
            2 => reader.idle(),
            _ => {}
        }
        if is_told {
            break;
        }
    }
    for owned in held {
        value::check(&spec, &owned.chunk());
    }
}

/// Takes views, and holds some of them for long.
pub(crate) fn viewer(wire: &mut Wire) {
    let (mut sight, mut random) = crate::begin(wire);
    let mut reader = open(wire, &sight);
    wire.say("ready");
    let mut held: VecDeque<(View, Vec<u64>)> = VecDeque::new();
    let mut last = 0;
    loop {
        let is_told = wire.is_told();
        let look = sight.look();
        let view = reader.view().unwrap();
        let upto = check_view(&mut sight, &look, &view);
        assert!(upto >= last, "a view of {upto} after one of {last}");
        last = upto;
        sight.ledger.add(Count::Views, 1);
        let seen: Vec<u64> = view.iter().map(|chunk| chunk.unwrap().seq()).collect();
        let names: Vec<_> = (0..20).map(|_| sight.spec.any_name(&mut random, upto)).collect();
        check_names(&sight, &view, upto, &seen, names.into_iter());
        if random.below(10) == 0 {
            held.push_back((view, seen));
        } else {
            check_again(&sight, &view, &seen);
        }
        if held.len() > 3
            && random.below(4) == 0
            && let Some((view, seen)) = held.pop_front()
        {
            check_again(&sight, &view, &seen);
        }
        match random.below(60) {
            0 => reader = open(wire, &sight),
            1 => reader.idle(),
            2..6 => std::thread::sleep(Duration::from_millis(random.below(30))),
            _ => rest(&mut random),
        }
        if is_told {
            break;
        }
    }
    for (view, seen) in &held {
        check_again(&sight, view, seen);
    }
}
