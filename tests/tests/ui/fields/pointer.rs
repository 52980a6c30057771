// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    raw: *const u8,
    list: Vec<*mut Door>,
}

fn main() {}
