//! Schemas differ whenever types do, say where, and survive any bytes.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use speculo_typed::schema::{self, diff};
use speculo_typed::{Kind, Speculo};

/// Declares versions of a type, each in its own module, and the schema of each.
macro_rules! versions {
    ($($version:ident { $($item:item)* })*) => { $(
        #[allow(dead_code, missing_debug_implementations, clippy::allow_attributes, reason = "only the schemas matter")]
        mod $version {
            use speculo_typed::Speculo;
            $($item)*
        }
    )* };
}

versions! {
    base {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub open: bool, pub label: String }
    }
    moved {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub open: bool, pub label: String }
    }
    retyped {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub open: u8, pub label: String }
    }
    shorter {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub open: bool }
    }
    renamed {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub is_open: bool, pub label: String }
    }
    reordered {
        #[derive(Speculo)] pub struct Door { #[speculo(key)] pub id: u32, pub label: String, pub open: bool }
    }
    rekeyed {
        #[derive(Speculo)] pub struct Door { pub id: u32, pub open: bool, #[speculo(key)] pub label: String }
    }
    unkeyed {
        #[derive(Speculo)] pub struct Door { pub id: u32, pub open: bool, pub label: String }
    }
    other {
        #[derive(Speculo)] pub struct Window { #[speculo(key)] pub id: u32, pub open: bool, pub label: String }
    }
    bare {
        #[derive(Speculo)] pub struct Door;
    }
    empty {
        #[derive(Speculo)] pub struct Door {}
    }
    numbered {
        #[derive(Speculo)] pub struct Door();
    }
    nested {
        use std::collections::HashMap;
        #[derive(Speculo)] pub enum State { Shut, Open { angle: f32 }, Broken(String) }
        #[derive(Speculo)] pub struct Room { pub doors: HashMap<String, Vec<Option<State>>>, pub next: Option<Box<Room>> }
    }
    nested_changed {
        use std::collections::HashMap;
        #[derive(Speculo)] pub enum State { Shut, Broken(String), Open { angle: f64 } }
        #[derive(Speculo)] pub struct Room { pub doors: HashMap<String, Vec<Option<State>>>, pub next: Option<Box<Room>> }
    }
}

fn told<Published: Speculo, Ours: Speculo>() -> String {
    let (published, ours) = (schema::of::<Published>(), schema::of::<Ours>());
    assert_ne!(published.fingerprint, ours.fingerprint);
    diff(&published.descriptor, &ours.descriptor)
}

#[test]
fn p9_the_difference_is_named() {
    assert_eq!(told::<base::Door, retyped::Door>(), "Door.open: published as `bool`, here `u8`");
    assert_eq!(told::<base::Door, shorter::Door>(), "Door.label: published, missing here");
    assert_eq!(told::<shorter::Door, base::Door>(), "Door.label: not published, expected here");
    assert_eq!(
        told::<base::Door, renamed::Door>(),
        "Door.open: published, missing here; Door.is_open: not published, expected here"
    );
    assert_eq!(
        told::<base::Door, reordered::Door>(),
        "Door: published in the order `id, open, label`, here `id, label, open`"
    );
    assert_eq!(told::<base::Door, rekeyed::Door>(), "published with the key `id`, here `label`");
    assert_eq!(told::<base::Door, unkeyed::Door>(), "published as keyed values, here a stream");
    assert_eq!(
        told::<bare::Door, empty::Door>(),
        "Door: published with no fields at all, here with named fields"
    );
    assert_eq!(
        told::<numbered::Door, empty::Door>(),
        "Door: published with numbered fields, here with named fields"
    );
    assert_eq!(told::<base::Door, other::Window>(), "Window: published as `Door`, here `Window`");
    assert_eq!(
        told::<nested::Room, nested_changed::Room>(),
        "Room.doors[][]::Open: published as number 1, here 2; \
         Room.doors[][]::Broken: published as number 2, here 1"
    );
    assert_eq!(
        told::<nested::Room, base::Door>().split(';').next(),
        Some("published as a stream, here keyed values")
    );
}

#[test]
fn p9_the_place_of_a_type_does_not_matter() {
    let (one, two) = (schema::of::<base::Door>(), schema::of::<moved::Door>());
    assert_eq!(one, two);
    assert_eq!(one.kind, Kind::Keyed);
    assert_eq!(diff(&one.descriptor, &two.descriptor), "");
}

