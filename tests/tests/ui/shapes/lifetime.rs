use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door<'a> {
    label: &'a str,
    parts: Vec<&'a [u8]>,
}

fn main() {}
