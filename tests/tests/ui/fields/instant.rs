// mistakes: 4

use speculo_typed::Speculo;
use std::collections::HashMap;
use std::time;

#[derive(Speculo)]
struct Event {
    at: std::time::Instant,
    last: Option<time::Instant>,
    by_name: HashMap<String, (u8, time::Instant)>,
}

#[derive(Speculo)]
enum Timer {
    Off,
    Since(Vec<Timer>, std::time::Instant),
}

fn main() {}
