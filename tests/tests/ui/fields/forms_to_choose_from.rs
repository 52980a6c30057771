// mistakes: 2

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Download {
    to: std::path::PathBuf,
    begun: std::time::SystemTime,
}

fn main() {}
