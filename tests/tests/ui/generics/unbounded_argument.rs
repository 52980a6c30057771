use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Batch<T> {
    items: Vec<T>,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Batch<u32>>();
    shared::<Batch<Lock>>();
}
