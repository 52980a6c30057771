// mistakes: 2

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Stop {
    number: u32,
}

#[derive(Speculo)]
struct Queue {
    waiting: Vec<Rc<VecDeque<u64>>>,
    stops: Arc<VecDeque<Stop>>,
    next: Option<Arc<Queue>>,
}

fn main() {}
