use speculo_typed::Speculo;

#[derive(Speculo)]
struct Entry<K: Clone> {
    #[speculo(key)]
    ids: Vec<K>,
}

fn keyed<T: speculo_typed::Keyed>() {}

fn main() {
    keyed::<Entry<u8>>();
    keyed::<Entry<u32>>();
}
