use speculo_typed::Speculo;

struct Door {
    id: u32,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Door>();
}
