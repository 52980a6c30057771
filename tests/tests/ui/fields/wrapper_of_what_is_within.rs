use speculo_typed::Speculo;

#[derive(Speculo)]
struct Download {
    #[rkyv(with = speculo_typed::with::AsString)]
    to: Option<std::path::PathBuf>,
}

fn main() {}
