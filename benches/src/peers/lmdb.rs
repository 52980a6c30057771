//! LMDB, through heed 0.23: keyed values that several processes read and write.
//!
//! As heed's README and LMDB's documentation of `mdb_env_open` have it for speed without durability: the files in
//! `/dev/shm`, `MDB_WRITEMAP` and `MDB_NOSYNC`; integer keys (`IntegerComparator`); read transactions with
//! thread-local storage ("often faster to open"). A put is a write transaction with its commit, for only then can
//! others see it; a get that sees the latest put is a read transaction of its own. heed has no way to reset and renew
//! one.

#![expect(unsafe_code, reason = "heed cannot know who else maps the file")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use heed::types::Bytes;
use heed::{
    CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, IntegerComparator, PutFlags, RoTxn, WithTls,
};
use tempfile::TempDir;

use super::pod::Pod;
use super::{Peer, peer};
use crate::measure::Run;
use crate::random::Random;

const KEY: u64 = 7;

/// Puts the [`Pod`] under one key.
pub(super) fn put_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let store = Store::new(0)?;
        let mut pod = Pod::new(KEY);
        Ok(Box::new(move |n| {
            let began = Instant::now();
            for _ in 0..n {
                pod.numbers[0] += 1.0;
                store.put(black_box(&pod))?;
            }
            Ok(began.elapsed())
        }))
    };
    peer("LMDB", run())
}

/// Gets the [`Pod`] under one key, with a read transaction each time.
pub(super) fn get_64() -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let store = Store::new(0)?;
        store.put(&Pod::new(KEY))?;
        Ok(Box::new(move |n| {
            let began = Instant::now();
            for _ in 0..n {
                black_box(store.get(&store.environment.read_txn()?, black_box(KEY))?.numbers[0]);
            }
            Ok(began.elapsed())
        }))
    };
    peer("LMDB", run())
}

/// Gets the [`Pod`] under any of these keys, with a read transaction each time.
pub(super) fn get_64_by_key(keys: u64) -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let store = Store::new(keys)?;
        let mut random = Random::new();
        Ok(Box::new(move |n| {
            let began = Instant::now();
            for _ in 0..n {
                black_box(store.get(&store.environment.read_txn()?, random.below(keys))?.numbers[0]);
            }
            Ok(began.elapsed())
        }))
    };
    peer("LMDB", run())
}

/// The same with one read transaction for the whole turn: it sees no put that comes after its beginning.
pub(super) fn get_64_by_key_in_one_transaction(keys: u64) -> Peer {
    let run = || -> anyhow::Result<Box<Run<'static>>> {
        let store = Store::new(keys)?;
        let mut random = Random::new();
        Ok(Box::new(move |n| {
            let transaction = store.environment.read_txn()?;
            let began = Instant::now();
            for _ in 0..n {
                black_box(store.get(&transaction, random.below(keys))?.numbers[0]);
            }
            Ok(began.elapsed())
        }))
    };
    peer("LMDB, one transaction", run())
}

/// Pods under their keys.
struct Store {
    pods: Database<'static, Bytes, Bytes, IntegerComparator>,
    environment: Env,
    _directory: Option<TempDir>,
}

impl Store {
    /// In a directory of its own, with this many pods in it.
    fn new(keys: u64) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("speculo-bench-").tempdir_in("/dev/shm")?;
        let store = Self::open(directory.path(), keys)?;
        store.fill(keys)?;
        Ok(Self { _directory: Some(directory), ..store })
    }

    /// In this directory, with room for this many pods and some more.
    fn open(directory: &Path, keys: u64) -> anyhow::Result<Self> {
        // Several times the pods with their keys; a multiple of the page's size.
        let size = usize::try_from((keys + (1 << 16)) * 512)?.next_multiple_of(1 << 20);
        let mut options = EnvOpenOptions::new().read_txn_with_tls();
        // SAFETY: the machine may crash without loss, for nothing outlives the benchmark.
        unsafe { options.flags(EnvFlags::WRITE_MAP | EnvFlags::NO_SYNC) };
        // SAFETY: nobody but LMDB changes what is in the directory.
        let environment = unsafe { options.map_size(size).open(directory) }?;
        let pods = environment
            .create_databases_and_commit(environment.write_txn()?, |opener, transaction| {
                let options = opener.database_options().types::<Bytes, Bytes>().key_comparator();
                options.create(transaction).map(CommitOrAbort::<_, ()>::Commit)
            })?
            .unwrap_commit();
        Ok(Self { pods, environment, _directory: None })
    }

    /// Puts a pod under each of the first keys.
    fn fill(&self, keys: u64) -> anyhow::Result<()> {
        let mut transaction = self.environment.write_txn()?;
        for key in 0..keys {
            let pod = Pod::new(key).to_bytes();
            self.pods.put_with_flags(&mut transaction, PutFlags::APPEND, &key.to_ne_bytes(), &pod)?;
        }
        Ok(transaction.commit()?)
    }

    fn put(&self, pod: &Pod) -> anyhow::Result<()> {
        let mut transaction = self.environment.write_txn()?;
        self.pods.put(&mut transaction, &pod.id.to_ne_bytes(), &pod.to_bytes())?;
        Ok(transaction.commit()?)
    }

    fn get(&self, transaction: &RoTxn<'_, WithTls>, key: u64) -> anyhow::Result<Pod> {
        let pod = self.pods.get(transaction, &key.to_ne_bytes())?.context("no pod has this key")?;
        Ok(Pod::from_bytes(pod.first_chunk().context("a pod has 64 bytes")?))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Set for the other process: the directory.
    const DIRECTORY: &str = "SPECULO_BENCH_LMDB";

    #[test]
    fn what_is_put_is_got_in_another_process() -> anyhow::Result<()> {
        if let Ok(directory) = std::env::var(DIRECTORY) {
            let store = Store::open(Path::new(&directory), 3)?;
            assert_eq!(store.get(&store.environment.read_txn()?, KEY)?, Pod::new(KEY));
            assert_eq!(store.get(&store.environment.read_txn()?, 2)?, Pod::new(2));
            return Ok(());
        }
        let directory = tempfile::tempdir_in("/dev/shm")?;
        let store = Store::open(directory.path(), 3)?;
        store.fill(3)?;
        store.put(&Pod::new(KEY))?;
        let this = "peers::lmdb::tests::what_is_put_is_got_in_another_process";
        let mut other = Command::new(std::env::current_exe()?);
        let other = other.args(["--exact", this]).env(DIRECTORY, directory.path()).output()?;
        assert!(String::from_utf8_lossy(&other.stdout).contains("1 passed"), "{other:?}");
        Ok(())
    }
}
