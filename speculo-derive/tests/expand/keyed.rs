/// A door of the vehicle.
#[derive(Speculo)]
pub struct Door {
    /// Counted from the front.
    #[speculo(key)]
    pub id: u32,
    pub open: bool,
    label: String,
}
