use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    label: &'static str,
    parts: Vec<&'static [u8]>,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Door>();
}
