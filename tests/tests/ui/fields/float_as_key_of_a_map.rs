// mistakes: 2

use speculo_typed::Speculo;
use std::collections::{BTreeSet, HashMap};

#[derive(Speculo)]
struct Heights {
    names: HashMap<f32, String>,
    seen: BTreeSet<(u8, f64)>,
}

fn main() {}
