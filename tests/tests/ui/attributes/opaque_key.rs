use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key, opaque)]
    id: u32,
    open: bool,
}

fn main() {}
