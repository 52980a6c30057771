use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(derive(Debug))]
struct Point {
    x: i32,
}

fn main() {}
