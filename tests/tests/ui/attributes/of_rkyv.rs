// mistakes: 4

use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(compare(PartialEq))]
struct Point {
    x: i32,
}

#[derive(Speculo)]
struct Download {
    #[speculo(with = speculo_typed::with::AsString)]
    to: std::path::PathBuf,
    #[speculo(skip)]
    handle: Option<std::fs::File>,
}

#[derive(Speculo)]
struct Folder {
    #[speculo(omit_bounds)]
    folders: Vec<Folder>,
}

fn main() {}
