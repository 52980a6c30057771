//! Where the files of an input stand: a directory of this thread's in shared memory, used again for each of them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use speculo_core::{Area, AreaBuilder, Kind, Root, Schema};

const PARENT: &str = "/dev/shm";
const PREFIX: &str = "speculo-hostile-";
const LOCK: &str = ".owner";

thread_local! {
    static STAGE: Stage = Stage::new();
}

struct Stage {
    home: PathBuf,
    /// Says to others that somebody still uses the directory.
    _owner: File,
}

impl Stage {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        sweep();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = Path::new(PARENT).join(format!("{PREFIX}{}-{number}", std::process::id()));
        make(&home);
        let owner = File::create(home.join(LOCK)).unwrap();
        owner.lock().unwrap();
        Self { home, _owner: owner }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// Removes what processes left that had no time to clean up: fuzzers end without saying so.
fn sweep() {
    for entry in std::fs::read_dir(PARENT).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && File::open(entry.path().join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn make(dir: &Path) {
    let _ = DirBuilder::new().mode(0o700).recursive(true).create(dir);
}

fn home() -> PathBuf {
    STAGE.with(|stage| stage.home.clone())
}

/// An untyped area of this thread's: small, so that rollovers are many.
pub(super) fn area(name: &str, kind: Kind) -> AreaBuilder<'static> {
    let area = Area::builder(name).root(root()).schema(Schema::untyped(kind));
    area.initial_size(4096).max_size(1 << 20)
}

/// The root that areas of this thread stand in.
pub(super) fn root() -> Root {
    Root::new(home())
}

/// The directory of an area.
pub(super) fn dir(name: &str) -> PathBuf {
    home().join(name)
}

/// Makes `files` the only files of an area. Nobody may hold it.
pub(super) fn set(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let dir = dir(name);
    make(&dir);
    for entry in std::fs::read_dir(&dir).unwrap().flatten() {
        if !files.iter().any(|(name, _)| *name == entry.file_name()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    for (name, bytes) in files {
        let mut file = OpenOptions::new();
        file.write(true).create(true).truncate(true).mode(0o600);
        file.open(dir.join(name)).unwrap().write_all(bytes).unwrap();
    }
    dir
}

/// Name of a generation's file.
pub(super) fn segment_name(generation: u64) -> String {
    format!(".{generation}.segment")
}
