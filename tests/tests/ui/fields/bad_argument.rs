// mistakes: 1, and 3 errors of the compiler: only `Batch` knows what it needs of its parameter, so the bound is on all of the type, and rkyv asks for it, too

use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Batch<T> {
    items: Vec<T>,
}

#[derive(Speculo)]
struct Door {
    locks: Batch<Lock>,
}

fn main() {}
