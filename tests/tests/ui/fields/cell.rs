// mistakes: 3

use speculo_typed::Speculo;
use std::cell::{self, RefCell};

#[derive(Speculo)]
struct Door {
    one: cell::Cell<u32>,
    other: RefCell<Vec<u8>>,
    once: std::cell::OnceCell<String>,
}

fn main() {}
