use speculo_typed::Speculo;

#[derive(Speculo)]
struct Place {
    #[speculo(key)]
    floor: u32,
}

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    place: Place,
    open: bool,
}

fn main() {}
