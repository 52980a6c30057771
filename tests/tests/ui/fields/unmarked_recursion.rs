// mistakes: 1, in 10 errors of the compiler: no bound is wrong, it only finds no end in asking for them

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Folder {
    files: Vec<File>,
}

#[derive(Speculo)]
struct File {
    within: Option<Box<Folder>>,
}

fn main() {}
