//! Instructions of this program's runs, as valgrind counts them.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::paths::Path;

/// How this program is told to run a path itself.
pub(crate) const RUN: &str = "--run";

/// Instructions of one operation: the set-up and the end of a run are the same however many operations it has, so they
/// cancel.
pub(crate) fn per_operation(path: &Path) -> Outcome<f64> {
    let (few, many) = (total(path, path.count)?, total(path, 2 * path.count)?);
    let rest = many.checked_sub(few).ok_or("twice the operations took fewer instructions")?;
    Ok(f64::from(u32::try_from(rest)?) / f64::from(path.count))
}

/// Instructions of a whole run.
fn total(path: &Path, count: u32) -> Outcome<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([RUN, path.name, &count.to_string()])
        .env_remove("VALGRIND_OPTS")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => "valgrind is missing: install it (`apt-get install valgrind`)".to_owned(),
            _ => format!("valgrind does not start: {error}"),
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} failed under valgrind ({}):\n{said}", path.name, output.status).into());
    }
    // `==123== I   refs:      1,234,567`
    said.lines()
        .find_map(|line| line.split_once("refs:")?.1.replace(',', "").trim().parse().ok())
        .ok_or_else(|| format!("valgrind told no count:\n{said}").into())
}
