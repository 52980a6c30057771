// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
}

fn singleton<T: speculo_typed::Singleton>() {}
fn stream<T: speculo_typed::Stream>() {}

fn main() {
    singleton::<Door>();
    stream::<Door>();
}
