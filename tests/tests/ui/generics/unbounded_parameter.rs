// mistakes: 2

use speculo_typed::Publisher;

fn announce<T>(value: &T) -> Result<(), speculo_typed::Error> {
    Publisher::<T>::create("news")?.publish(value)?;
    Ok(())
}

fn main() {}
