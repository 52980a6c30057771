use speculo_typed::Speculo;

#[derive(Speculo)]
enum Event {
    Opened {
        #[speculo(key)]
        door: u32,
    },
}

fn main() {}
