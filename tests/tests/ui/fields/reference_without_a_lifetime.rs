// mistakes: 2, and 2 errors of the compiler: it asks for a lifetime

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    label: &str,
    parts: Vec<&[u8]>,
}

fn main() {}
