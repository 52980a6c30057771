//! Rollovers in steps, from within: when they begin, how fast they go, what they leave.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::layout::chunk;
use crate::log::plan::Live;
use crate::memory::FileId;
use crate::{Area, AreaBuilder, ChunkId, Root, Schema, To};

const TTL: Option<Duration> = Some(Duration::from_hours(1));
const SOON: Option<Duration> = Some(Duration::from_nanos(1));

fn area(root: &Root, kind: Kind, initial_size: u64) -> AreaBuilder<'static> {
    Area::builder("a").root(root.clone()).schema(Schema::untyped(kind)).initial_size(initial_size)
}

/// Publishes a value that takes `total` bytes, beside a short key.
fn publish(writer: &mut Writer, to: To<'_>, ttl: Option<Duration>, total: u64) -> ChunkId {
    let len = usize::try_from(total - chunk::HEADER).unwrap();
    writer.publish_with(to, ttl, |_| Ok::<_, std::convert::Infallible>(len)).unwrap()
}

fn put(writer: &mut Writer, key: u64, total: u64) {
    publish(writer, To::Key(&key.to_le_bytes()), None, total);
}

fn current(writer: &Writer) -> FileId {
    writer.parts.log.segment().region().id()
}

/// The file of the segment that is on its way.
fn next(writer: &Writer) -> Option<FileId> {
    writer.ahead.as_ref().map(|ahead| ahead.walk.next().segment().region().id())
}

#[test]
fn what_is_left_is_what_can_be_published() {
    let mut reasons = BTreeSet::new();
    for kind in [Kind::Stream, Kind::Keyed] {
        // Too little is live to be copied in steps, so that rollovers come when they must.
        let root = Root::temporary().unwrap();
        let mut writer = area(&root, kind, 4096).max_size(64 << 10).create().unwrap();
        let (mut keys, mut last) = (BTreeSet::new(), None);
        for n in 0..6000_u64 {
            let (left, before) = (writer.left(), current(&writer));
            // Small ones, ones of all sizes, and ones that replace each other.
            let (number, phase) = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40, n / 500 % 3);
            let total = [64, 64 + number % 8 * 64, 192][usize::try_from(phase).unwrap()];
            let is_new = match (kind, phase) {
                (Kind::Stream, 2) if last.is_some() => {
                    let id = last.unwrap_or_else(|| unreachable!());
                    publish(&mut writer, To::Id(id), None, total);
                    false
                }
                (Kind::Stream, _) => {
                    let id = publish(&mut writer, To::Next, None, total);
                    last = (phase == 2).then_some(id);
                    true
                }
                _ => {
                    let key = if phase == 0 { n % 500 } else { number % 50 };
                    put(&mut writer, key, total);
                    keys.insert(key)
                }
            };
            let reason = if is_new && left.slots == 0 {
                Some("slots")
            } else if is_new && total > left.limit {
                Some("limit")
            } else if total > left.log {
                Some("log")
            } else {
                None
            };
            assert_eq!(
                reason.is_some(),
                current(&writer) != before,
                "{kind:?} {n}: {total} of {left:?}, {reason:?}"
            );
            reasons.extend(reason.map(|reason| (reason, kind == Kind::Stream)));
        }
    }
    assert_eq!(reasons.len(), 5, "{reasons:?}");
}

#[test]
fn what_is_small_is_copied_at_once() {
    for (keys, total, in_steps) in [(32, 4096, true), (31, 8192, false), (64, 1984, false), (1984, 64, false)]
    {
        let root = Root::temporary().unwrap();
        let mut writer = area(&root, Kind::Keyed, 1 << 20).create().unwrap();
        let mut steps = 0;
        for n in 0.. {
            put(&mut writer, n % keys, total);
            steps += u32::from(writer.ahead.is_some());
            if writer.rollovers == 2 {
                break;
            }
        }
        assert_eq!(steps > 0, in_steps, "{keys} of {total} bytes");
    }
}

/// A rollover on its way, as it was at its last step.
#[derive(Debug)]
struct Begun {
    /// What was left when it began.
    first: Left,
    live: Live,
    is_fresh: bool,
    left: Left,
    /// What there was to walk.
    rest: u64,
    end: u64,
    /// Whether all was walked.
    is_ready: bool,
}

/// Looks on between any two commits.
struct Watch {
    writer: Writer,
    begun: Option<Begun>,
    ended: u32,
}

impl Watch {
    fn new(writer: Writer) -> Self {
        Self { writer, begun: None, ended: 0 }
    }

