use speculo_typed::SpeculoKey;

#[derive(SpeculoKey)]
union Either {
    small: u8,
    large: u32,
}

fn main() {}
