//! The memory of readers that wait for something to do.

use anyhow::Context as _;
use speculo_typed::Root;

use super::{READERS, record};
use crate::child::Child;
use crate::measure::{Bench, Unit};
use crate::rows::areas::{self, Keys, Pose};
use crate::rows::read::grouped;

/// Readers in one process.
const READERS_AT_ONCE: u32 = 64;

/// What a process takes, in bytes.
#[derive(Clone, Copy)]
struct Taken {
    /// Pages that no other process has mapped.
    private: u64,
    /// Those, and its share of the others.
    proportional: u64,
    /// Page tables, which the kernel keeps.
    tables: u64,
}

impl Taken {
    /// By this process now.
    fn here() -> anyhow::Result<Self> {
        let rollup = std::fs::read_to_string("/proc/self/smaps_rollup")?;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let private = field(&rollup, "Private_Clean:")? + field(&rollup, "Private_Dirty:")?;
        Ok(Self { private, proportional: field(&rollup, "Pss:")?, tables: field(&status, "VmPTE:")? })
    }

    /// What one of so many takes, with this taken before.
    fn of_one(self, before: Self, count: u32) -> String {
        let one = |now: u64, before: u64| now.saturating_sub(before) / u64::from(count);
        format!(
            "{} {} {}",
            one(self.private, before.private),
            one(self.proportional, before.proportional),
            one(self.tables, before.tables)
        )
    }
}

/// A number of kB, as bytes.
fn field(text: &str, name: &str) -> anyhow::Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(number.with_context(|| format!("the kernel does not tell `{name}`"))?.trim().parse::<u64>()? * 1024)
}

/// Opens so many readers; tells what each takes after a get, and once it is idle.
pub(super) fn of_readers(root: &Root, count: u32) -> anyhow::Result<String> {
    let mut readers = Vec::with_capacity(usize::try_from(count)?);
    let before = Taken::here()?;
    for key in 0..count {
        let mut poses = areas::open::<Pose>(root.clone())?;
        poses.get(u64::from(key))?.context("every key has a value")?;
        readers.push(poses);
    }
    let after_get = Taken::here()?;
    for reader in &mut readers {
        reader.idle();
    }
    let idle = Taken::here()?;
    Ok(format!("{} {}", after_get.of_one(before, count), idle.of_one(before, count)))
}

/// The memory of each of many readers in a process of their own.
pub(super) fn measure(bench: &mut Bench, area: &Keys<Pose>) -> anyhow::Result<()> {
    let root = area.root().path()?;
    let mut child = Child::start(READERS, &[root.to_str().context("the path is text")?])?;
    // How long the first one took.
    child.hear()?;
    child.say(READERS_AT_ONCE)?;
    let answer = child.hear()?;
    let mut numbers = answer.split(' ').map(str::parse::<f64>);
    for when in ["after a get", "after idle()"] {
        let work = format!("memory of a reader {when}, {} keys", grouped(area.count));
        for what in
            ["speculo", "speculo with its share of what is mapped by others too", "speculo page tables"]
        {
            let number = numbers.next().context("the child tells six numbers")??;
            record(bench, &work, what, Unit::Bytes, vec![number]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_told_in_bytes() {
        let text = "Rss:   12 kB\nPrivate_Dirty:        3 kB\n";
        assert_eq!(field(text, "Private_Dirty:").ok(), Some(3072));
        assert!(field(text, "Pss:").is_err());
    }
}
