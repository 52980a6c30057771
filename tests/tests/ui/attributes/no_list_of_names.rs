// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo("singleton")]
struct Config {
    level: u8,
}

#[derive(Speculo)]
#[speculo = "singleton"]
struct Door {
    #[speculo(key rename = "number")]
    id: u32,
}

fn main() {}
