// mistakes: 1, in 6 errors of the compiler: a derive does not see which others stand beside it

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(external)]
struct Point {
    x: i32,
}

fn main() {}
