// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Frame {
    id: u32,
    bytes: [u8],
}

#[derive(Speculo)]
struct Text(str);

fn main() {}