    fn publish(&mut self, to: To<'_>, ttl: Option<Duration>, total: u64) {
        let (before, left) = (current(&self.writer), self.writer.left());
        publish(&mut self.writer, to, ttl, total);
        if current(&self.writer) != before {
            let begun = self.begun.take().expect("so much is copied in steps");
            self.end(&begun, left, total);
            return;
        }
        let now = self.writer.left();
        let log = &self.writer.parts.log;
        let work = log.end() - AT_INDEX;
        match (&self.writer.ahead, &mut self.begun) {
            (None, None) => {
                let is_due = PACE * now.bytes() < work || PACE * now.slots < log.used_slots();
                assert!(!is_due, "too late: {now:?}, {work} bytes and {} keys", log.used_slots());
            }
            (Some(ahead), begun @ None) => {
                let is_due = PACE * now.bytes() <= work + PACE || PACE * now.slots <= log.used_slots() + PACE;
                assert!(is_due, "too early: {now:?}, {work} bytes and {} keys", log.used_slots());
                let rest = ahead.walk.left(log);
                *begun = Some(Begun {
                    first: now,
                    live: log.live(),
                    is_fresh: !ahead.reused,
                    left: now,
                    rest,
                    end: log.end(),
                    is_ready: false,
                });
            }
            (Some(ahead), Some(begun)) if ahead.end != begun.end => {
                assert!(ahead.end - begun.end >= GRANULE, "a step after {} bytes", ahead.end - begun.end);
                let (rest, margin) = (ahead.walk.left(log), ahead.margin.bytes());
                // For each byte that is left there is not more to walk than before: so it comes to its end in time.
                if let (Some(before), Some(left)) =
                    (begun.left.bytes().checked_sub(margin), now.bytes().checked_sub(margin))
                {
                    assert!(rest * before <= begun.rest * left, "{rest} for {now:?}, {begun:?}");
                }
                if rest == 0 && !begun.is_ready {
                    begun.is_ready = true;
                    Self::is_in_time(begun, now);
                }
                (begun.left, begun.rest, begun.end) = (now, rest, ahead.end);
            }
            (Some(_), Some(_)) => {}
            (None, Some(begun)) => panic!("given up: {begun:?}, {now:?}"),
        }
    }

    /// All is walked when an eighth is left of what there was: nobody knows how large the next value is.
    fn is_in_time(Begun { first, .. }: &Begun, left: Left) {
        let bytes = (first.bytes() / 10..first.bytes() / 5).contains(&left.bytes());
        let slots = (first.slots / 10..first.slots / 5).contains(&left.slots);
        assert!(
            bytes && left.slots >= first.slots / 10 || slots && left.bytes() >= first.bytes() / 10,
            "{left:?} of {first:?}"
        );
    }

    /// `left` was left before the commit of `total` bytes at which it ended.
    fn end(&mut self, begun: &Begun, left: Left, total: u64) {
        let (log, max_size) = (&self.writer.parts.log, self.writer.parts.max_size);
        let (geometry, region, live) = (log.segment().geometry(), log.segment().region(), log.live());
        if begun.first.limit < begun.first.log {
            assert!(begun.is_ready && total > left.limit, "before there is too much: {left:?}");
            assert!(live.bytes.abs_diff(max_size / 2) <= total, "half of it stays: {live:?}");
        } else {
            Self::is_in_time(begun, left);
            let wanted = (log.end() + for_removals(region.known()) + PIECE).min(region.span());
            assert!(region.known() >= wanted, "{} bytes of {wanted}", region.known());
        }
        // What was copied and then replaced takes nothing of the room that there is to be.
        if begun.is_fresh && begun.live == live {
            let plan = Plan::roomy(&self.writer.wish(), live, 0);
            let room = plan.limit - Geometry::log_start(plan.index_slots) - live.bytes;
            assert!(geometry.log_limit - log.end() >= room, "{geometry:?} {}", log.end());
        }
        self.ended += 1;
    }
}

#[test]
fn a_rollover_in_steps_keeps_its_pace() {
    for (ttl, keys, total, size) in [(None, 1200, 128, 1 << 20), (TTL, 2100, 64, 2 << 20)] {
        let root = Root::temporary().unwrap();
        let mut watch = Watch::new(area(&root, Kind::Keyed, size).create().unwrap());
        let mut n = 0_u64;
        while watch.ended < 2 {
            watch.publish(To::Key(&(n % keys).to_le_bytes()), ttl, total);
            n += 1;
        }
    }
}

