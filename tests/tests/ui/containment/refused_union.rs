use speculo_typed::Speculo;

#[derive(Speculo)]
union Either {
    small: u8,
    large: u32,
}

#[derive(Speculo)]
struct Holder {
    either: Option<Either>,
}

fn shared<T: Speculo>() {}

fn main() {
    shared::<Either>();
    shared::<Holder>();
}
