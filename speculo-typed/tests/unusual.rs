//! What is legal, and seldom written.

use std::collections::VecDeque;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::rc::Rc;

use rkyv::bytecheck::CheckBytes;
use rkyv::munge::munge;
use rkyv::primitive::{ArchivedU32, ArchivedU64};
use rkyv::rancor::{Fallible, ResultExt, Source};
use rkyv::{Archive, Deserialize, Place, Portable, Serialize};
use speculo_typed::__private::rkyv;
use speculo_typed::schema;
use speculo_typed::{Publisher, Root, Speculo, Subscriber};

/// There and back through an area.
fn round_trip<T: Speculo>(value: &T) -> T {
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<T>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(value).expect("published");
    let mut reader = Subscriber::<T>::builder("area").root(root).open().expect("opened");
    speculo_typed::native(reader.latest().expect("read").expect("published before"))
}

#[derive(Speculo, Debug, PartialEq)]
struct Measured {
    few: [u16; Self::FEW],
    many: Vec<[u8; 2 * Self::FEW]>,
}

impl Measured {
    const FEW: usize = 3;
}

#[test]
fn an_array_is_as_long_as_the_type_says() {
    let value = Measured { few: [1, 2, 3], many: vec![[4; 6], [5; 6]] };
    assert_eq!(round_trip(&value), value);
}

/// A struct of its own makes a `VecDeque` one that can be told apart from a `Vec`.
#[derive(Speculo, Debug, PartialEq)]
struct Queue<T: 'static>(VecDeque<T>);

/// A list, perhaps with its name.
type Named<T> = (Rc<Vec<T>>, Option<Rc<str>>);

#[derive(Speculo, Debug, PartialEq)]
struct Line<T: 'static> {
    here: Rc<Queue<T>>,
    there: Rc<Queue<T>>,
    all: std::rc::Rc<[Named<T>]>,
    next: Option<Rc<Self>>,
}

#[test]
fn what_is_shared_is_shared_when_it_comes_back() {
    let (queue, list) = (Rc::new(Queue([1, 2, 3].into())), Rc::new(vec![4_u64]));
    let all: Rc<[_]> = [(list.clone(), None), (list, Some("text".into()))].into();
    let line = |next| Line { here: queue.clone(), there: queue.clone(), all: all.clone(), next };
    let value = line(Some(Rc::new(line(None))));
    let back = round_trip(&value);
    assert_eq!(back, value);
    let next = back.next.as_ref().expect("as it was");
    assert!([&back.there, &next.here, &next.there].iter().all(|queue| Rc::ptr_eq(queue, &back.here)));
    assert!(Rc::ptr_eq(&back.all, &next.all) && Rc::ptr_eq(&back.all[0].0, &next.all[1].0));
}

mod codes {
    pub(super) const IDLE: u16 = 3;
    pub(super) const LAST: i32 = 200;
}

/// Numbers as other headers have them.
#[derive(Speculo, Debug, Clone, Copy, PartialEq)]
#[repr(u16)]
enum Code {
    Idle = codes::IDLE,
    Busy,
    Late = 0x10_u16,
}

#[derive(Speculo, Debug, PartialEq)]
#[repr(i32)]
enum Message {
    First(u64) = -1 + 2,
    Middle = Self::MIDDLE,
    Last { code: Code } = codes::LAST,
    End,
}

impl Message {
    const MIDDLE: i32 = 77;
}

#[derive(Speculo, Debug, Clone, Copy, PartialEq)]
#[repr(u8)]
enum Flags {
    None,
    All = !0,
}

#[derive(Speculo, Debug, Clone, Copy, PartialEq)]
enum Plain {
    Two = 1 << 1,
    Five = 5_isize,
}

#[derive(Speculo, Debug, PartialEq)]
struct All(Vec<Code>, Vec<Flags>, Vec<Plain>, Vec<Message>);

#[test]
fn numbers_of_variants_are_of_any_type() {
    let codes = [Code::Idle, Code::Busy, Code::Late];
    assert_eq!(codes.map(|code| code as u16), [3, 4, 16]);
    let flags = vec![Flags::None, Flags::All];
    let messages = vec![Message::First(1), Message::Middle, Message::Last { code: Code::Late }, Message::End];
    let all = All(codes.to_vec(), flags, vec![Plain::Two, Plain::Five], messages);
    assert_eq!(round_trip(&all), all);
    assert_eq!((ArchivedCode::Idle as u8, ArchivedCode::Busy as u8, ArchivedCode::Late as u8), (3, 4, 16));
    assert_eq!((ArchivedFlags::All as u8, ArchivedPlain::Two as u8, ArchivedPlain::Five as u8), (255, 2, 5));

    let numbered = |descriptor: Vec<u8>, name: &[u8]| {
        let at = descriptor.windows(name.len()).position(|part| part == name).expect("its name");
        descriptor.get(at + name.len()).copied()
    };
    let schema = schema::of::<Message>().descriptor;
    assert_eq!(numbered(schema.clone(), b"First"), Some(1));
    assert_eq!(numbered(schema.clone(), b"Middle"), Some(77));
    assert_eq!(numbered(schema.clone(), b"Last"), Some(200));
    assert_eq!(numbered(schema, b"End"), Some(201));
}

