// mistakes: 5

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(singelton)]
struct Door {
    #[speculo(kee)]
    id: f32,
    label: &'static str,
    sizes: Vec<usize>,
}

fn main() {}
