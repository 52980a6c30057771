// mistakes: 1, in 3 errors of the compiler: without the parameter, it cannot tell one such type from another

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door<T> {
    id: u32,
}

fn main() {}
