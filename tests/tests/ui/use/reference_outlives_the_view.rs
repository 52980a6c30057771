// mistakes: 1, in the compiler's words: what a view gives out borrows it

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<usize, Error> {
    let view = doors.view()?;
    let door = view.get(7)?;
    drop(view);
    Ok(door.map_or(0, |door| door.label.len()))
}

fn main() {}
