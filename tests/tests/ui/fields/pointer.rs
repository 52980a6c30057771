// mistakes: 5

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    raw: *const u8,
    list: Vec<*mut Door>,
    next: Option<std::ptr::NonNull<u32>>,
    context: *mut std::ffi::c_void,
    bytes: *const [u8],
}

fn main() {}
