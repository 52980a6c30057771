use speculo_typed::Speculo;

#[derive(Speculo)]
enum Event<'a, T> {
    Opened(&'a T),
    Shut,
}

fn main() {}
