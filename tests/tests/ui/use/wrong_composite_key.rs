// mistakes: 1, and 1 error of the compiler: it points at each part of the tuple

use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Mirror {
    #[speculo(key)]
    side: String,
    #[speculo(key)]
    floor: u32,
}

fn read(mirrors: &mut Subscriber<Mirror>) -> Result<(), Error> {
    mirrors.get(("left", 7_u32))?;
    mirrors.get((7_u32, "left"))?;
    Ok(())
}

fn main() {}
