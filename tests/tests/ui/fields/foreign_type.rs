use speculo_typed::Speculo;

#[derive(Speculo)]
struct Event {
    at: std::time::Instant,
}

fn main() {}
