// mistakes: 2

use speculo_typed::SpeculoKey;

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Nothing;

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq)]
enum Never {}

fn main() {}
