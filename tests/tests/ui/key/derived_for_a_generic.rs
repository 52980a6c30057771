use speculo_typed::SpeculoKey;

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq)]
struct Pair<T>(T, T);

fn main() {}
