// mistakes: 2

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

fn read(doors: &mut Subscriber<Door>) -> Result<(), Error> {
    doors.get("rear")?;
    doors.get(7_u64)?;
    Ok(())
}

fn main() {}
