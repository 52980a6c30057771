// mistakes: 2

use speculo_typed::Speculo;
use std::sync::atomic::{AtomicBool, AtomicUsize};

#[derive(Speculo)]
struct Door {
    open: AtomicBool,
    count: std::sync::Arc<AtomicUsize>,
}

fn main() {}
