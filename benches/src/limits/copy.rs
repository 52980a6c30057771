//! Writing the same bytes, with nothing around it.

use std::hint::black_box;
use std::time::Instant;

use crate::measure::Contender;

/// What a small area's log takes: the stores go through as much memory, and begin again.
const LOG: usize = 512 << 10;

/// Words of a chunk's header.
const HEADER: usize = 8;

/// Words of the header and of 64 bytes.
const CHUNK: usize = HEADER + 8;

/// A header and 64 bytes, on lines of their own.
#[derive(Clone)]
#[repr(align(64))]
struct Chunk([u64; CHUNK]);

/// Stores a header of 64 bytes, 64 bytes and a marker behind them, one after the other in [`LOG`] bytes.
pub(crate) fn bare_stores_64() -> Contender<'static> {
    let mut log = vec![Chunk([0; CHUNK]); LOG / size_of::<Chunk>()];
    let mut value = [1u64; CHUNK - HEADER];
    Contender::new("bare stores", move |operations| {
        let began = Instant::now();
        let mut left = operations;
        while left > 0 {
            let mut chunks = log.iter_mut().peekable();
            while let Some(Chunk([control, header @ ..])) = chunks.next()
                && left > 0
            {
                left -= 1;
                let [first, ..] = &mut value;
                *first += 1;
                if let Some(Chunk([marker, ..])) = chunks.peek_mut() {
                    *marker = 0;
                }
                let (header, payload) = header.split_at_mut(HEADER - 1);
                header.fill(left);
                payload.copy_from_slice(black_box(&value));
                *control = black_box(2);
            }
            black_box(&mut log);
        }
        Ok(began.elapsed())
    })
}

/// Copies as many bytes as a value takes with its header, one after the other in [`LOG`] bytes.
pub(crate) fn bare_stores(bytes: usize) -> Contender<'static> {
    let mut log = vec![0u8; LOG];
    let mut value = vec![1u8; bytes];
    Contender::new("bare stores", move |operations| {
        let began = Instant::now();
        let mut left = operations;
        while left > 0 {
            for chunk in log.chunks_exact_mut(bytes) {
                if left == 0 {
                    break;
                }
                left -= 1;
                if let Some(first) = value.first_mut() {
                    *first = first.wrapping_add(1);
                }
                chunk.copy_from_slice(black_box(&value));
                black_box(chunk);
            }
        }
        Ok(began.elapsed())
    })
}

/// Copies a vector of so many bytes over the copy before.
pub(crate) fn copy_into_hot_memory(bytes: usize) -> Contender<'static> {
    let mut value = vec![1u8; bytes];
    let mut copy = vec![0u8; bytes];
    Contender::new("memcpy into hot memory", move |operations| {
        let began = Instant::now();
        for _ in 0..operations {
            if let Some(first) = value.first_mut() {
                *first = first.wrapping_add(1);
            }
            copy.copy_from_slice(black_box(&value));
            black_box(&mut copy);
        }
        Ok(began.elapsed())
    })
}
