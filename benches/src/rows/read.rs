//! Reading: by key, by slot, the latest, one after the other, all at once; for the first time and again.

mod first;
mod follow;
mod get;
mod iterate;

use anyhow::Context as _;
use speculo_typed::{Publisher, Root, Speculo, Subscriber};

use crate::measure::Bench;
use crate::types::pod;

pub(crate) const GROUP: &str = "read";

/// The group `read`.
pub(crate) fn run(bench: &mut Bench, quick: bool) -> anyhow::Result<()> {
    get::run(bench, quick)?;
    first::run(bench, quick)?;
    follow::run(bench, quick)?;
    iterate::run(bench, quick)
}

/// The name of an area that is read.
const AREA: &str = "read";

/// What a chunk takes beside its payload, and more.
const ROOM: u64 = 256;

/// An area with these values, and who published them.
struct Area<T> {
    publisher: Publisher<T>,
    root: Root,
}

impl<T: Speculo> Area<T> {
    /// Publishes these values in an area of its own, which has room for `bytes` of them and as much again.
    fn fill(values: impl Iterator<Item = T>, bytes: u64) -> anyhow::Result<Self> {
        let root = Root::temporary()?;
        let most = (2 * bytes).max(16 << 20);
        let mut publisher = Publisher::builder(AREA).root(root.clone()).max_size(most).create()?;
        for value in values {
            publisher.publish(&value)?;
        }
        Ok(Self { publisher, root })
    }

    /// Opens it.
    fn open(&self) -> anyhow::Result<Subscriber<T>> {
        Ok(Subscriber::builder(AREA).root(self.root.clone()).open()?)
    }
}

impl Area<pod::Keyed> {
    /// An area with 64 bytes under each of these keys.
    fn of_pods(keys: u64) -> anyhow::Result<Self> {
        Self::fill((0..keys).map(|key| pod::Message::new(key).into()), keys * ROOM)
    }
}

/// What must be there is there.
fn there<T>(found: Option<T>) -> anyhow::Result<T> {
    found.context("a value that was published is not there")
}

/// A number of keys or values as people write it: `1,000,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_stand_in_threes() {
        assert_eq!([7, 1000, 123_456, 1_000_000].map(super::grouped), ["7", "1,000", "123,456", "1,000,000"]);
    }
}
