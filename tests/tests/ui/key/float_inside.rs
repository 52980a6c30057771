use speculo_typed::Speculo;

#[derive(Speculo)]
struct Place {
    #[speculo(key)]
    at: (u32, Vec<f32>),
}

fn main() {}
