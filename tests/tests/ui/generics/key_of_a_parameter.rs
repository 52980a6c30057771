use speculo_typed::Speculo;

#[derive(Speculo)]
struct Entry<K> {
    #[speculo(key)]
    id: K,
}

fn keyed<T: speculo_typed::Keyed>() {}

fn main() {
    keyed::<Entry<u32>>();
    keyed::<Entry<f32>>();
}
