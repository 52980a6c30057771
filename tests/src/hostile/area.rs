//! A good area, damaged bit by bit as the input says; then everything is done with it, a takeover included.

use super::base::{Base, SHAPES};
use super::exercise::{self, Tally};
use super::input::Input;
use super::mutate::{self, Files};
use super::offsets::LINE;
use super::stage;

/// A byte that chooses the area, a byte of flags, then changes, one after the other.
pub(super) fn drive(bytes: &[u8]) -> Tally {
    let mut input = Input::new(bytes);
    let base = Base::of(SHAPES[usize::from(input.byte()) % SHAPES.len()]);
    let only_read = input.byte() & 1 != 0;
    let mut files = Files::of(base);
    for _ in 0..24 {
        if input.is_over() {
            break;
        }
        mutate::one(&mut files, base, &mut input);
    }
    let name = stage::segment_name(base.generation());
    let bell = [0; 4096];
    let all: [(&str, &[u8]); 3] = [(".manifest", &files.manifest), (".bell", &bell), (&name, &files.segment)];
    let dir = stage::set("area", &all);
    let most = files.segment.len() / LINE;
    let area = stage::area("area", base.kind);
    let mut tally = Tally::default();
    exercise::open(&area, most, &mut tally);
    assert!(std::fs::read(dir.join(&name)).unwrap() == files.segment, "reading changed something");
    if !only_read {
        exercise::take_over(&area, most, &mut tally);
    }
    tally
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for shape in 0..SHAPES.len() {
        let begin = [shape.to_le_bytes()[0], 0];
        seeds.push(begin.to_vec());
        seeds.extend(mutate::samples().map(|sample| [&begin[..], &sample].concat()));
    }
    seeds
}
