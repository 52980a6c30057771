use speculo_typed::Speculo;

#[derive(Speculo)]
struct Batch<T> {
    items: Vec<T>,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Batch<&'static str>>();
}
