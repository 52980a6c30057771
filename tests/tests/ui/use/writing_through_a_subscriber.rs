// mistakes: 1, in the compiler's words: what a subscriber gives out is a shared reference

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn write(doors: &mut Subscriber<Door>) -> Result<(), Error> {
    let door = doors.get(7)?.unwrap();
    door.open = true;
    Ok(())
}

fn main() {}
