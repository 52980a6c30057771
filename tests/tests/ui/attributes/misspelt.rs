// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singelton)]
struct Config {
    #[speculo(renam = "size")]
    level: u8,
}

#[derive(Speculo)]
enum State {
    #[speculo(Rename = "Shut")]
    Closed,
    #[speculo(bananas)]
    Open,
}

fn main() {}
