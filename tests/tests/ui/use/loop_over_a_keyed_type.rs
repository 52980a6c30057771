// mistakes: 1, in the compiler's words: only it knows what a loop takes

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<(), Error> {
    for door in doors {
        door?;
    }
    Ok(())
}

fn main() {}
