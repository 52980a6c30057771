// mistakes: 3

use speculo_typed::{Speculo, SpeculoKey};

#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Name {
    text: &'static str,
}

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Pair((u32, &'static [u8]));

#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Borrowed<'a> {
    text: &'a str,
}

fn key<K: speculo_typed::Key>() {}

fn main() {
    key::<Name>();
    key::<Pair>();
}
