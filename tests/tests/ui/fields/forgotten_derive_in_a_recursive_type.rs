use speculo_typed::Speculo;

struct Lock;

#[derive(Speculo)]
struct Node {
    next: Option<Box<(Node, Lock)>>,
}

fn main() {}
