use speculo_typed::Speculo;
use std::collections::HashMap;

struct Lock {
    closed: bool,
}

#[derive(Speculo)]
struct Door {
    id: u32,
    locks: HashMap<String, Vec<Option<(u8, [Lock; 3])>>>,
}

fn main() {}
