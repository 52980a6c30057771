//! How long a message takes from one process to another.

mod sides;

use anyhow::Context as _;
use speculo_typed::Root;

use crate::child::{Child, Parent};
use crate::limits::handover;
use crate::measure::{Bench, Contender};
use crate::pair;
use crate::peers;
use sides::{Bytes, Kind, LatestBytes, LatestLine, Line, Message, Setup, Wait};

pub(crate) const GROUP: &str = "latency";

/// The role of the other side.
pub(crate) const ROLE: &str = "latency";

const SIZES: [(usize, &str); 5] =
    [(64, "64 B"), (1 << 10, "1 KiB"), (1 << 16, "64 KiB"), (1 << 20, "1 MiB"), (1 << 24, "16 MiB")];

/// One way, between two cores and on one, spinning and blocking.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    for (size, name) in SIZES.into_iter().take(if quick { 3 } else { SIZES.len() }) {
        let work = format!("one way between two cores, spinning, {name}");
        let contenders = contenders(size, 1, Wait::Spinning)?;
        bench.compare_with_peers(GROUP, &work, contenders, peers::latency_spinning(size))?;

        let work = format!("one way between two cores, blocking, {name}");
        let contenders = self::contenders(size, 1, Wait::Blocking)?;
        bench.compare_with_peers(GROUP, &work, contenders, peers::latency_blocking(size, [0, 1]))?;

        let work = format!("one way on one core, blocking, {name}");
        let contenders = self::contenders(size, 0, Wait::Blocking)?;
        bench.compare_with_peers(GROUP, &work, contenders, peers::latency_blocking(size, [0, 0]))?;
    }
    Ok(())
}

/// Ours, and the limit.
fn contenders(size: usize, other: usize, wait: Wait) -> anyhow::Result<Vec<Contender<'static>>> {
    let limit = match wait {
        Wait::Spinning => handover::spinning(size, other),
        Wait::Blocking => handover::blocking(size, other),
    };
    Ok(vec![
        contender("speculo", size, other, Kind::Stream, wait)?,
        contender("speculo singleton", size, other, Kind::Singleton, wait)?,
        limit?,
    ])
}

fn contender(
    by: &str,
    size: usize,
    other: usize,
    kind: Kind,
    wait: Wait,
) -> anyhow::Result<Contender<'static>> {
    let setup = Setup { root: Root::temporary()?, size, wait };
    match (size, kind) {
        (64, Kind::Stream) => ask::<Line>(by, &setup, other, kind),
        (64, Kind::Singleton) => ask::<LatestLine>(by, &setup, other, kind),
        (_, Kind::Stream) => ask::<Bytes>(by, &setup, other, kind),
        (_, Kind::Singleton) => ask::<LatestBytes>(by, &setup, other, kind),
    }
}

/// Asks, with the other side in a child.
fn ask<M: Message>(by: &str, setup: &Setup, other: usize, kind: Kind) -> anyhow::Result<Contender<'static>> {
    let (size, wait) = (setup.size.to_string(), setup.wait.name());
    let root = setup.root.path()?;
    let publisher = setup.publish::<M>("there")?;
    let root = root.to_str().context("the path is text")?;
    let mut child = Child::start(ROLE, &[root, &size, &other.to_string(), kind.name(), wait])?;
    child.is_ready()?;
    let side = setup.follow(publisher, "back")?;
    Ok(pair::contender(by, setup.size, side, child))
}

/// Answers, as the child.
pub(crate) fn play(parent: Parent) -> anyhow::Result<()> {
    let root = Root::new(parent.argument(0)?);
    let setup = Setup { root, size: parent.argument(1)?.parse()?, wait: Wait::named(parent.argument(4)?) };
    match (setup.size, Kind::named(parent.argument(3)?)) {
        (64, Kind::Stream) => answer::<Line>(parent, &setup),
        (64, Kind::Singleton) => answer::<LatestLine>(parent, &setup),
        (_, Kind::Stream) => answer::<Bytes>(parent, &setup),
        (_, Kind::Singleton) => answer::<LatestBytes>(parent, &setup),
    }
}

fn answer<M: Message>(parent: Parent, setup: &Setup) -> anyhow::Result<()> {
    let core = parent.argument(2)?.parse()?;
    let publisher = setup.publish::<M>("back")?;
    let side = setup.follow(publisher, "there")?;
    pair::answer(parent, core, side)
}
