use std::collections::VecDeque;
use std::rc::Rc;

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Queue {
    waiting: Vec<Rc<VecDeque<u64>>>,
}

fn main() {}
