//! Whole-system tests of speculo: real processes, real kills.
//!
//! A test binary runs its tests, or, started again by one of them, plays one *role*: publisher, reader, and so on
//! ([`run`]). Test and roles speak in lines over pipes ([`Child`], [`Wire`]); nobody waits by sleeping, nobody waits
//! for ever, and no child outlives its test.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "tests fail by panicking")]

mod child;
pub mod counting;
pub mod hostile;
pub mod random;
pub mod sys;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use speculo_core::{Area, AreaBuilder, Kind, Root, Schema};

pub use child::{Child, Wire};

/// Nothing in these tests takes as long as this, on any machine; who waits longer has hung.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A test: the promise that it holds, and how.
pub type Test = (&'static str, fn());
/// What a child process does.
pub type Role = (&'static str, fn(&mut Wire));

/// Functions with their names.
#[macro_export]
macro_rules! tests {
    ($($test:ident),* $(,)?) => { &[$((stringify!($test), $test as fn())),*] };
}

/// Functions with their names.
#[macro_export]
macro_rules! roles {
    ($($role:ident),* $(,)?) => { &[$((stringify!($role), $role as fn(&mut $crate::Wire))),*] };
}

/// `main` of a test binary: plays a role if this process was started for one, else runs the tests as `cargo test`
/// and `cargo nextest` ask for.
#[must_use]
pub fn run(tests: &[Test], roles: &[Role]) -> ExitCode {
    if let Some(name) = child::role() {
        child::play(&name, roles);
        return ExitCode::SUCCESS;
    }
    let trials = tests.iter().map(|(name, test)| {
        let test = *test;
        Trial::test(*name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// The area that a test uses, in the root it made.
#[must_use]
pub fn area(root: &Path, kind: Kind) -> AreaBuilder<'static> {
    Area::builder(AREA).root(Root::new(root)).schema(Schema::untyped(kind)).initial_size(4096)
}

/// Its name.
pub const AREA: &str = "test/area";

/// Its directory.
#[must_use]
pub fn area_dir(root: &Path) -> PathBuf {
    root.join(AREA)
}

/// Names of the area's files, sorted.
#[must_use]
pub fn files(root: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(area_dir(root))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Panics unless the area consists of what a dropped writer leaves: one segment and the control files.
pub fn assert_tidy(root: &Path) {
    let names = files(root);
    let (segments, others): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.ends_with(".segment"));
    assert!(segments.len() == 1 && others == [".bell", ".lock", ".manifest"], "left over: {names:?}");
}

/// Every kill point that the library has.
#[must_use]
pub fn kill_points() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../speculo-core/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            known.extend(text.split("failpoint::hit(\"").skip(1).map(|rest| {
                let (name, _) = rest.split_once('"').unwrap();
                name.to_owned()
            }));
        }
    }
    known
}

/// What [`publish_with`](speculo_core::Writer::publish_with) takes, for bytes that are there.
pub fn fill(value: &[u8]) -> impl FnMut(&mut [u8]) -> Result<usize, std::convert::Infallible> {
    move |room| {
        if let Some(place) = room.get_mut(..value.len()) {
            place.copy_from_slice(value);
        }
        Ok(value.len())
    }
}

/// The number that a payload begins with.
#[must_use]
pub fn number(payload: &[u8]) -> u64 {
    u64::from_le_bytes(payload.get(..8).unwrap().try_into().unwrap())
}

/// Runs `look` until it gives something. For what another process does in its own time; panics when it hangs.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::yield_now();
    }
}
