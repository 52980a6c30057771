//! Between rollovers: no page fault, no allocation, no system call, on either side.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::{CWD, FileType, Mode};
use speculo_core::{AreaBuilder, Kind, Reader, Root, To, Writer};
use speculo_tests::counting::{Counting, allocations};
use speculo_tests::sys::{Tracer, faults, mark};
use speculo_tests::{Child, Wire, area, number, roles, tests};

#[global_allocator]
static COUNTED: Counting = Counting;

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p3_a_million_publishes_cost_faults_and_allocations_at_rollovers_only,
            p3_publishing_makes_system_calls_at_rollovers_only,
            p3_reading_makes_system_calls_at_rollovers_only,
        ],
        roles![publisher, follower, traced_publisher, traced_reader],
    )
}

const KEYS: u64 = 64;
const PUBLISHES: u64 = 1_000_000;
/// Publishes before anything is counted: both segments have been written to their ends by then, on both sides.
const WARM_UP: u64 = 20_000;
/// Publishes between two looks at the counters, less than a segment holds.
const STRETCH: u64 = 100;

/// What a rollover may cost, on either side.
const FAULTS: u64 = 1;
const ALLOCATIONS: u64 = 40;
const CALLS: usize = 40;

fn put(writer: &mut Writer, n: u64) {
    let fill = |room: &mut [u8]| {
        if let Some(place) = room.get_mut(..64) {
            place[..8].copy_from_slice(&n.to_le_bytes());
        }
        Ok::<_, std::convert::Infallible>(64)
    };
    writer.publish_with(To::Key(&(n % KEYS).to_le_bytes()), None, fill).unwrap();
}

/// Reads what is new, in every way there is; gives the last number.
fn read(reader: &mut Reader, last: u64) -> u64 {
    let mut seen = last;
    while let Some(chunk) = reader.try_next().unwrap() {
        seen = number(chunk.payload());
        assert!(seen > last);
    }
    let newest = reader.get(&(seen % KEYS).to_le_bytes()).unwrap().unwrap();
    assert_eq!(number(newest.payload()), seen);
    assert_eq!(number(reader.latest().unwrap().unwrap().payload()), seen);
    let view = reader.view().unwrap();
    assert_eq!(number(view.get(&(seen % KEYS).to_le_bytes()).unwrap().unwrap().payload()), seen);
    seen
}

/// What stretches of work cost.
#[derive(Default)]
struct Costs {
    stretches: u64,
    /// How many of them cost anything.
    costly: u64,
    faults: u64,
    allocations: u64,
}

impl Costs {
    fn measure<T>(&mut self, counts: bool, work: impl FnOnce() -> T) -> T {
        let before = (faults(), allocations());
        let result = work();
        let (faults, allocations) = (faults() - before.0, allocations() - before.1);
        if counts {
            self.stretches += 1;
            self.costly += u64::from(faults + allocations > 0);
            self.faults += faults;
            self.allocations += allocations;
        }
        result
    }

    fn say(&self, wire: &Wire) {
        wire.say(format!("{} {} {} {}", self.stretches, self.costly, self.faults, self.allocations));
    }
}

fn check(who: &str, costs: &str, rollovers: u64) {
    let numbers: Vec<u64> = costs.split(' ').map(|number| number.parse().unwrap()).collect();
    let [stretches, costly, faults, allocations] = numbers[..] else { panic!("{costs}") };
    println!(
        "{who}: {stretches} stretches of {STRETCH}, {costly} of them cost anything; {rollovers} rollovers, \
         {faults} faults, {allocations} allocations"
    );
    assert_eq!(stretches, PUBLISHES / STRETCH);
    assert!(rollovers >= 10 && rollovers < stretches / 4, "{who}: {rollovers} rollovers");
    assert!(costly <= rollovers, "{who}: {costly} stretches with costs, but {rollovers} rollovers");
    assert!(faults <= rollovers * FAULTS, "{who}: {faults} faults at {rollovers} rollovers");
    assert!(allocations <= rollovers * ALLOCATIONS, "{who}: {allocations} at {rollovers} rollovers");
}

/// The area, and two pipes through which publisher and follower take turns.
fn place(root: &Path) -> (AreaBuilder<'static>, [std::path::PathBuf; 2]) {
    (area(root, Kind::Keyed).initial_size(256 << 10), ["there", "back"].map(|name| root.join(name)))
}

fn p3_a_million_publishes_cost_faults_and_allocations_at_rollovers_only() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    for pipe in place(&path).1 {
        rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }
    let mut publisher = Child::start("publisher", &path, &[]);
    publisher.expect("ready");
    let mut follower = Child::start("follower", &path, &[]);
    let rollovers: u64 = publisher.hear().parse().unwrap();
    check("publisher", &publisher.hear(), rollovers);
    check("follower", &follower.hear(), rollovers);
    follower.finish();
    publisher.finish();
}

