use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singelton)]
struct Config {
    level: u8,
}

#[derive(Speculo)]
#[speculo(bananas = 3)]
struct Other {
    level: u8,
}

fn main() {}
