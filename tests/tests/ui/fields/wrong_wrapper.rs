use speculo_typed::Speculo;

#[derive(Speculo)]
struct Download {
    #[rkyv(with = speculo_typed::with::AsString)]
    size: u32,
}

fn main() {}
