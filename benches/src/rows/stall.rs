//! How long one publish can take, over many rollovers.
//!
//! Every publish is timed by itself, under keys in random order, after the area has come to its size. Machines have
//! hiccups of their own, so bare stores are timed in the same way, in turns that take as long, and what the publisher
//! waited for a processor is told apart. All times include a look at the clock, which is most of a bare store's.

mod watch;

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::measure::{Bench, Measured, Unit};
use crate::rows::areas::{Block, Keys, Pose, Value, check_room};
use crate::rows::copies::{Copies, nanoseconds};
use speculo_typed::Root;
use watch::{Watch, waited_here};

pub(crate) const GROUP: &str = "stall";

/// Rollovers that are watched, at least.
const ROLLOVERS: u64 = 20;

/// Publishes in one turn: enough for what the other's turn did to the caches not to count.
const TURN: u64 = 1 << 15;

const MEGABYTE: u64 = 1_000_000;

/// Turns at least.
const TURNS: u64 = 16;

/// How long the longest publish takes, with more and more live.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    watch_area::<Pose>(bench, "64 B", MEGABYTE, "1 MB")?;
    if !quick {
        watch_area::<Pose>(bench, "64 B", 100 * MEGABYTE, "100 MB")?;
        watch_area::<Block>(bench, "1 KiB", 100 * MEGABYTE, "100 MB")?;
        watch_area::<Block>(bench, "1 KiB", 1000 * MEGABYTE, "1 GB")?;
    }
    Ok(())
}

/// Watches an area of values of this size, with so much live.
fn watch_area<V: Value>(bench: &mut Bench, size: &str, live: u64, name: &str) -> anyhow::Result<()> {
    // The current segment, the next one and a retired one, each at least twice what is live; and the copies.
    check_room(live * 8)?;
    let work = format!("publish {size} by key, {ROLLOVERS} rollovers, {name} live");
    let mut record = |by: String, rounds: Vec<f64>| {
        let (group, work) = (GROUP.to_owned(), work.clone());
        bench.record(Measured { group, work, by, unit: Unit::Nanoseconds, rounds, absent: None });
    };

    let one = Keys::<V>::fill(1)?.publisher.stats().live_bytes;
    let mut area = Keys::<V>::create(Root::temporary()?, live / one)?;
    let mut filling = Watch::new()?;
    for key in 0..area.count {
        let (publisher, value) = area.next_under(key);
        filling.time(|| publisher.publish(value).map(drop))?;
    }
    // The first ones take memory that has not been used before.
    area.roll_over(3)?;

    let mut publishing = Watch::new()?;
    let mut storing = Watch::new()?;
    let mut stores = Stores::new(V::BYTES);
    let mut copies = Copies::new(live);
    let (waited_before, stolen_before) = (waited_here()?, stolen()?);
    let first = area.publisher.stats().rollovers;
    let mut turns = 0;
    while turns < TURNS || area.publisher.stats().rollovers < first + ROLLOVERS {
        let began = Instant::now();
        for _ in 0..TURN {
            let (publisher, value) = area.next();
            publishing.time(|| publisher.publish(value).map(drop))?;
        }
        let took = began.elapsed();
        let began = Instant::now();
        while began.elapsed() < took {
            for _ in 0..1024 {
                storing.time(|| {
                    stores.store();
                    anyhow::Ok(())
                })?;
            }
        }
        copies.copy();
        turns += 1;
    }
    let rollovers = area.publisher.stats().rollovers - first;

    publishing.tell("speculo", rollovers, &mut record);
    record("speculo maximum while the area is filled".to_owned(), vec![filling.maximum()]);
    storing.tell("bare stores", rollovers, &mut record);
    record("memcpy of the live bytes".to_owned(), copies.rounds);
    record(
        "waited for a processor, in all".to_owned(),
        vec![nanoseconds(waited_here()?.saturating_sub(waited_before))],
    );
    record(
        "taken by the hypervisor from all processors".to_owned(),
        vec![nanoseconds(stolen()?.saturating_sub(stolen_before))],
    );
    Ok(())
}

/// What a publish cannot do without: a header and a value, one after the other in a buffer that stays in the cache.
struct Stores {
    value: Vec<u8>,
    buffer: Vec<u8>,
    at: usize,
}

impl Stores {
    fn new(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes + 64).unwrap_or(usize::MAX);
        Self { value: vec![1; bytes], buffer: vec![0; 512 << 10], at: 0 }
    }

    fn store(&mut self) {
        if self.buffer.len() - self.at < self.value.len() {
            self.at = 0;
        }
        if let Some(place) = self.buffer.get_mut(self.at..).and_then(|free| free.get_mut(..self.value.len()))
        {
            place.copy_from_slice(black_box(&self.value));
            black_box(place);
        }
        self.at += self.value.len();
    }
}

/// What the hypervisor has taken from all processors so far, in steps of 10 ms.
fn stolen() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let ticks = stat.split_ascii_whitespace().nth(8).and_then(|ticks| ticks.parse::<u64>().ok());
    Ok(Duration::from_millis(10 * ticks.unwrap_or_default()))
}
