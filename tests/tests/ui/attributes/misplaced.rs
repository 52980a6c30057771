// mistakes: 5

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(opaque)]
struct Door {
    #[speculo(singleton)]
    id: u32,
    #[speculo(derive(Clone))]
    open: bool,
}

#[derive(Speculo)]
enum Event {
    #[speculo(opaque)]
    Quiet,
    #[speculo(singleton)]
    Loud,
}

fn main() {}
