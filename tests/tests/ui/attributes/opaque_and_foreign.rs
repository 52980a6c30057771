use speculo_typed::Speculo;

#[derive(Speculo)]
struct Event {
    #[speculo(opaque)]
    at: std::time::Instant,
}

fn main() {}
