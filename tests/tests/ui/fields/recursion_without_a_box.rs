// mistakes: 1, and 1 error of the compiler: it says the same of the type itself

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Node {
    value: u32,
    next: Option<Node>,
}

fn main() {}
