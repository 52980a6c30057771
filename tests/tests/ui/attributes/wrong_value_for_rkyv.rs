// mistakes: 5

use speculo_typed::Speculo;

#[derive(Speculo)]
#[rkyv(derive = "Hash")]
struct Download {
    #[rkyv(with = "speculo_typed::with::AsString")]
    to: std::path::PathBuf,
    #[rkyv(with(speculo_typed::with::AsUnixTime))]
    begun: std::time::SystemTime,
    #[rkyv]
    size: u64,
}

#[derive(Speculo)]
enum Event {
    #[rkyv]
    Quiet,
}

fn main() {}
