// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Download {
    to: std::path::PathBuf,
    begun: std::time::SystemTime,
    part: Option<std::path::PathBuf>,
    seen: Vec<Option<std::time::SystemTime>>,
}

fn main() {}
