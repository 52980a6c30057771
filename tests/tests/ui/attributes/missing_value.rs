// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(crate, rename, derive)]
struct Config {
    #[speculo(rename())]
    level: u8,
}

fn main() {}
