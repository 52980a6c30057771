// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    any: Box<dyn std::fmt::Debug>,
    many: Vec<Box<dyn Fn() -> u32 + Send>>,
    one: Option<&'static dyn std::fmt::Debug>,
}

fn main() {}
