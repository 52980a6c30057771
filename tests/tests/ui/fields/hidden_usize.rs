use speculo_typed::Speculo;

type Index = usize;

#[derive(Speculo)]
struct Sizes {
    index: Index,
}

fn main() {}
