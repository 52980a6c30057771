// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(derive(Clone, Copy))]
struct Door {
    id: u32,
    label: Option<String>,
}

#[derive(Speculo)]
#[speculo(derive(Clone))]
enum Event {
    Quiet,
    Turned { angles: Vec<f32> },
}

fn main() {}
