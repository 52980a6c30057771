use speculo_typed::Speculo;

#[derive(Speculo)]
struct Address(
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
    #[speculo(key)] u8,
);

fn main() {}
