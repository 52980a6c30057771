// mistakes: 1, in the compiler's words: an area has one publisher, so publishing borrows it alone

use speculo_typed::{Error, Publisher, Speculo};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn write(doors: &Publisher<Door>, door: &Door) -> Result<(), Error> {
    doors.publish(door)?;
    Ok(())
}

fn main() {}
