use speculo_typed::Speculo;
use std::time::SystemTime;

#[derive(Speculo)]
struct Download {
    begun: SystemTime,
}

fn main() {}
