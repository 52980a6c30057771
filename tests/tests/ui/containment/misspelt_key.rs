use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(kye)]
    id: u32,
    open: bool,
}

fn keyed<T: speculo_typed::Keyed>() {}

fn main() {
    // The key that was meant is there: no second error.
    keyed::<Door>();
}
