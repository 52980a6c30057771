//! What is legal, and seldom written.

use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

use speculo_typed::{Publisher, Root, Speculo, Subscriber};

#[test]
fn all_is_shown_as_the_original_is_whatever_is_asked_for() {
    #[derive(Speculo, Debug, Clone)]
    struct Shown {
        range: Range<Meters>,
        others: (RangeInclusive<u8>, RangeFrom<i16>, RangeTo<f32>, RangeToInclusive<u64>),
    }

    #[derive(Speculo, Debug, Clone)]
    struct Meters(f64);

    let value = Shown { range: Meters(1.25)..Meters(3.0), others: (1..=200, -1.., ..2.5, ..=9) };
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<Shown>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(&value).expect("published");
    let mut reader = Subscriber::<Shown>::builder("area").root(root).open().expect("opened");
    let archived = reader.latest().expect("read").expect("published before");
    assert_eq!(format!("{archived:?}"), format!("{value:?}"));
    assert_eq!(format!("{archived:#?}"), format!("{value:#?}"));
    assert_eq!(format!("{archived:+08.2?}"), format!("{value:+08.2?}"));
    assert_eq!(format!("{archived:#X?}"), format!("{value:#X?}"));
}
