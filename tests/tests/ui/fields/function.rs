// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    call: fn(u32) -> u32,
    maybe: Option<fn()>,
}

fn main() {}
