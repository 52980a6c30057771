// mistakes: 6

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    label: &'static str,
    parts: Vec<&'static [u8]>,
    path: Option<&'static std::path::Path>,
    names: &'static [&'static str],
    system: &'static std::ffi::OsStr,
    other: &'static mut u32,
}

fn main() {}