/// Names that a macro was given.
macro_rules! renamed {
    ($library:path, $item:ident as $name:literal, $field:ident as $field_name:literal) => {
        #[derive(Speculo)]
        #[speculo(crate = $library, rename = $name)]
        struct $item {
            #[speculo(rename = $field_name)]
            $field: u8,
        }
    };
}

renamed!(::speculo_typed, Gate as "Door", number as "id");

#[test]
fn a_macro_hands_names_and_paths_on() {
    #[derive(Speculo)]
    struct Door {
        id: u8,
    }

    assert_eq!(schema::of::<Gate>(), schema::of::<Door>());
    assert_eq!((Gate { number: 1 }.number, Door { id: 1 }.id), (1, 1));
}

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

/// With a bound on what is archived, and a method that needs it.
#[derive(Speculo, Debug, PartialEq)]
#[rkyv(archive_bounds(T::Archived: Clone))]
struct Best<T: Archive> {
    of: Vec<T>,
}

impl<T: Archive<Archived: Clone>> ArchivedBest<T> {
    fn first(&self) -> Option<T::Archived> {
        self.of.first().cloned()
    }
}

#[test]
fn bounds_on_the_archived_type_hold_for_all_that_is_derived() {
    let best = Best { of: vec![3_u8, 2] };
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<Best<u8>>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(&best).expect("published");
    let mut reader = Subscriber::<Best<u8>>::builder("area").root(root).open().expect("opened");
    let archived = reader.latest().expect("read").expect("published before");
    assert_eq!((archived.first(), archived.to_native()), (Some(3), best));
}

/// Archived by hand, with the fields in another order and one of them wider.
#[derive(Speculo, Debug, PartialEq)]
#[speculo(external)]
struct Point {
    x: u32,
    y: u32,
}

#[derive(Portable, CheckBytes)]
#[rkyv(crate = rkyv)]
#[bytecheck(crate = rkyv::bytecheck)]
#[repr(C)]
struct ArchivedPoint {
    y: ArchivedU64,
    x: ArchivedU32,
}

impl Archive for Point {
    type Archived = ArchivedPoint;
    type Resolver = ();

    fn resolve(&self, (): (), out: Place<ArchivedPoint>) {
        munge!(let ArchivedPoint { x, y } = out);
        self.x.resolve((), x);
        u64::from(self.y).resolve((), y);
    }
}

impl<S: Fallible + ?Sized> Serialize<S> for Point {
    fn serialize(&self, _: &mut S) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<D: Fallible<Error: Source> + ?Sized> Deserialize<Point, D> for ArchivedPoint {
    fn deserialize(&self, _: &mut D) -> Result<Point, D::Error> {
        Ok(Point { x: self.x.into(), y: self.y.to_native().try_into().into_error()? })
    }
}

#[test]
fn p9_a_struct_that_is_archived_by_hand_is_described_as_it_lies() {
    mod derived {
        #[derive(speculo_typed::Speculo)]
        pub(super) struct Point {
            pub(super) x: u32,
            pub(super) y: u32,
        }
    }

    let value = Point { x: 1, y: 2 };
    assert_eq!(round_trip(&value), value);
    let (by_hand, derived) = (schema::of::<Point>(), schema::of::<derived::Point>());
    assert_eq!(
        schema::diff(&by_hand.descriptor, &derived.descriptor),
        "Point.y: published as `u64`, here `u32`"
    );
    let point = derived::Point { x: 1, y: 2 };
    assert!(point.x < point.y);
}

#[derive(Speculo, Debug, PartialEq)]
struct Nothings {
    text: Rc<str>,
    number: Rc<u8>,
    unit: Rc<()>,
    bytes: Rc<[u8]>,
    list: Rc<Vec<u8>>,
    more: Rc<[u8]>,
}

#[test]
fn what_takes_no_room_stands_where_something_else_does() {
    let empty = Nothings {
        text: "".into(),
        number: 1.into(),
        unit: ().into(),
        bytes: [].into(),
        list: Rc::default(),
        more: [7].into(),
    };
    assert_eq!(round_trip(&empty), empty);
}
