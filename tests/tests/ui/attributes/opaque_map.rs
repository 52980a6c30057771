// mistakes: 3

use indexmap::IndexSet;
use speculo_typed::Speculo;
use std::collections::{BTreeMap, HashMap};

#[derive(Speculo)]
struct Door {
    #[speculo(opaque)]
    notes: Vec<HashMap<String, u32>>,
    #[speculo(opaque)]
    more: Option<BTreeMap<String, u32>>,
    #[speculo(opaque)]
    names: IndexSet<String>,
}

fn main() {}
