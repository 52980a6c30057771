use speculo_typed::Speculo;

#[derive(Speculo)]
struct Door {
    raw: *const u8,
    call: fn(u32) -> u32,
    any: Box<dyn std::fmt::Debug>,
}

fn main() {}
