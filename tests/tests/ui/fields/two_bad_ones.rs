// mistakes: 2

use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Door {
    id: u32,
    log: std::fs::File,
    lock: Option<Lock>,
}

fn main() {}
