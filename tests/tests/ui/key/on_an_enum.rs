use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(key)]
enum Event {
    Opened,
    Shut,
}

fn main() {}
