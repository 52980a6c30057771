//! Good values and schemas, damaged.

use std::time::{Duration, Instant};

use speculo_typed::decode::Decoder;
use speculo_typed::schema;

use crate::Encode;
use crate::types::*;

/// Looks at everything in every way, and says whether all of it could be seen.
pub(crate) fn exercise(decoder: &Decoder, payload: &[u8]) -> bool {
    let Ok(value) = decoder.value(payload) else { return false };
    let mut sink = Sink { left: 1 << 20 };
    let printed = serde_json::to_writer(&mut sink, &value);
    let shown = format!("{value:?}");
    // Both go the same way, and come to the same end.
    if let Err(error) = printed.as_ref().map_err(ToString::to_string)
        && sink.left > 0
    {
        assert!(shown.contains(&format!("<{error}>")), "{error}: {shown}");
    }
    printed.is_ok()
}

/// Takes output up to a limit: what a forged value prints may be long.
struct Sink {
    left: usize,
}

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.left = self.left.saturating_sub(bytes.len());
        if self.left == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Numbers that differ, and are the same each time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit.max(1)
    }
}

/// Every type of note: its decoder, a descriptor and a payload.
fn samples() -> Vec<(Vec<u8>, Vec<u8>)> {
    fn sample<T: Encode>(value: &T) -> (Vec<u8>, Vec<u8>) {
        (schema::of::<T>().descriptor, value.encode())
    }
    let mut small = everything();
    small.tree = (0..8).map(|n| (n, Pair(1, "a text that is not inline".into()))).collect();
    let tree = Tree::Many(vec![
        Tree::Leaf(1),
        Tree::Pair(Box::new(Tree::Text("t".repeat(30))), None),
        Tree::Named([("a".to_owned(), Tree::Leaf(2))].into()),
    ]);
    vec![
        sample(&small),
        sample(&hashed(5)),
        sample(&tree),
        sample(&List { value: 1, next: Some(Box::new(List { value: 2, next: None })) }),
        sample(&Event::Opened { door: 1, by: Some("by somebody".into()) }),
        sample(&twice(8)),
    ]
}

#[test]
fn p8_a_damaged_byte_of_a_value_is_survived() {
    let (mut seen, mut refused) = (0, 0);
    for (descriptor, payload) in samples() {
        let decoder = Decoder::new(&descriptor).unwrap();
        assert!(exercise(&decoder, &payload));
        for at in 0..payload.len() {
            let mut bad = payload.clone();
            for byte in [0, 1, 0x7f, 0x80, 0xff, payload[at] ^ 1, payload[at] ^ 4, payload[at] ^ 0x40] {
                bad[at] = byte;
                let good = exercise(&decoder, &bad);
                seen += usize::from(good);
                refused += usize::from(!good);
            }
        }
        for len in 0..payload.len() {
            exercise(&decoder, &payload[..len]);
            exercise(&decoder, &payload[len..]);
        }
    }
    assert!(seen > 100 && refused > 100, "{seen} seen, {refused} refused");
}

#[test]
fn p8_many_damaged_bytes_of_a_value_are_survived() {
    let end = Instant::now() + Duration::from_mins(2);
    for (descriptor, payload) in samples() {
        let decoder = Decoder::new(&descriptor).unwrap();
        for seed in 0..1500 {
            let (mut random, mut bad) = (Random::new(seed), payload.clone());
            for _ in 0..=random.below(8) {
                // Pointers that lead elsewhere within the payload find more than wild ones.
                let (at, from) = (random.below(bad.len()), random.below(bad.len()));
                let len = random.below(5).min(bad.len() - at.max(from));
                bad.copy_within(from..from + len, at);
                let at = random.below(bad.len());
                bad[at] = random.below(256).to_le_bytes()[0];
            }
            exercise(&decoder, &bad);
            assert!(Instant::now() < end, "seed {seed} took too long");
        }
    }
}

#[test]
fn p8_a_damaged_byte_of_a_schema_is_survived() {
    let (mut seen, mut refused) = (0, 0);
    for (descriptor, payload) in samples() {
        for at in 0..descriptor.len() {
            let mut bad = descriptor.clone();
            for byte in [0, 1, 0x80, 0xff, descriptor[at] ^ 1, descriptor[at] ^ 8] {
                bad[at] = byte;
                match Decoder::new(&bad) {
                    Ok(decoder) => seen += usize::from(exercise(&decoder, &payload)),
                    Err(error) => refused += error.to_string().len().min(1),
                }
            }
            assert!(Decoder::new(&descriptor[..at]).is_err());
        }
    }
    assert!(seen > 100 && refused > 100, "{seen} seen, {refused} refused");
}

#[test]
fn p8_a_schema_and_a_value_of_another_type_are_survived() {
    let samples = samples();
    for (descriptor, _) in &samples {
        let decoder = Decoder::new(descriptor).unwrap();
        for (_, payload) in &samples {
            exercise(&decoder, payload);
        }
    }
}

#[test]
fn p8_many_damaged_bytes_of_a_schema_are_survived() {
    let mut decoders = 0;
    for (descriptor, payload) in samples() {
        for seed in 0..3000 {
            let (mut random, mut bad) = (Random::new(seed), descriptor.clone());
            for _ in 0..=random.below(3) {
                let at = random.below(bad.len());
                // Small numbers: types, offsets and sizes that may be believed.
                bad[at] = random.below(40).to_le_bytes()[0];
            }
            if let Ok(decoder) = Decoder::new(&bad) {
                decoders += 1;
                exercise(&decoder, &payload);
            }
        }
    }
    assert!(decoders > 100, "{decoders}");
}
