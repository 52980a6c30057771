// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Event {
    at: std::time::Instant,
    files: Vec<std::fs::File>,
}

fn main() {}
