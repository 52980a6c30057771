// mistakes: 1, in the compiler's words: what a subscriber gives out borrows it

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<(), Error> {
    let door = doors.get(7)?.unwrap();
    std::thread::spawn(move || println!("{}", door.label));
    Ok(())
}

fn main() {}
