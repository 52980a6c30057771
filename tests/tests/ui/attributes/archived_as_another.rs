use speculo_typed::Speculo;

#[derive(Speculo)]
#[rkyv(as = Point)]
struct Point {
    x: i32,
}

fn main() {}
