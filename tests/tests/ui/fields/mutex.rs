// mistakes: 2

use speculo_typed::Speculo;
use std::sync::{Arc, Mutex, RwLock};

#[derive(Speculo)]
struct Door {
    state: Arc<Mutex<u32>>,
    names: RwLock<Vec<String>>,
}

fn main() {}
