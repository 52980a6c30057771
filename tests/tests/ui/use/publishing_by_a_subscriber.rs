// mistakes: 1, in the compiler's words: subscribers have no such method

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn write(doors: &mut Subscriber<Door>, door: &Door) -> Result<(), Error> {
    doors.publish(door)?;
    Ok(())
}

fn main() {}
