// mistakes: 2

use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Door {
    id: u32,
    since: std::time::Instant,
    lock: Option<Lock>,
}

fn main() {}
