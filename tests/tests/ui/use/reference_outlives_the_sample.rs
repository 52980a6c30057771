// mistakes: 1, in the compiler's words: what a sample gives out borrows it

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<&str, Error> {
    let door = doors.sample(7)?.unwrap();
    Ok(&*door.label)
}

fn main() {}
