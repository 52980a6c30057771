// mistakes: 1, in 5 errors of the compiler: the path is wherever our output names anything

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(crate = ::shared)]
struct Door {
    id: u32,
}

fn main() {}
