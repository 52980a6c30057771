use speculo_typed::SpeculoKey;

#[derive(SpeculoKey, Debug, Clone, PartialEq)]
struct Place {
    floor: u32,
    height: f32,
}

impl Eq for Place {}

fn key<K: speculo_typed::Key>() {}

fn main() {
    key::<Place>();
}
