// mistakes: 6

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singleton, singleton)]
struct Config {
    level: u8,
}

#[derive(Speculo)]
#[speculo(rename = "Gate", derive(Clone, Clone))]
#[speculo(rename = "Door")]
struct Door {
    #[speculo(key)]
    #[speculo(key)]
    id: u32,
}

#[derive(Speculo)]
#[speculo(crate = ::speculo_typed, crate = ::speculo_typed)]
struct Other {
    #[speculo(opaque, opaque)]
    id: u32,
}

fn main() {}
