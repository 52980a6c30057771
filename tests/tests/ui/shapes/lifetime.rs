use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door<'a> {
    label: &'a str,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Door>();
}
