//! Publish and get beside what bounds them, in one run: `cargo bench -p speculo-typed`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use speculo_typed::{Publisher, Root, Slot, Speculo, Subscriber};

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

/// The struct of mmap-sync's own benchmark.
#[derive(Speculo)]
#[speculo(singleton)]
struct HelloWorld {
    version: u32,
    messages: Vec<String>,
}

#[derive(Speculo)]
#[speculo(singleton)]
struct Frame {
    samples: Vec<f32>,
}

const KEYS: u64 = 1000;

fn pose(id: u64) -> Pose {
    Pose { id, numbers: [1.0; 7] }
}

fn publish(c: &mut Criterion) {
    let root = Root::temporary().unwrap();
    let mut group = c.benchmark_group("publish");

    let mut poses = Publisher::<Pose>::builder("poses").root(root.clone()).create().unwrap();
    let mut one = pose(7);
    let mut slot = Slot::<Pose>::new(7);
    group.bench_function("64 B by slot", |b| {
        b.iter(|| {
            one.numbers[0] += 1.0;
            poses.publish_at(&mut slot, black_box(&one)).unwrap()
        });
    });
    group.bench_function("64 B by key", |b| {
        b.iter(|| {
            one.numbers[0] += 1.0;
            poses.publish(black_box(&one)).unwrap()
        });
    });
    let mut ticks =
        Publisher::<Tick>::builder("ticks").root(root.clone()).max_size(1 << 20).create().unwrap();
    let tick = Tick { id: 7, numbers: [1.0; 7] };
    group.bench_function("64 B stream", |b| b.iter(|| ticks.publish(black_box(&tick)).unwrap()));
    // The bare stores: header, payload and marker of each message, one after the other in a buffer of a segment's size.
    let mut buffer = vec![0u64; (1 << 20) / 8];
    let mut at = 0;
    group.bench_function("bare stores of 64 + 64 B", |b| {
        b.iter(|| {
            at = if at + 33 > buffer.len() { 0 } else { at + 16 };
            let chunk: &mut [u64; 17] = (&mut buffer[at..at + 17]).try_into().unwrap();
            chunk[16] = 0;
            chunk[8] = black_box(&tick).id;
            for (word, number) in chunk[9..16].iter_mut().zip(black_box(&tick).numbers) {
                *word = number.to_bits();
            }
            chunk[1..8].fill(at as u64);
            chunk[0] = 2;
            black_box(&mut *chunk);
        });
    });

    let mut hello = Publisher::<HelloWorld>::builder("hello").root(root.clone()).create().unwrap();
    let value = HelloWorld { version: 7, messages: vec!["Hello".into(), "World".into(), "!".into()] };
    group.bench_function("u32 and 3 strings", |b| b.iter(|| hello.publish(black_box(&value)).unwrap()));

    let mut frames = Publisher::<Frame>::builder("frames").root(root).create().unwrap();
    let frame = Frame { samples: vec![0.5; 1 << 18] };
    group.bench_function("1 MiB vector", |b| b.iter(|| frames.publish(black_box(&frame)).unwrap()));
    let mut hot = vec![0f32; 1 << 18];
    group.bench_function("memcpy of 1 MiB into hot memory", |b| {
        b.iter(|| {
            hot.copy_from_slice(black_box(&frame.samples));
            black_box(&mut hot);
        });
    });
    group.finish();
}

fn get(c: &mut Criterion) {
    let root = Root::temporary().unwrap();
    let mut poses = Publisher::<Pose>::builder("poses").root(root.clone()).create().unwrap();
    let mut map = HashMap::new();
    for id in 0..KEYS {
        poses.publish(&pose(id)).unwrap();
        map.insert(id, pose(id));
    }
    let mut reader = Subscriber::<Pose>::builder("poses").root(root.clone()).open().unwrap();
    let mut group = c.benchmark_group("get");
    let mut slot = Slot::<Pose>::new(7);
    group.bench_function("64 B by slot", |b| {
        b.iter(|| reader.get_at(&mut slot).unwrap().unwrap().numbers[0].to_native());
    });
    // Uniformly random over all keys, by the same generator for both.
    let mut random = 1u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % KEYS
    };
    group.bench_function("64 B by key", |b| {
        b.iter(|| reader.get(next()).unwrap().unwrap().numbers[0].to_native());
    });
    group.bench_function("HashMap in process", |b| b.iter(|| map.get(&next()).unwrap().numbers[0]));
    group.finish();

    let mut ticks =
        Publisher::<Tick>::builder("ticks").root(root.clone()).max_size(1 << 20).create().unwrap();
    let mut reader = Subscriber::<Tick>::builder("ticks").root(root).open().unwrap();
    let tick = Tick { id: 7, numbers: [1.0; 7] };
    c.bench_function("follow: publish and receive 64 B in one thread", |b| {
        b.iter(|| {
            ticks.publish(black_box(&tick)).unwrap();
            reader.try_recv().unwrap().unwrap().id.to_native()
        });
    });
}

criterion_group!(benches, publish, get);
criterion_main!(benches);
