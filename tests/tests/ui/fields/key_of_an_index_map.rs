// mistakes: 1, and 4 errors of the compiler: it tells the missing traits one by one, of the type and of its archived form

use indexmap::IndexMap;
use speculo_typed::Speculo;

#[derive(Speculo)]
enum Side {
    Left,
    Right,
}

#[derive(Speculo)]
struct Mirrors {
    angles: IndexMap<Side, u32>,
}

fn main() {}
