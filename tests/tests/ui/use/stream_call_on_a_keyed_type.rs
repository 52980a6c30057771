use speculo_typed::{Error, Publisher, Speculo};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn write(doors: &mut Publisher<Door>, door: &Door) -> Result<(), Error> {
    let id = doors.publish(door)?;
    doors.chunk_update(id, door)?;
    Ok(())
}

fn main() {}
