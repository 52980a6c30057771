//! Looking up by the short way, at a pin, and by a forged index.

use super::*;
use crate::layout::chunk::AT_PREV;
use crate::layout::index::{hash_key, slot};
use crate::log::read::{at_slot, plain_at_slot, plain_find};

#[test]
fn the_short_way_leads_where_the_long_one_does() {
    let mut stage = Stage::new(Kind::Keyed, 64, 4);
    for key in 0..50_u64 {
        stage.put(&key.to_le_bytes(), b"1");
    }
    let (log, segment) = (&stage.log, stage.log.segment());
    for key in 0..60_u64 {
        let key = key.to_le_bytes();
        let wanted = Wanted::key(&key);
        let hash = wanted.hash(SEED);
        let Found { slot, chunk } = find(segment, &wanted, hash, NO_PIN).unwrap();
        let (slot, at) = (slot.unwrap(), chunk.map(|chunk| (slot.unwrap(), chunk.offset())));
        assert_eq!(plain_find(segment, &wanted, hash).map(|(slot, chunk)| (slot, chunk.offset())), at);
        assert_eq!(log.resolve_plain(&wanted, SEED).map(|spot| spot.slot()), at.map(|(slot, _)| slot));
        assert_eq!(plain_at_slot(segment, slot).map(|chunk| (slot, chunk.offset())), at);
        assert_eq!(
            log.revisit(slot, hash).map(|spot| (spot.slot(), spot.hash())),
            at.map(|(slot, _)| (slot, hash))
        );
    }
}

#[test]
fn p10_what_was_committed_from_the_pin_on_is_not_seen() {
    let mut stage = Stage::new(Kind::Keyed, 16, 4);
    let mut pins = vec![stage.log.end()];
    for n in 0..5_u8 {
        stage.put(b"a", &[n]);
        pins.push(stage.log.end());
    }
    stage.put(b"b", b"new");
    for (n, pin) in (0..).zip(&pins) {
        let payload = stage.at_pin(b"a", *pin).map(|chunk| chunk.payload()[0]);
        assert_eq!(payload, u8::checked_sub(n, 1));
        assert!(stage.at_pin(b"b", *pin).is_none());
    }
    assert!(stage.at_pin(b"b", pins[5] + 1).is_some());
    assert_eq!((stage.get(b"a").unwrap().version(), stage.get(b"b").unwrap().payload()), (5, &b"new"[..]));
}

#[test]
fn p8_an_index_that_leads_elsewhere_or_round_and_round_is_damaged() {
    // Many versions of one key, so many that all slots together lead to more of them than the file can hold.
    let mut stage = Stage::new(Kind::Keyed, 16, 2);
    let first = stage.log.end();
    for n in 0..40 {
        stage.put(b"a", &[n]);
    }
    let (pin, last) = (first + 1, stage.log.end() - SMALL);
    assert_eq!(stage.at_pin(b"a", pin).unwrap().payload(), [0]);

    let wanted = Wanted::key(b"not there");
    let hash = hash_key(b"not there", SEED);
    let look = |at: u64| {
        for n in 0..16 {
            stage.forge(AT_INDEX + 8 * n, slot(hash, at));
        }
        let found = find(stage.log.segment(), &wanted, hash, pin).map(|found| found.chunk.is_some());
        found.map_err(|damage| damage.what)
    };
    assert_eq!(look(last), Err("the index leads to it again and again"));
    assert_eq!(look(first), Ok(false), "a short way may be gone again and again");
    for outside in [2 * PAGE, 1 << 40] {
        assert_eq!(look(outside), Err("the index names a place outside the log"));
        assert!(at_slot(stage.log.segment(), 0, NO_PIN).is_err());
    }
    for (prev, what) in [
        (last, "a chunk replaces one that comes after it"),
        (u64::MAX, "a chunk replaces one that comes after it"),
        (last - 8, "the index names a place outside the log"),
        (LINE, "a chunk lies outside the log"),
    ] {
        stage.forge(last + AT_PREV, prev);
        assert_eq!(look(last), Err(what), "{prev}");
    }
    stage.forge(last + AT_PREV, 0);
    assert_eq!(look(last), Ok(false));
}
