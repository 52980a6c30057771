// mistakes: 2

use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Door {
    label: &'static str,
    lock: Lock,
}

fn main() {}
