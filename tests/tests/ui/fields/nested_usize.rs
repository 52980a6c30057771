// mistakes: 3

use speculo_typed::Speculo;

#[derive(Speculo)]
struct Sizes {
    fine: usize,
    also_fine: [u8; 4_usize],
    list: Vec<usize>,
    map: std::collections::BTreeMap<String, Option<isize>>,
    count: std::num::NonZeroUsize,
}

fn main() {}