#[test]
fn a_rollover_in_steps_for_the_limit_comes_with_the_limit() {
    let root = Root::temporary().unwrap();
    let mut watch = Watch::new(area(&root, Kind::Stream, 1 << 20).max_size(1 << 20).create().unwrap());
    for _ in 0..25_000 {
        watch.publish(To::Next, None, 128);
    }
    assert!(watch.ended > 2, "{}", watch.ended);
}

#[test]
fn a_rollover_in_steps_for_the_index_comes_before_it_is_full() {
    let root = Root::temporary().unwrap();
    let mut watch = Watch::new(area(&root, Kind::Keyed, 4 << 20).create().unwrap());
    for n in 0..15_000_u64 {
        watch.publish(To::Key(&n.to_le_bytes()), None, 64);
    }
    assert!(watch.ended > 1, "{}", watch.ended);
}

/// A stream of a mebibyte at most, and its messages, when a rollover for the limit is on its way.
fn stream_near_its_limit(root: &Root) -> (Writer, Vec<ChunkId>) {
    let mut writer = area(root, Kind::Stream, 1 << 20).max_size(1 << 20).create().unwrap();
    let mut ids = Vec::new();
    while writer.ahead.is_none() {
        ids.push(publish(&mut writer, To::Next, None, 128));
    }
    assert_eq!(writer.ahead.as_ref().map(|ahead| ahead.reason), Some(Reason::Limit));
    (writer, ids)
}

fn ids(writer: &Writer) -> Vec<ChunkId> {
    writer.view().unwrap().iter().map(|chunk| ChunkId::new(chunk.unwrap().id())).collect()
}

#[test]
fn what_is_on_its_way_is_ended_at_once_for_a_large_value() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed, 1 << 20).create().unwrap();
    for n in (0..1200).cycle() {
        put(&mut writer, n, 128);
        if writer.ahead.is_some() {
            break;
        }
    }
    let (file, total) = (next(&writer), writer.left().log + LINE);
    put(&mut writer, 1200, total);
    assert_eq!((Some(current(&writer)), writer.rollovers), (file, 1));
    assert_eq!(writer.view().unwrap().len().unwrap(), 1201);

    let root = Root::temporary().unwrap();
    let (mut writer, mut published) = stream_near_its_limit(&root);
    let (file, total) = (next(&writer), writer.left().limit + LINE);
    published.push(publish(&mut writer, To::Next, None, total));
    assert_eq!((Some(current(&writer)), writer.rollovers), (file, 1));
    let left = ids(&writer);
    let live = writer.parts.log.live();
    assert!(published.ends_with(&left) && live.bytes.abs_diff(1 << 19) <= 128, "half of it stays: {live:?}");
}

#[test]
fn nothing_is_dropped_where_there_is_not_too_much() {
    // The log ends first.
    let root = Root::temporary().unwrap();
    let (mut writer, published) = stream_near_its_limit(&root);
    while writer.rollovers == 0 {
        publish(&mut writer, To::Id(*published.last().unwrap()), None, 128);
    }
    assert_eq!(ids(&writer), published);
    // Enough has expired.
    let root = Root::temporary().unwrap();
    let (mut writer, mut published) = stream_near_its_limit(&root);
    let total = writer.left().limit - 10 * 128;
    publish(&mut writer, To::Next, SOON, total);
    while writer.rollovers == 0 {
        published.push(publish(&mut writer, To::Next, None, 128));
    }
    assert_eq!(ids(&writer), published);
}

#[test]
fn what_comes_to_be_too_small_is_left() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed, 4096).max_size(64 << 20).create().unwrap();
    // A log that was made for much more than is live.
    for n in 0..400 {
        put(&mut writer, n % 40, 100 << 10);
    }
    let generation = writer.stats().generation;
    for n in (0..40).cycle() {
        put(&mut writer, n, 5 << 10);
        if writer.ahead.is_some() {
            break;
        }
    }
    assert_eq!(writer.stats().generation, generation);
    let (mut keys, mut is_left) = (40, false);
    while writer.stats().generation == generation {
        put(&mut writer, keys, 4 << 10);
        keys += 1;
        is_left |= writer.ahead.is_none();
    }
    assert!(is_left, "{keys} keys");
    let view = writer.view().unwrap();
    assert_eq!(view.len().unwrap() as u64, keys);
    assert!((0..keys).all(|key| view.get(&key.to_le_bytes()).unwrap().is_some()));
}
