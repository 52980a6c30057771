use speculo_typed::Speculo;

#[derive(Speculo)]
#[speculo(stream)]
struct Note {
    text: String,
}

fn main() {}
