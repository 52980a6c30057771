// mistakes: 2

use speculo_typed::Speculo;
use std::rc::Weak;

#[derive(Speculo)]
struct Node {
    parent: Weak<Node>,
    others: Vec<std::sync::Weak<u32>>,
}

fn main() {}
