use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    id: u32,
}

fn keyed<T: speculo_typed::Keyed>() {}

fn main() {
    keyed::<Door>();
}
