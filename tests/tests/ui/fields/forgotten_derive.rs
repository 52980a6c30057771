use speculo_typed::Speculo;

struct Lock {
    closed: bool,
}

#[derive(Speculo)]
struct Door {
    id: u32,
    lock: Lock,
}

fn main() {}
