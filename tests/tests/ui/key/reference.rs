use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    name: &'static str,
    open: bool,
}

fn main() {}
