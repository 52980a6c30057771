// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
#[rkyv(singleton)]
struct Config {
    level: u8,
}

#[derive(Speculo)]
struct Door {
    #[rkyv(key)]
    id: u32,
    #[rkyv(rename = "name")]
    label: String,
    #[rkyv(skip)]
    seen: u32,
}

fn main() {}
