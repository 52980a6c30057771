use speculo_typed::Speculo;

type Name = &'static str;

#[derive(Speculo)]
struct Door {
    label: Name,
}

fn main() {}
