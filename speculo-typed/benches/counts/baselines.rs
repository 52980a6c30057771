//! What the paths cost when it was last written down: lines of a count and a path's name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::Outcome;
use crate::paths::PATHS;

/// Instructions of one operation, by the path's name.
pub(crate) type Counts = BTreeMap<String, f64>;

/// Each architecture has its own.
pub(crate) fn file() -> PathBuf {
    let name = format!("baselines-{}.txt", std::env::consts::ARCH);
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/counts").join(name)
}

/// Reads them; none if there is no file yet.
pub(crate) fn read() -> Outcome<Counts> {
    let text = match std::fs::read_to_string(file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Counts::new()),
        text => text?,
    };
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (count, name) = line.split_once(' ').ok_or_else(|| format!("no name in {line:?}"))?;
            Ok((name.trim().to_owned(), count.parse()?))
        })
        .collect()
}

/// Writes them down, in the order of the paths; those of paths that are no more are left out.
pub(crate) fn write(counts: &Counts) -> Outcome {
    let mut text =
        "# Instructions of one operation. `cargo bench -p speculo-typed --bench counts -- --bless`\n"
            .to_owned();
    for path in &PATHS {
        if let Some(count) = counts.get(path.name) {
            writeln!(text, "{count:8.1}  {}", path.name)?;
        }
    }
    Ok(std::fs::write(file(), text)?)
}
