// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    raw: *const u8,
    list: Vec<*mut Door>,
    next: Option<std::ptr::NonNull<u32>>,
}

fn main() {}
