// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    id: u32,
    #[speculo(rename = "id")]
    number: u32,
}

#[derive(Speculo)]
enum State {
    #[speculo(rename = "Open")]
    Ajar,
    Open {
        #[speculo(rename = "width")]
        angle: f32,
        #[speculo(rename = "width")]
        size: f32,
    },
}

fn main() {}
