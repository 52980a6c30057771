// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
#[repr(i16)]
enum Code {
    Low = -1,
    High = 255,
    Higher,
}

fn main() {}
