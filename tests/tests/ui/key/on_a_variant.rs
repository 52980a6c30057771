use speculo_typed::Speculo;

#[derive(Speculo)]
enum Event {
    #[speculo(key)]
    Opened,
    Shut,
}

fn main() {}
