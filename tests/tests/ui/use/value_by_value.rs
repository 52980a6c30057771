// mistakes: 1, in the compiler's words: the argument has another type than the publisher says

use speculo_typed::{Error, Publisher, Speculo};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn write(doors: &mut Publisher<Door>, door: Door) -> Result<(), Error> {
    doors.publish(door)?;
    Ok(())
}

fn main() {}
