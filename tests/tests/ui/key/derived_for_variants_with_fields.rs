use speculo_typed::SpeculoKey;

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq)]
enum Side {
    Left,
    Other(String),
}

fn main() {}
