//! The cases of `rkyv_derive`.

use std::num::NonZeroU32;

use speculo_typed::__private::rkyv;

use super::*;

pub trait Device {
    type Reading: speculo_typed::Field;
}

#[derive(Debug, PartialEq)]
pub struct Thermometer;

impl Device for Thermometer {
    type Reading = i32;
}

#[derive(Speculo, Debug, PartialEq)]
pub struct Held<D: Device> {
    nothing: (),
    reading: <D as Device>::Reading,
    before: Option<D::Reading>,
}

#[derive(Speculo, Debug, PartialEq)]
pub enum Sent<D: Device> {
    Nothing,
    One(<D as Device>::Reading),
    Two { first: D::Reading, second: Vec<D::Reading> },
}

#[test]
fn fields_may_be_of_associated_types() {
    let held = Held::<Thermometer> { nothing: (), reading: 42, before: Some(41) };
    assert_eq!(shared(&held), "Held { nothing: (), reading: 42, before: Some(41) }");
    assert_eq!(shared(&Sent::<Thermometer>::Nothing), "Nothing");
    assert_eq!(shared(&Sent::<Thermometer>::One(1)), "One(1)");
    let two = Sent::<Thermometer>::Two { first: 1, second: vec![2] };
    assert_eq!(shared(&two), "Two { first: 1, second: [2] }");
}

#[derive(Speculo, Debug, PartialEq)]
#[rkyv(
    archive_bounds(T: Debug),
    serialize_bounds(__S: rkyv::ser::Writer + rkyv::ser::Allocator, __S::Error: rkyv::rancor::Source),
    deserialize_bounds(__D::Error: rkyv::rancor::Source),
    bytecheck(bounds(__C: rkyv::validation::ArchiveContext, __C::Error: rkyv::rancor::Source)),
)]
pub enum Nested<T: Debug> {
    End,
    More {
        value: T,
        #[rkyv(omit_bounds)]
        next: Box<Self>,
    },
}

/// As `Nested`, with nothing said by hand.
#[derive(Speculo, Debug, PartialEq)]
pub enum Linked<T> {
    End,
    More { value: T, next: Box<Self> },
}

#[test]
fn bounds_may_be_said_by_hand_and_need_not() {
    let nested = Nested::More { value: 7_u16, next: Box::new(Nested::End) };
    assert_eq!(shared(&nested), "More { value: 7, next: End }");
    let linked = Linked::More { value: 7_u16, next: Box::new(Linked::End) };
    assert_eq!(shared(&linked), "More { value: 7, next: End }");
}

#[derive(Speculo, Debug, PartialEq, PartialOrd)]
#[rkyv(archived = Stored, resolver = StoredResolver, compare(PartialEq, PartialOrd), derive(Debug))]
pub struct Named {
    number: i32,
    maybe: Option<u32>,
}

#[test]
fn the_archived_type_may_have_a_name_and_derives_of_its_own() {
    fn is_stored(_: &Stored) {}

    let named = Named { number: 1, maybe: None };
    assert_eq!(shared(&named), "Stored { number: 1, maybe: None }", "as rkyv's own derive has it");
    let _: fn(&Archived<Named>) = is_stored;
}

#[derive(Speculo, Debug, PartialEq)]
pub struct ByDefault<T = i32>(T);

#[derive(Speculo, Debug, PartialEq)]
pub struct ByDefaultNamed<T = i32> {
    t: T,
}

#[derive(Speculo, Debug, PartialEq)]
pub enum ByDefaultEither<T = i32> {
    T(T),
}

#[derive(Speculo, Debug, PartialEq)]
pub struct Const<const N: usize>;

#[derive(Speculo, Debug, PartialEq)]
pub struct Array<T, const N: usize>([T; N]);

#[test]
fn parameters_may_have_defaults_and_be_constants() {
    assert_eq!(shared::<ByDefault>(&ByDefault(1)), "ByDefault(1)");
    assert_eq!(shared::<ByDefaultNamed>(&ByDefaultNamed { t: 1 }), "ByDefaultNamed { t: 1 }");
    assert_eq!(shared::<ByDefaultEither>(&ByDefaultEither::T(1)), "T(1)");
    assert_eq!(shared(&Const::<3>), "Const");
    assert_eq!(shared(&Array([1_u8, 2])), "Array([1, 2])");
}

