use speculo_typed::Speculo;

#[derive(Speculo)]
struct Event {
    #[speculo(opaque)]
    at: std::fs::File,
}

fn main() {}
