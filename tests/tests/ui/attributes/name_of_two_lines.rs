use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    #[speculo(rename = "the\nid")]
    id: u32,
}

fn main() {}
