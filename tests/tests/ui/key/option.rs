use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: Option<u32>,
    open: bool,
}

fn main() {}
