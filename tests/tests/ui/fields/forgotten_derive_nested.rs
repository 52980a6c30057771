use speculo_typed::Speculo;

struct Lock {
    closed: bool,
}

#[derive(Speculo)]
struct Door {
    id: u32,
    locks: Vec<Option<Lock>>,
}

fn main() {}
