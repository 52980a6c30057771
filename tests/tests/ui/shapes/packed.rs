use speculo_typed::Speculo;

#[derive(Speculo)]
#[repr(C, packed(2))]
struct Door {
    id: u32,
    size: u64,
}

fn main() {}
