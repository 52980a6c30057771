//! Reading what is in memory anyway.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;

use crate::measure::Contender;
use crate::random::Random;
use crate::types::pod;

/// Reads a number of 64 bytes through a pointer to them.
pub(crate) fn pointer_read() -> Contender<'static> {
    let value = Box::new(pod::Message::new(7));
    Contender::new("pointer read", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            black_box(black_box(&*value).numbers[0]);
        }
        Ok(began.elapsed())
    })
}

/// Gets a number of the 64 bytes under a random key, out of a map in this process.
pub(crate) fn hash_map(keys: u64) -> Contender<'static> {
    let map: HashMap<_, _> = (0..keys).map(|key| (key, pod::Message::new(key))).collect();
    let mut random = Random::new();
    Contender::new("HashMap in process", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            let value = map.get(&random.below(keys)).context("all keys are in the map")?;
            black_box(value.numbers[0]);
        }
        Ok(began.elapsed())
    })
}

/// A line of a header and one of 64 bytes behind it, as in an area.
type Chunk = [u64; 16];

/// Two random accesses, of which the second depends on the first: to an index of 8-byte words, half of them used, and
/// to what it points to, in as much memory as so many values take with headers. No hash, no comparison, no check.
pub(crate) fn index_and_value(keys: u64) -> anyhow::Result<Contender<'static>> {
    look_up::<false>("2 dependent random accesses", keys)
}

/// The same, each beginning when the one before has ended.
pub(crate) fn index_and_value_chained(keys: u64) -> anyhow::Result<Contender<'static>> {
    look_up::<true>("2 dependent random accesses, chained", keys)
}

fn look_up<const CHAINED: bool>(by: &str, keys: u64) -> anyhow::Result<Contender<'static>> {
    let count = usize::try_from(keys)?;
    // Odd numbers are coprime to a power of two, so this reaches every place once.
    let places = count.next_power_of_two() * 2;
    let scattered = move |key: usize| key.wrapping_mul(0x9E37_79B9) & (places - 1);
    let mut index = vec![0u32; places * 2];
    for key in 0..count {
        let word = index.get_mut(scattered(key) * 2).context("inside the index")?;
        *word = u32::try_from(key)?;
    }
    let chunks: Vec<Chunk> = vec![[1; 16]; count];
    let mut random = Random::new();
    let mut link = Link::new();
    Ok(Contender::new(by, move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            let key = random.below(keys);
            let key = if CHAINED { link.behind(key) } else { key };
            let at = index.get(scattered(usize::try_from(key)?) * 2).context("inside the index")?;
            let chunk = chunks.get(usize::try_from(*at)?).context("a key of the index")?;
            link.read(black_box(chunk[0] + chunk[8]));
        }
        Ok(began.elapsed())
    }))
}

/// Makes a key depend on what was read before, without changing it: the processor cannot begin with it sooner.
pub(crate) struct Link {
    read: u64,
    /// Zero, which nobody knows who could make use of it.
    nothing: u64,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self { read: 0, nothing: black_box(0) }
    }

    /// This was read.
    pub(crate) fn read(&mut self, word: u64) {
        self.read = word;
    }

    /// The same key, when what was read last is there.
    pub(crate) fn behind(&self, key: u64) -> u64 {
        key ^ (self.read & self.nothing)
    }
}

/// One random access after the other, each to the place that the one before says, in as much memory as so many values
/// take with headers: nothing of one access can begin before the one before has ended.
pub(crate) fn chase(keys: u64) -> anyhow::Result<Contender<'static>> {
    let count = usize::try_from(keys)?;
    let mut chunks: Vec<Chunk> = (0..keys).map(|key| [key; 16]).collect();
    // Sattolo's shuffle: one cycle through all of them.
    let mut random = Random::new();
    for last in (1..count).rev() {
        let other = usize::try_from(random.below(last as u64))?;
        chunks.swap(last, other);
    }
    let mut at = 0;
    Ok(Contender::new("pointer chase", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            let chunk = chunks.get(at).context("inside the cycle")?;
            at = usize::try_from(chunk[0])?;
        }
        black_box(at);
        Ok(began.elapsed())
    }))
}

/// Reads all of a vector of so many bytes, one of several that were written before and are more than the caches hold.
pub(crate) fn read_memory(bytes: usize, vectors: usize) -> Contender<'static> {
    let len = bytes / size_of::<f32>();
    let mut memory = vec![0.5f32; len * vectors];
    Contender::new("read of as much memory", move |operations| {
        let mut took = std::time::Duration::ZERO;
        let mut left = usize::try_from(operations)?;
        while left > 0 {
            let now = left.min(vectors);
            memory.fill(black_box(1.5));
            let began = Instant::now();
            for vector in memory.chunks_exact(len).take(now) {
                black_box(sum(vector.iter().copied()));
            }
            took += began.elapsed();
            left -= now;
        }
        Ok(took)
    })
}

/// A sum that takes every number, and no time beyond that of reading them.
pub(crate) fn sum(numbers: impl Iterator<Item = f32>) -> u32 {
    numbers.fold(0, |sum, number| sum.wrapping_add(number.to_bits()))
}
