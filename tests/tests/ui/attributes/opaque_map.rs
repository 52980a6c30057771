// mistakes: 2

use speculo_typed::Speculo;
use std::collections::{BTreeMap, HashMap};

#[derive(Speculo)]
struct Door {
    #[speculo(opaque)]
    notes: Vec<HashMap<String, u32>>,
    #[speculo(opaque)]
    more: Option<BTreeMap<String, u32>>,
}

fn main() {}
