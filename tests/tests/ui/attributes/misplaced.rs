use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(key)]
struct Door {
    #[speculo(singleton)]
    id: u32,
}

#[derive(Speculo)]
enum Event {
    #[speculo(key)]
    Quiet,
}

fn main() {}
