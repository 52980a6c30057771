// mistakes: 1, and 1 error of the compiler: it is also asked whether the type may stand behind a pointer

use std::sync::Arc;

use speculo_typed::Speculo;

struct Settings {
    level: u32,
}

#[derive(Speculo)]
struct Car {
    settings: Arc<Settings>,
}

fn main() {}
