//! The hot paths: what is set up, and what is done over and over.

use std::hint::black_box;

use speculo_typed::{Publisher, PublisherBuilder, Root, Slot, Speculo, Subscriber};

use crate::Outcome;

/// 64 bytes, plain.
#[derive(Speculo, Clone, Copy)]
struct Pose {
    #[speculo(key)]
    id: u64,
    numbers: [f64; 7],
}

/// The same 64 bytes as a message.
#[derive(Speculo, Clone, Copy)]
struct Tick {
    id: u64,
    numbers: [f64; 7],
}

/// A hot path.
pub(crate) struct Path {
    pub(crate) name: &'static str,
    /// Operations in the shorter run; the longer one has twice as many.
    pub(crate) count: u32,
    /// Sets up, and does that many operations. The set-up does not depend on how many.
    pub(crate) run: fn(u32) -> Outcome,
}

impl Path {
    const fn new(name: &'static str, count: u32, run: fn(u32) -> Outcome) -> Self {
        Self { name, count, run }
    }
}

/// Operations where each costs the same.
const FEW: u32 = 20_000;
/// Operations where they differ: enough that the differences even out.
const MANY: u32 = 400_000;
/// Rollovers in that many, at the very least.
const ROLLOVERS: u64 = 20;
/// Keys of the area that is read. Where they stand in the index depends on the area's random seed; over so many keys,
/// each read a hundred times, it does not show.
const KEYS: u64 = 4000;
/// A segment that holds all that is published in a run without a rollover.
const AMPLE: u64 = 8 << 20;

/// All of them, in the order of the table.
pub(crate) const PATHS: [Path; 11] = [
    Path::new("publish 64 B by slot", FEW, |count| publish_at(count, Room::Ample)),
    Path::new("publish 64 B by key", FEW, |count| publish(count, Room::Ample)),
    Path::new("publish 64 B to a stream", FEW, |count| stream(count, Room::Ample)),
    Path::new("publish 64 B by slot, rollovers", MANY, |count| publish_at(count, Room::Usual)),
    Path::new("publish 64 B by key, rollovers", MANY, |count| publish(count, Room::Usual)),
    Path::new("publish 64 B to a stream, rollovers", MANY, |count| stream(count, Room::Usual)),
    Path::new("get 64 B by slot", MANY, get_at),
    Path::new("get 64 B by key", MANY, get),
    Path::new("try_recv 64 B, behind", FEW, receive),
    Path::new("try_recv, nothing new", FEW, receive_nothing),
    Path::new("publish and try_recv 64 B", FEW, follow),
];

/// Whether what is published fits into the first segment.
#[derive(Clone, Copy)]
enum Room {
    Ample,
    Usual,
}

impl Room {
    fn of<T>(self, builder: PublisherBuilder<T>) -> PublisherBuilder<T> {
        match self {
            Self::Ample => builder.max_size(AMPLE).initial_size(AMPLE),
            Self::Usual => builder.max_size(1 << 20),
        }
    }

    /// Checks that the run was what its name says.
    fn check<T>(self, publisher: &Publisher<T>) -> Outcome {
        let rollovers = publisher.stats().rollovers;
        let is_so = match self {
            Self::Ample => rollovers == 0,
            Self::Usual => rollovers >= ROLLOVERS,
        };
        if is_so {
            Ok(())
        } else {
            Err(format!("{rollovers} rollovers: change the counts in paths.rs").into())
        }
    }
}

fn pose(id: u64) -> Pose {
    Pose { id, numbers: [1.0; 7] }
}

const TICK: Tick = Tick { id: 7, numbers: [1.0; 7] };

fn publish_at(count: u32, room: Room) -> Outcome {
    let mut poses = room.of(Publisher::<Pose>::builder("poses").root(Root::temporary()?)).create()?;
    let mut slot = Slot::new(7);
    let pose = pose(7);
    for _ in 0..count {
        poses.publish_at(&mut slot, black_box(&pose))?;
    }
    room.check(&poses)
}

fn publish(count: u32, room: Room) -> Outcome {
    let mut poses = room.of(Publisher::<Pose>::builder("poses").root(Root::temporary()?)).create()?;
    let pose = pose(7);
    for _ in 0..count {
        poses.publish(black_box(&pose))?;
    }
    room.check(&poses)
}

fn stream(count: u32, room: Room) -> Outcome {
    let mut ticks = room.of(Publisher::<Tick>::builder("ticks").root(Root::temporary()?)).create()?;
    for _ in 0..count {
        ticks.publish(black_box(&TICK))?;
    }
    room.check(&ticks)
}

/// Poses under [`KEYS`] keys, and who reads them.
fn poses() -> Result<(Publisher<Pose>, Subscriber<Pose>), speculo_typed::Error> {
    let root = Root::temporary()?;
    let mut publisher = Room::Ample.of(Publisher::builder("poses").root(root.clone())).create()?;
    for id in 0..KEYS {
        publisher.publish(&pose(id))?;
    }
    Ok((publisher, Subscriber::builder("poses").root(root).open()?))
}

fn get_at(count: u32) -> Outcome {
    let (_publisher, mut reader) = poses()?;
    let mut slots: Vec<Slot<Pose>> = (0..KEYS).map(Slot::new).collect();
    for _ in 0..u64::from(count) / KEYS {
        for slot in &mut slots {
            black_box(reader.get_at(black_box(slot))?.map(|pose| pose.numbers));
        }
    }
    Ok(())
}

fn get(count: u32) -> Outcome {
    let (_publisher, mut reader) = poses()?;
    for _ in 0..u64::from(count) / KEYS {
        for id in 0..KEYS {
            black_box(reader.get(black_box(id))?.map(|pose| pose.numbers));
        }
    }
    Ok(())
}

/// A stream of `messages`, and who follows it from the first one.
fn ticks(messages: u32) -> Result<(Publisher<Tick>, Subscriber<Tick>), speculo_typed::Error> {
    let root = Root::temporary()?;
    let mut publisher = Room::Ample.of(Publisher::builder("ticks").root(root.clone())).create()?;
    for _ in 0..messages {
        publisher.publish(&TICK)?;
    }
    Ok((publisher, Subscriber::builder("ticks").root(root).open()?))
}

fn receive(count: u32) -> Outcome {
    let (publisher, mut reader) = ticks(2 * FEW)?;
    for _ in 0..count {
        if black_box(reader.try_recv()?.map(|tick| tick.numbers)).is_none() {
            return Err("messages are missing".into());
        }
    }
    Room::Ample.check(&publisher)
}

fn receive_nothing(count: u32) -> Outcome {
    let (_publisher, mut reader) = ticks(0)?;
    for _ in 0..count {
        if black_box(reader.try_recv()?.is_some()) {
            return Err("a message from nowhere".into());
        }
    }
    Ok(())
}

fn follow(count: u32) -> Outcome {
    let (mut publisher, mut reader) = ticks(0)?;
    for _ in 0..count {
        publisher.publish(black_box(&TICK))?;
        if black_box(reader.try_recv()?.map(|tick| tick.numbers)).is_none() {
            return Err("messages are missing".into());
        }
    }
    Room::Ample.check(&publisher)
}