fn publisher(wire: &mut Wire) {
    let (area, [there, back]) = place(wire.root());
    let mut writer = area.create().unwrap();
    wire.say("ready");
    let (mut there, mut back) = (File::create(there).unwrap(), File::open(back).unwrap());
    let (mut n, mut before, mut costs) = (0, 0, Costs::default());
    while n < WARM_UP + PUBLISHES {
        if n == WARM_UP {
            before = writer.stats().rollovers;
        }
        costs.measure(n >= WARM_UP, || {
            for _ in 0..STRETCH {
                n += 1;
                put(&mut writer, n);
            }
        });
        there.write_all(&[1]).unwrap();
        back.read_exact(&mut [0]).unwrap();
    }
    wire.say(writer.stats().rollovers - before);
    costs.say(wire);
}

fn follower(wire: &mut Wire) {
    let (area, [there, back]) = place(wire.root());
    let mut reader = area.open().unwrap();
    let (mut there, mut back) = (File::open(there).unwrap(), File::create(back).unwrap());
    let (mut last, mut costs) = (0, Costs::default());
    while last < WARM_UP + PUBLISHES {
        there.read_exact(&mut [0]).unwrap();
        let seen = costs.measure(last >= WARM_UP, || read(&mut reader, last));
        assert_eq!(seen, last + STRETCH);
        last = seen;
        back.write_all(&[1]).unwrap();
    }
    costs.say(wire);
}

/// Puts in each stretch that is traced, and how many stretches.
const TRACED: u64 = 20;
const STRETCHES: usize = 200;

fn small(root: &Path) -> AreaBuilder<'static> {
    // Some hundred puts to a rollover.
    area(root, Kind::Keyed).initial_size(64 << 10)
}

/// Publishes a stretch whenever it is told, between two marks.
fn traced_publisher(wire: &mut Wire) {
    let mut writer = small(wire.root()).create().unwrap();
    for n in 0..5000 {
        put(&mut writer, n);
    }
    let mut n = 5000;
    let before = writer.stats().rollovers;
    wire.say("ready");
    while wire.hear().is_some_and(|line| line == "go") {
        mark();
        for _ in 0..TRACED {
            put(&mut writer, n);
            n += 1;
        }
        mark();
        wire.say("done");
    }
    wire.say(writer.stats().rollovers - before);
    wire.hear();
}

fn traced_reader(wire: &mut Wire) {
    let mut reader = small(wire.root()).open().unwrap();
    let mut last = read(&mut reader, 0);
    wire.say("ready");
    while wire.hear().is_some() {
        mark();
        last = read(&mut reader, last);
        mark();
        wire.say("done");
    }
}

fn check_calls(who: &str, stretches: &[Vec<u64>], rollovers: usize) {
    let costly: Vec<usize> = stretches.iter().map(Vec::len).filter(|calls| *calls > 0).collect();
    println!(
        "{who}: {} stretches of {TRACED}, {rollovers} rollovers, {} stretches with system calls: {:?} at most",
        stretches.len(),
        costly.len(),
        costly.iter().max()
    );
    assert!(rollovers >= 5 && rollovers < stretches.len() / 3, "{rollovers} rollovers");
    assert!(costly.len() <= rollovers, "{who}: system calls without a rollover: {stretches:?}");
    assert!(costly.iter().all(|calls| *calls <= CALLS), "{who}: {costly:?}");
}

fn p3_publishing_makes_system_calls_at_rollovers_only() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("traced_publisher", &path, &[]);
    publisher.expect("ready");
    let tracer = Tracer::seize(publisher.pid());
    let mut stretches = Vec::new();
    for _ in 0..STRETCHES {
        publisher.say("go");
        stretches.extend(tracer.between_marks(2));
    }
    tracer.release();
    publisher.say("stop");
    let said = std::iter::from_fn(|| Some(publisher.hear())).find(|line| line != "done");
    check_calls("publisher", &stretches, said.unwrap().parse().unwrap());
    publisher.finish();
}

fn p3_reading_makes_system_calls_at_rollovers_only() {
    let root = Root::temporary().unwrap();
    let path = root.path().unwrap();
    let mut publisher = Child::start("traced_publisher", &path, &[]);
    publisher.expect("ready");
    let mut reader = Child::start("traced_reader", &path, &[]);
    reader.expect("ready");
    let tracer = Tracer::seize(reader.pid());
    let mut stretches = Vec::new();
    for _ in 0..STRETCHES {
        publisher.bid("go", "done");
        reader.say("go");
        stretches.extend(tracer.between_marks(2));
    }
    tracer.release();
    let rollovers = publisher.ask("stop");
    check_calls("reader", &stretches, rollovers.parse().unwrap());
    reader.finish();
    publisher.finish();
}
