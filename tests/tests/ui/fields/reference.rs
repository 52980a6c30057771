// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    label: &'static str,
    parts: Vec<&'static [u8]>,
    path: Option<&'static std::path::Path>,
    other: &'static mut u32,
}

fn main() {}
