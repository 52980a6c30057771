#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
#[speculo(singleton)]
pub enum Side {
    Left = 3,
    Right,
}
