// mistakes: 1, in 4 errors of the compiler: only it knows the number, and each use of it fails
use speculo_typed::Speculo;

const NOT_FOUND: i32 = 404;

#[derive(Speculo)]
#[repr(i32)]
enum Answer {
    NotFound = NOT_FOUND,
}

fn main() {}
