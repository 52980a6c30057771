use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    #[rkyv(with = speculo_typed::with::Skip)]
    id: u32,
    open: bool,
}

fn main() {}
