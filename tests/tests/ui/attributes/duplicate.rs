use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singleton, singleton)]
struct Config {
    level: u8,
}

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    #[speculo(key)]
    id: u32,
}

fn main() {}
