use speculo_typed::{Error, Publisher, Speculo, Subscriber};

#[derive(Speculo)]
struct Door<'a> {
    #[speculo(key)]
    id: u32,
    label: &'a str,
}

fn uses() -> Result<(), Error> {
    Publisher::<Door>::create("doors")?;
    let mut doors = Subscriber::<Door>::open("doors")?;
    doors.get(7)?;
    for door in &doors.view()? {
        door?;
    }
    doors.try_change()?;
    Ok(())
}

fn main() {}
