// mistakes: 7

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singleton = true)]
struct Config {
    level: u8,
}

#[derive(Speculo)]
#[speculo(rename = Gate, derive = "Clone")]
struct Door {
    #[speculo(key = "id")]
    id: u32,
    #[speculo(rename = 5)]
    size: u32,
    #[speculo(rename = "")]
    open: bool,
}

#[derive(Speculo)]
#[speculo(crate = "speculo_typed")]
struct Other {
    id: u32,
}

fn main() {}
