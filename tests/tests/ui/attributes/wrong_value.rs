use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo]
struct Config {
    level: u8,
}

#[derive(Speculo)]
struct Door {
    #[speculo(key = "id")]
    id: u32,
}

#[derive(Speculo)]
#[speculo(crate)]
struct Other {
    id: u32,
}

fn main() {}
