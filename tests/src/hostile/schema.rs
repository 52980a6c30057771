//! Two descriptors of any bytes, compared; and one of them as what tells of the other.

use std::sync::OnceLock;

use speculo_typed::decode::Decoder;
use speculo_typed::schema::{self, diff};

use super::exercise::Tally;
use super::input::Input;
use super::values::{Deep, Door, Everything, Tree};

/// Two bytes that say how long the first is, the first, the second.
pub(super) fn drive(bytes: &[u8]) -> Tally {
    let mut input = Input::new(bytes);
    let len = input.short();
    let first = input.take(len.into());
    let second = input.rest();
    let mut tally = Tally { opened: 1, ..Tally::default() };
    for own in descriptors() {
        for (one, other) in [(first, second), (second, first), (first, own), (own, first), (own, own)] {
            let told = diff(one, other);
            assert_eq!(told.is_empty(), one == other, "{told}");
            assert!(told.len() < 16 << 10 && !told.contains(char::is_control), "{told}");
            tally.errors += u64::from(told.contains("cannot be read"));
            tally.values += 1;
        }
        show(own, first);
    }
    show(first, second);
    tally
}

/// A value that is none, of a type that may be none.
fn show(descriptor: &[u8], payload: &[u8]) {
    if let Ok(decoder) = Decoder::new(descriptor)
        && let Ok(value) = decoder.value(payload)
    {
        assert!(!format!("{value:?}").is_empty());
    }
}

/// Good ones.
pub(super) fn descriptors() -> &'static [Vec<u8>] {
    static OWN: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    OWN.get_or_init(|| {
        let of =
            [schema::of::<Door>(), schema::of::<Tree>(), schema::of::<Deep>(), schema::of::<Everything>()];
        of.map(|schema| schema.descriptor).into()
    })
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let of = descriptors();
    let pairs = of.iter().zip(of.iter().cycle().skip(1));
    let pair = |(one, other): (&Vec<u8>, &Vec<u8>)| {
        [&u16::try_from(one.len()).unwrap().to_le_bytes()[..], one, other].concat()
    };
    pairs.map(pair).collect()
}
