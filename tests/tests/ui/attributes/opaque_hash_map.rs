use speculo_typed::Speculo;
use std::collections::HashMap;

#[derive(Speculo)]
struct Door {
    #[speculo(opaque)]
    notes: Vec<HashMap<String, u32>>,
}

fn main() {}
