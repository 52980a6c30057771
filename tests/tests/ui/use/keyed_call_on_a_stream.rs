// mistakes: 2

use speculo_typed::{Error, Publisher, Speculo, Subscriber};

#[derive(Speculo)]
struct Note {
    text: String,
}

fn read(notes: &mut Subscriber<Note>) -> Result<(), Error> {
    notes.get(7)?;
    Ok(())
}

fn write(notes: &mut Publisher<Note>) -> Result<(), Error> {
    notes.remove(7)?;
    Ok(())
}

fn main() {}
