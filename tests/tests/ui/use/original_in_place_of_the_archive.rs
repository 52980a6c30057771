// mistakes: 1, in the compiler's words: readers get the archived type

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<Option<&Door>, Error> {
    Ok(doors.get(7)?)
}

fn main() {}
