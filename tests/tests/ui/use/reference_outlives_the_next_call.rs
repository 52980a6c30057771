// mistakes: 1, in the compiler's words: what a subscriber gives out borrows it

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<bool, Error> {
    let front = doors.get(1)?;
    let rear = doors.get(2)?;
    Ok(front.is_some() && rear.is_some())
}

fn main() {}
