// mistakes: 2, and 8 errors of the compiler: it tells the missing traits one by one, of the type and of its archived form

use speculo_typed::Speculo;
use std::collections::{BTreeMap, HashSet};

#[derive(Speculo)]
enum Side {
    Left,
    Right,
}

#[derive(Speculo)]
struct Mirrors {
    seen: HashSet<Side>,
    angles: BTreeMap<Option<Side>, u32>,
}

fn main() {}
