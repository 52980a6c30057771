use speculo_typed::{Error, Publisher, Speculo, Subscriber};

#[derive(Speculo)]
struct Door {
    #[speculo(key)]
    id: u32,
    label: &'static str,
}

fn uses(door: &Door) -> Result<(), Error> {
    let mut doors = Publisher::<Door>::create("doors")?;
    doors.publish(door)?;
    let mut doors = Subscriber::<Door>::open("doors")?;
    doors.get(7)?;
    for door in &doors.view()? {
        door?.to_native();
    }
    doors.try_change()?;
    Ok(())
}

fn main() {}