/// A schema that changes without a reason locks every running program out: this value is a promise.
#[test]
fn p9_the_fingerprint_stays() {
    assert_eq!(
        format!("{:032x}", schema::of::<base::Door>().fingerprint),
        "20a5f0c01fa997b3e3974b13351d13c5"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn p8_damaged_descriptors_give_text(at: proptest::sample::Index, byte: u8, cut: proptest::sample::Index) {
        let good = schema::of::<nested::Room>().descriptor;
        let ours = schema::of::<nested_changed::Room>().descriptor;
        let mut bad = good.clone();
        *at.get_mut(&mut bad) = byte;
        let _ = diff(&bad, &ours);
        let _ = diff(&good, &bad);
        bad.truncate(cut.index(bad.len()));
        prop_assert!(!diff(&bad, &ours).is_empty());
    }

    #[test]
    fn p8_any_bytes_give_text(garbage: Vec<u8>) {
        let ours = schema::of::<base::Door>().descriptor;
        prop_assert!(!diff(&garbage, &ours).is_empty());
        let mut headed = ours.get(..20).map(<[u8]>::to_vec).unwrap_or_default();
        headed.extend(garbage);
        prop_assert!(!diff(&headed, &ours).is_empty());
    }
}

mod one {
    #[derive(speculo_typed::Speculo)]
    pub(super) struct Place {
        pub(super) x: f32,
    }

    #[derive(speculo_typed::Speculo)]
    pub(super) struct List {
        pub(super) place: Place,
        pub(super) next: Option<Box<List>>,
    }
}

/// As in `one`, and once otherwise.
mod two {
    #[derive(speculo_typed::Speculo)]
    pub(super) struct Place {
        pub(super) x: f32,
    }

    #[derive(speculo_typed::Speculo)]
    pub(super) struct List {
        pub(super) place: Place,
        pub(super) next: Option<Box<List>>,
    }

    pub(super) mod later {
        #[derive(speculo_typed::Speculo)]
        pub(in super::super) struct Place {
            pub(in super::super) x: f64,
        }
    }
}

/// What is defined twice may be defined once, from one day to the next.
#[test]
fn p9_types_that_are_alike_are_one() {
    /// Parts of two types.
    #[derive(Speculo)]
    struct Both<A, B> {
        a: A,
        b: Vec<B>,
    }
    /// An `Rc` and an `Arc`, or two.
    #[derive(Speculo)]
    struct Shared<A, B>(Option<A>, B);

    fn of<A: Speculo, B: Speculo>() -> schema::Schema {
        schema::of::<Both<A, B>>()
    }

    assert_eq!(of::<one::Place, two::Place>(), of::<one::Place, one::Place>());
    assert_eq!(of::<one::List, two::List>(), of::<two::List, one::List>());
    assert_eq!(of::<one::List, two::List>(), of::<one::List, one::List>());
    let (was, is) = (of::<one::Place, two::later::Place>(), of::<one::Place, one::Place>());
    assert_eq!(diff(&was.descriptor, &is.descriptor), "Both.b[].x: published as `f64`, here `f32`");

    let (was, is) = (schema::of::<Shared<Rc<u32>, Arc<u32>>>(), schema::of::<Shared<Rc<u32>, Rc<u32>>>());
    assert_eq!(was, is);

    let place = one::Place { x: 0.5 };
    let list = one::List { place, next: None };
    let other = two::List { place: two::Place { x: list.place.x }, next: None };
    assert!(list.next.is_none() && other.next.is_none() && other.place.x < 1.0);
    assert!(Both { a: 1, b: vec![two::later::Place { x: 0.5 }] }.b.iter().all(|place| place.x < 1.0));
    assert_eq!(Shared(Some(1), 1).0, Some(Shared(None::<u8>, 1).1));
    assert_eq!(Both { a: 1, b: vec![1] }.a, 1);
}

/// Every type a tuple of twelve of the next one: spelled naively, the name would have 12^n parts.
#[test]
fn p8_forged_descriptors_do_not_explode() {
    let text =
        |text: &str| [&u16::try_from(text.len()).expect("short").to_le_bytes(), text.as_bytes()].concat();
    let count = 2000_u32;
    let mut forged = b"SPEC\x01".to_vec();
    forged.extend(text("rkyv 0.8"));
    forged.extend([4, 4, 8, 0, 0, 0, 0]);
    forged.extend(count.to_le_bytes());
    for number in 0..count {
        forged.push(1);
        forged.extend([16, 0, 0, 0, 4]);
        forged.extend(text("tuple"));
        forged.extend(0_u64.to_le_bytes());
        forged.extend(12_u16.to_le_bytes());
        for part in 0..12 {
            forged.extend(((number + part) % count).to_le_bytes());
        }
    }
    let ours = schema::of::<base::Door>().descriptor;
    assert!(diff(&forged, &ours).len() < 10_000);
    let mut other = forged.clone();
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    assert!(diff(&forged, &other).len() < 100_000);
}

/// Each of many types beside each of the other schema's, and all of them long.
#[test]
fn p8_forged_descriptors_are_compared_in_time() {
    let text =
        |text: &str| [&u16::try_from(text.len()).expect("short").to_le_bytes(), text.as_bytes()].concat();
    let (types, fields) = (64_u16, 4000_u16);
    let forged = |which: fn(u16) -> u16| {
        let mut forged = b"SPEC\x01".to_vec();
        forged.extend(text("rkyv 0.8"));
        forged.extend([4, 4, 8, 0, 0, 0, 0]);
        forged.extend(u32::from(types + 2).to_le_bytes());
        let mut record = |count: u16, ty: &dyn Fn(u16) -> u16| {
            forged.extend([2, 0, 0, 0, 0, 1]);
            forged.extend(text("S"));
            forged.push(2);
            forged.extend(count.to_le_bytes());
            for field in 0..count {
                forged.extend(text(&field.to_string()));
                forged.extend([0; 4]);
                forged.extend(u32::from(ty(field)).to_le_bytes());
            }
        };
        record(types * types, &|pair| 1 + which(pair));
        (0..types).for_each(|_| record(fields, &|_| types + 1));
        forged.extend([0, 0, 0, 0, 0, 1]);
        forged.extend(text("()"));
        forged
    };
    let begun = Instant::now();
    let said = diff(&forged(|pair| pair / 64), &forged(|pair| pair % 64));
    assert!(said.contains("nothing that has a name"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}
