#[derive(Speculo)]
pub struct Batch<T, const N: usize = 4>
where
    T: Clone,
{
    pub items: Vec<T>,
    pub few: [T; N],
    total: usize,
}
