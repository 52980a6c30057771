use speculo_typed::SpeculoKey;

#[derive(SpeculoKey)]
enum Side {
    Left,
    Right,
}

fn main() {}