#[derive(Speculo, Debug, PartialEq)]
#[rkyv(attr(repr(C, align(16))))]
pub struct Aligned {
    number: u8,
}

#[derive(Speculo, Debug, PartialEq)]
pub struct Line {
    one: u8,
    other: Aligned,
}

#[test]
fn the_archived_type_may_be_aligned() {
    assert_eq!(align_of::<Archived<Aligned>>(), 16);
    let line = Line { one: 1, other: Aligned { number: 2 } };
    assert_eq!(shared(&line), "Line { one: 1, other: Aligned { number: 2 } }");
    let [first, second] = [1, 2].map(|number| vec![Aligned { number }, Aligned { number }]);
    assert_eq!(
        shared(&vec![first, second]),
        "[[Aligned { number: 1 }, Aligned { number: 1 }], [Aligned { number: 2 }, Aligned { number: 2 }]]"
    );
}

#[derive(Speculo, Debug, PartialEq, Clone, Copy)]
#[speculo(derive(Clone, Copy))]
pub enum Inner {
    Nothing,
    Number(u64),
}

#[derive(Speculo, Debug, PartialEq, Clone, Copy)]
#[rkyv(derive(Clone, Copy))]
pub struct Copied {
    number: i32,
    inner: Option<Inner>,
}

#[test]
fn derives_of_archived_types_go_with_those_of_their_fields() {
    let copied = Copied { number: 0, inner: Some(Inner::Number(1)) };
    assert_eq!(shared(&copied), "Copied { number: 0, inner: Some(Number(1)) }");
    assert_eq!(shared(&Inner::Nothing), "Nothing");
}

#[derive(Speculo, Debug, PartialEq)]
pub struct Wrapped(#[rkyv(with = rkyv::with::AsBox)] i32, i32);

#[derive(Speculo, Debug, PartialEq)]
pub enum Either {
    Named {
        #[rkyv(with = rkyv::with::AsBox)]
        value: i32,
        other: i32,
    },
    Numbered(#[rkyv(with = rkyv::with::Map<rkyv::with::AsBox>)] Vec<i32>, i32),
    Niched(
        #[speculo(opaque)]
        #[rkyv(with = rkyv::with::Niche)]
        Option<NonZeroU32>,
    ),
}

#[test]
fn wrappers_stand_on_every_kind_of_field() {
    assert_eq!(shared(&Wrapped(1, 2)), "Wrapped(1, 2)");
    assert_eq!(shared(&Either::Named { value: 1, other: 2 }), "Named { value: 1, other: 2 }");
    assert_eq!(shared(&Either::Numbered(vec![1], 2)), "Numbered([1], 2)");
    assert_eq!(shared(&Either::Niched(NonZeroU32::new(3))), "Niched(..)");
}

pub mod inner {
    use super::*;

    mod private {
        use super::*;

        #[derive(Speculo, Debug, PartialEq)]
        pub struct Numbered(pub i32);

        #[derive(Speculo, Debug, PartialEq)]
        pub struct Named {
            pub value: i32,
        }

        #[derive(Speculo, Debug, PartialEq)]
        pub enum Either {
            Numbered(i32),
            Named { value: i32 },
        }
    }

    pub use private::{ArchivedEither, ArchivedNamed, ArchivedNumbered, Either, Named, Numbered};

    #[test]
    fn archived_types_are_as_public_as_their_originals() {
        let _ = (ArchivedNumbered(1.into()), ArchivedNamed { value: 1.into() });
        let _ = (ArchivedEither::Numbered(1.into()), ArchivedEither::Named { value: 1.into() });
        assert_eq!(shared(&Numbered(1)), "Numbered(1)");
        assert_eq!(shared(&Named { value: 1 }), "Named { value: 1 }");
        assert_eq!(shared(&Either::Named { value: 1 }), "Named { value: 1 }");
        assert_eq!(shared(&Either::Numbered(1)), "Numbered(1)");
    }
}
