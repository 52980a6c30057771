use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
}

fn get<T: speculo_typed::Keyed>(_: impl speculo_typed::Lookup<T::Key>) {}

fn main() {
    get::<Door>("rear");
}
