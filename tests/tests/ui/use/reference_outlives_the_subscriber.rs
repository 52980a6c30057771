// mistakes: 1, in the compiler's words: what a subscriber gives out borrows it

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read<'a>() -> Result<&'a ArchivedDoor, Error> {
    let mut doors = Subscriber::<Door>::open("doors")?;
    Ok(doors.get(7)?.unwrap())
}

fn main() {}
