use speculo_typed::Speculo;

struct Lock {
    closed: bool,
}

#[derive(Speculo)]
pub enum Event {
    Quiet,
    Turned { lock: Lock },
}

fn main() {}
