// mistakes: 1, in 1 error of the compiler: only it knows that an archived string has no `Clone`

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(derive(Clone))]
struct Door {
    label: String,
}

fn main() {}
