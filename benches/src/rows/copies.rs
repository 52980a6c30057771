//! What a rollover cannot do without: the live bytes, copied.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often they are copied.
pub(crate) const COPIES: usize = 7;

/// So many bytes, copied as a whole from memory to memory that has been used before.
pub(crate) struct Copies {
    from: Vec<u8>,
    to: Vec<u8>,
    /// Nanoseconds that each copy took.
    pub(crate) rounds: Vec<f64>,
}

impl Copies {
    pub(crate) fn new(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        // No zeros, whose pages would not be there yet.
        Self { from: vec![1; bytes], to: vec![2; bytes], rounds: Vec::new() }
    }

    /// Copies once, unless that has been done often enough.
    pub(crate) fn copy(&mut self) {
        if self.rounds.len() < COPIES {
            let began = Instant::now();
            self.to.copy_from_slice(black_box(&self.from));
            black_box(&mut self.to);
            self.rounds.push(nanoseconds(began.elapsed()));
        }
    }
}

pub(crate) fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
