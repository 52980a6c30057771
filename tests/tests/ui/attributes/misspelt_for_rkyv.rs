// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
#[rkyv(derve(Hash))]
struct Door {
    #[rkyv(wiht = speculo_typed::with::Skip)]
    id: u32,
}

#[derive(Speculo)]
enum Event {
    #[rkyv(other)]
    Quiet,
}

fn main() {}
