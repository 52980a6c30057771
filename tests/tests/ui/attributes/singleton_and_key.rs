use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singleton)]
struct Config {
    #[speculo(key)]
    id: u32,
    level: u8,
}

fn main() {}
