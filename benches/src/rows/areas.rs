//! Areas of many keys: what is in them, and how they are filled.

use std::path::Path;

use anyhow::Context as _;
use speculo_typed::{Keyed, Publisher, Root, Speculo, Subscriber};

use crate::random::Random;

/// 64 bytes under a `u64` key.
#[derive(Speculo, Clone)]
pub(crate) struct Pose {
    #[speculo(key)]
    id: u64,
    pub(crate) numbers: [f64; 7],
}

/// 1 KiB under a `u64` key.
#[derive(Speculo, Clone)]
pub(crate) struct Block {
    #[speculo(key)]
    id: u64,
    pub(crate) numbers: [f64; 127],
}

/// A value of a fixed size under a `u64` key.
pub(crate) trait Value: Keyed<Key = u64> {
    /// Its bytes, as they are archived.
    const BYTES: u64;

    /// Some value.
    fn new() -> Self;

    /// Makes it the value of this key, different each time.
    fn become_next(&mut self, key: u64);
}

impl Value for Pose {
    const BYTES: u64 = 64;

    fn new() -> Self {
        Self { id: 0, numbers: [1.0; 7] }
    }

    fn become_next(&mut self, key: u64) {
        self.id = key;
        let [first, ..] = &mut self.numbers;
        *first += 1.0;
    }
}

impl Value for Block {
    const BYTES: u64 = 1024;

    fn new() -> Self {
        Self { id: 0, numbers: [1.0; 127] }
    }

    fn become_next(&mut self, key: u64) {
        self.id = key;
        let [first, ..] = &mut self.numbers;
        *first += 1.0;
    }
}

/// An area of so many keys.
pub(crate) struct Keys<V> {
    pub(crate) publisher: Publisher<V>,
    /// How many.
    pub(crate) count: u64,
    root: Root,
    value: V,
    random: Random,
}

/// The name of that area.
const AREA: &str = "keys";

impl<V: Value> Keys<V> {
    /// Makes an area with the keys `0..count`, under a root of its own.
    pub(crate) fn fill(count: u64) -> anyhow::Result<Self> {
        let mut area = Self::create(Root::temporary()?, count)?;
        for key in 0..count {
            let (publisher, value) = area.next_under(key);
            publisher.publish(value)?;
        }
        Ok(area)
    }

    /// Makes the area, or takes over what a former publisher left in it.
    pub(crate) fn create(root: Root, count: u64) -> anyhow::Result<Self> {
        // Room for each value, its header and its key, and as much again.
        let most = (count * (V::BYTES + 256) * 2).max(16 << 20);
        let publisher = Publisher::builder(AREA).root(root.clone()).max_size(most).create()?;
        Ok(Self { publisher, count, root, value: V::new(), random: Random::new() })
    }

    /// The next value to publish, under this key, and who publishes it.
    pub(crate) fn next_under(&mut self, key: u64) -> (&mut Publisher<V>, &V) {
        self.value.become_next(key);
        (&mut self.publisher, &self.value)
    }

    /// The next value to publish, under a key uniformly random over all, and who publishes it.
    pub(crate) fn next(&mut self) -> (&mut Publisher<V>, &V) {
        let key = self.random.below(self.count);
        self.next_under(key)
    }

    /// Publishes under random keys until the area has rolled over `times`.
    pub(crate) fn roll_over(&mut self, times: u64) -> anyhow::Result<()> {
        let end = self.publisher.stats().rollovers + times;
        while self.publisher.stats().rollovers < end {
            for _ in 0..256 {
                let (publisher, value) = self.next();
                publisher.publish(value)?;
            }
        }
        Ok(())
    }

    /// Opens the area for reading.
    pub(crate) fn open(&self) -> anyhow::Result<Subscriber<V>> {
        open(self.root.clone())
    }

    /// The root that the area is under.
    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// The directory of its files.
    pub(crate) fn path(&self) -> &Path {
        self.publisher.path()
    }
}

/// Opens the area under this root for reading.
pub(crate) fn open<V: Value>(root: Root) -> anyhow::Result<Subscriber<V>> {
    Ok(Subscriber::builder(AREA).root(root).open()?)
}

/// Fails if a memory file system has less room than this.
pub(crate) fn check_room(bytes: u64) -> anyhow::Result<()> {
    let stat = rustix::fs::statvfs("/dev/shm").context("cannot ask how much room /dev/shm has")?;
    let free = stat.f_bavail * stat.f_frsize;
    anyhow::ensure!(free >= bytes, "/dev/shm has {} MiB free, {} are needed", free >> 20, bytes >> 20);
    Ok(())
}
