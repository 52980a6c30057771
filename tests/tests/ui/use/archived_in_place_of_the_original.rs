// mistakes: 1, in 1 error of the compiler: it names the derive that made the archived type

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
}

fn read() -> Result<(), Error> {
    Subscriber::<ArchivedDoor>::open("doors")?;
    Ok(())
}

fn main() {}
