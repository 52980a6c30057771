// mistakes: 1, and 1 error of the compiler: the name stands in our output as well

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    locks: Vec<Lok>,
}

fn main() {}
