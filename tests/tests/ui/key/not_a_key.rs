use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    names: Vec<String>,
    open: bool,
}

fn main() {}
