// mistakes: 2

use speculo_typed::Speculo;
use std::time::Instant;

#[derive(Speculo)]
struct Event {
    at: Instant,
    files: Vec<std::fs::File>,
}

fn main() {}
