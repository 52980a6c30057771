//! What everybody knows of an area beside the area itself: words that all processes share, and that outlive a kill.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};
use speculo_tests::sys::shared_words;

use crate::spec::Spec;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Publishes = 3,
    Refusals,
    Rollovers,
    Compacts,
    Looks,
    Views,
    Follows,
    Resyncs,
    Lost,
    NoSpace,
    Takeovers,
    End,
}

const BEGUN: usize = 0;
const ACKNOWLEDGED: usize = 1;
const SEEN: usize = 2;
/// A word for each line of the cache.
const STEP: usize = 8;
const RING: u64 = 1 << 14;

/// The ledger of one area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ledger {
    words: &'static [AtomicU64],
}

impl Ledger {
    pub(crate) fn open(root: &Path, spec: &Spec) -> Self {
        let ring = usize::try_from(2 * RING).unwrap();
        let file = root.join(format!("ledger-{}", spec.name));
        Self { words: shared_words(&file, Count::End as usize * STEP + ring) }
    }

    /// The writer begins commit `n`, now.
    pub(crate) fn begin(&self, n: u64) {
        let [seq, time] = self.ring(n);
        seq.store(0, Ordering::SeqCst);
        time.store(now(), Ordering::SeqCst);
        seq.store(n, Ordering::SeqCst);
        self.words[BEGUN * STEP].store(n, Ordering::SeqCst);
    }

    /// The library has told the writer that commit `n` is published.
    pub(crate) fn acknowledge(&self, n: u64) {
        self.words[ACKNOWLEDGED * STEP].store(n, Ordering::SeqCst);
    }

    /// A reader has seen commit `n`.
    pub(crate) fn saw(&self, n: u64) {
        self.words[SEEN * STEP].fetch_max(n, Ordering::SeqCst);
    }

    /// Commits up to this one have been acknowledged, or seen by somebody: who looks now sees them.
    pub(crate) fn floor(&self) -> u64 {
        let [acknowledged, seen] =
            [ACKNOWLEDGED, SEEN].map(|word| self.words[word * STEP].load(Ordering::SeqCst));
        acknowledged.max(seen)
    }

    /// Who has looked until now has seen nothing behind this commit.
    pub(crate) fn begun(&self) -> u64 {
        self.words[BEGUN * STEP].load(Ordering::SeqCst)
    }

    /// When commit `n` was begun; `None` if that is too long ago.
    pub(crate) fn begun_at(&self, n: u64) -> Option<u64> {
        let [seq, time] = self.ring(n);
        let before = seq.load(Ordering::SeqCst);
        let time = time.load(Ordering::SeqCst);
        (before == n && seq.load(Ordering::SeqCst) == n).then_some(time)
    }

    fn ring(&self, n: u64) -> [&AtomicU64; 2] {
        let at = Count::End as usize * STEP + 2 * usize::try_from(n % RING).unwrap();
        [&self.words[at], &self.words[at + 1]]
    }

    pub(crate) fn add(&self, what: Count, n: u64) {
        self.words[what as usize * STEP].fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn count(&self, what: Count) -> u64 {
        self.words[what as usize * STEP].load(Ordering::SeqCst)
    }
}

/// The clock that expiry goes by.
pub(crate) fn now() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    u64::try_from(now.tv_sec).unwrap() * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap()
}
