use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(key = "id")]
struct Door {
    id: u32,
    open: bool,
}

fn main() {}
