// mistakes: 2, and 2 errors of the compiler: it says the same of the type itself

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Node {
    value: u32,
    next: Option<Node>,
}

#[derive(Speculo)]
struct Answer {
    given: Result<Answer, u32>,
}

fn main() {}
