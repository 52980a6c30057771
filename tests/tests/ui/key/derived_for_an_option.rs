use speculo_typed::{Speculo, SpeculoKey};

#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Place {
    floor: u32,
    room: Option<u32>,
}

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    place: Place,
}

fn main() {}
