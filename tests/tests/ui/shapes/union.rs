use speculo_typed::Speculo;

#[derive(Speculo)]
union Either {
    small: u8,
    large: u32,
}

fn main() {}
