//! What values look like: number, name and a check of both, then bytes that depend on them. All of it follows from
//! the history, so that a reader compares every byte.

use std::sync::OnceLock;

use speculo_core::Chunk;
use speculo_tests::random::{Random, mix};

use crate::history::{History, Op};
use crate::spec::Spec;

/// Bytes that look random.
fn pool() -> &'static [u8] {
    static POOL: OnceLock<Vec<u8>> = OnceLock::new();
    POOL.get_or_init(|| {
        let mut random = Random::new(77);
        (0..8192).flat_map(|_| random.draw().to_le_bytes()).collect()
    })
}

fn head(history: &History, n: u64, name: u64, len: usize) -> ([u8; 24], usize) {
    let sum = mix(mix(mix(history.seed ^ n) ^ name) ^ len as u64);
    let mut head = [0; 24];
    for (place, word) in head.chunks_exact_mut(8).zip([n, name, sum]) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    (head, usize::try_from(sum % pool().len() as u64).unwrap())
}

/// Pieces of the value of commit `n`, in order.
fn pieces(head: &[u8; 24], from: usize, len: usize) -> impl Iterator<Item = &[u8]> {
    let first = std::iter::once((&head[..], 0)).chain([(pool(), from)]);
    let all = first.chain(std::iter::repeat((pool(), 0)));
    all.scan(len, |left, (bytes, from)| {
        let piece = &bytes[from..][..(bytes.len() - from).min(*left)];
        *left -= piece.len();
        (!piece.is_empty()).then_some(piece)
    })
}

/// Writes the value of commit `n` into `place`, which has its length.
pub(crate) fn fill(history: &History, n: u64, name: u64, place: &mut [u8]) {
    let (head, from) = head(history, n, name, place.len());
    let mut at = 0;
    for piece in pieces(&head, from, place.len()) {
        place[at..at + piece.len()].copy_from_slice(piece);
        at += piece.len();
    }
}

/// Panics unless this is the chunk of a commit that there is, whole.
pub(crate) fn check(spec: &Spec, chunk: &Chunk<'_>) {
    let (history, n) = (&spec.history, chunk.seq());
    assert!(n > 0, "a chunk with seq 0: {chunk:?}");
    let name = match (history.op(n), chunk.is_tombstone()) {
        (Op::Put(name), false) | (Op::Remove(name), true) => name,
        (op, _) => panic!("commit {n} is {op:?}, but {chunk:?}"),
    };
    assert!(
        chunk.id() <= n && (chunk.version() == 1) == (chunk.id() == n) && chunk.version() > 0,
        "ids and versions: {chunk:?}"
    );
    if spec.is_stream() {
        assert_eq!(chunk.id(), name, "the id of {chunk:?}");
    }
    assert_eq!(chunk.key(), spec.key(name), "the key of {chunk:?}");
    let payload = chunk.payload();
    if chunk.is_tombstone() {
        assert!(payload.is_empty(), "{chunk:?}");
        return;
    }
    assert_eq!(payload.len() as u64, history.len(n), "the length of {chunk:?}");
    assert_eq!(chunk.expires_at() != 0, history.ttl(n).is_some(), "the expiry of {chunk:?}");
    let (head, from) = head(history, n, name, payload.len());
    let mut at = 0;
    for piece in pieces(&head, from, payload.len()) {
        let found = &payload[at..at + piece.len()];
        assert!(
            found == piece,
            "torn at {at} and behind: {chunk:?} begins {:x?}",
            &found[..found.len().min(24)]
        );
        at += piece.len();
    }
}
