use speculo_typed::{Error, Speculo, Subscriber};

#[derive(Speculo)]
struct Mirror {
    #[speculo(key)]
    side: String,
    #[speculo(key)]
    floor: u32,
}

fn read(mirrors: &mut Subscriber<Mirror>) -> Result<(), Error> {
    mirrors.get("left")?;
    Ok(())
}

fn main() {}
