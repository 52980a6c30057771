//! How long it takes to begin, and what a reader takes that only waits.

mod memory;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use speculo_typed::{Publisher, Root};

use crate::child::{Child, Parent};
use crate::measure::{Bench, Contender, Measured, Unit};
use crate::rows::areas::{self, Keys, Pose};
use crate::rows::copies::{Copies, nanoseconds};
use crate::rows::growth;
use crate::rows::read::grouped;

pub(crate) const GROUP: &str = "startup";

/// The role of a writer that is killed.
pub(crate) const WRITER: &str = "startup-writer";
/// The role of a process that opens areas.
pub(crate) const READERS: &str = "startup-readers";

/// Keys of a large area.
const MANY: u64 = 1_000_000;

/// Processes that begin, and writers that crash.
const ROUNDS: usize = 9;

/// Create, open, take over; the memory of idle readers.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    let many = if quick { 10_000 } else { MANY };
    bench.compare(GROUP, "create an area", vec![create()?])?;
    {
        let area = Keys::<Pose>::fill(many)?;
        let work = format!("open and first get, {} keys", grouped(many));
        bench.compare(GROUP, &work, vec![growth::open(&area), growth::open_bare(&area)?])?;
        open_in_new_processes(bench, &work, &area)?;
        memory::measure(bench, &area)?;
    }
    for count in [1_000, many] {
        take_over(bench, count)?;
    }
    Ok(())
}

/// Creates areas; they are removed outside of the time.
fn create() -> anyhow::Result<Contender<'static>> {
    let root = Root::temporary()?;
    Ok(Contender::new("speculo", move |operations| {
        let mut took = Duration::ZERO;
        for _ in 0..operations {
            let builder = Publisher::<Pose>::builder("poses").root(root.clone()).remove_on_drop();
            let began = Instant::now();
            let publisher = builder.create()?;
            took += began.elapsed();
            drop(black_box(publisher));
        }
        Ok(took)
    }))
}

/// Opens the area as the first thing that a process does.
fn open_in_new_processes(bench: &mut Bench, work: &str, area: &Keys<Pose>) -> anyhow::Result<()> {
    let root = area.root().path()?;
    let root = root.to_str().context("the path is text")?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut child = Child::start(READERS, &[root])?;
        rounds.push(child.hear()?.parse()?);
    }
    record(bench, work, "speculo, first of its process", Unit::Nanoseconds, rounds);
    Ok(())
}

/// Kills writers, and takes over what they leave.
fn take_over(bench: &mut Bench, count: u64) -> anyhow::Result<()> {
    let root = Root::temporary()?;
    let path = root.path()?;
    let path = path.to_str().context("the path is text")?;
    let mut rounds = Vec::new();
    let mut copies: Option<Copies> = None;
    for _ in 0..ROUNDS {
        let mut child = Child::start(WRITER, &[path, &count.to_string()])?;
        child.is_ready()?;
        child.kill()?;
        let began = Instant::now();
        let area = Keys::<Pose>::create(root.clone(), count)?;
        rounds.push(nanoseconds(began.elapsed()));
        let live = area.publisher.stats().live_bytes;
        copies.get_or_insert_with(|| Copies::new(live)).copy();
    }
    let work = format!("take over after a crash, {} keys", grouped(count));
    record(bench, &work, "speculo", Unit::Nanoseconds, rounds);
    let copies = copies.map(|copies| copies.rounds).unwrap_or_default();
    record(bench, &work, "memcpy of the live bytes", Unit::Nanoseconds, copies);
    Ok(())
}

fn record(bench: &mut Bench, work: &str, by: &str, unit: Unit, rounds: Vec<f64>) {
    let (group, work, by) = (GROUP.to_owned(), work.to_owned(), by.to_owned());
    bench.record(Measured { group, work, by, unit, rounds, absent: None });
}

/// Writes every key, as a child, or takes over what is there; then publishes until it is killed.
pub(crate) fn write(mut parent: Parent) -> anyhow::Result<()> {
    let root = Root::new(parent.argument(0)?);
    let mut area = Keys::<Pose>::create(root, parent.argument(1)?.parse()?)?;
    if area.publisher.get(0)?.is_none() {
        for key in 0..area.count {
            let (publisher, value) = area.next_under(key);
            publisher.publish(value)?;
        }
    }
    parent.ready()?;
    loop {
        let (publisher, value) = area.next();
        publisher.publish(value)?;
    }
}

/// Opens the area, as a child: once, or as often as the parent says.
pub(crate) fn read(mut parent: Parent) -> anyhow::Result<()> {
    let root = Root::new(parent.argument(0)?);
    let began = Instant::now();
    let mut poses = areas::open::<Pose>(root.clone())?;
    black_box(poses.get(7)?.context("every key has a value")?.numbers[0]);
    parent.say(began.elapsed().as_nanos())?;
    while let Some(count) = parent.hear()? {
        parent.say(memory::of_readers(&root, count.parse()?)?)?;
    }
    Ok(())
}
