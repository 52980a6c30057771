use speculo_typed::Speculo;

#[derive(Speculo)]
struct Place {
    #[speculo(key)]
    x: f64,
}

fn main() {}
