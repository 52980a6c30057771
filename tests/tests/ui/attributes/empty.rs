// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo]
struct Config {
    #[speculo()]
    level: u8,
}

#[derive(Speculo)]
#[speculo(derive())]
struct Door {
    id: u32,
}

#[derive(Speculo)]
enum Event {
    #[speculo()]
    Quiet,
}

fn main() {}
