// mistakes: 3, and 1 error of the compiler: without the trait, `recv` has no type to return

use speculo_typed::{Error, Publisher, Subscriber};

struct Door {
    id: u32,
}

fn open() -> Result<(), Error> {
    let mut publisher = Publisher::<Door>::create("doors")?;
    publisher.publish(&Door { id: 7 })?;
    let mut subscriber = Subscriber::<Door>::open("doors")?;
    subscriber.recv()?;
    Ok(())
}

fn main() {}
