use speculo_typed::Speculo;

#[derive(Speculo)]
enum Side {
    Left,
    Right,
}

#[derive(Speculo)]
struct Mirror {
    #[speculo(key)]
    side: Side,
    folded: bool,
}

fn main() {}
