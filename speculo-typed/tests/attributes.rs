//! What each attribute of `#[derive(Speculo)]` does. What they refuse is in `tests/tests/ui/attributes`.

use std::collections::{BTreeMap, HashMap, HashSet};

use speculo_typed::__private::rkyv;
use speculo_typed::schema::{self, diff};
use speculo_typed::{Archived, Kind, Publisher, Root, Speculo, SpeculoKey, Subscriber};

/// Publishes a value, and shows it to `look` in place.
fn in_place<T: Speculo>(value: &T, look: impl FnOnce(&Archived<T>)) {
    let root = Root::temporary().expect("a directory");
    let mut publisher = Publisher::<T>::builder("area").root(root.clone()).create().expect("created");
    publisher.publish(value).expect("published");
    let mut reader = Subscriber::<T>::builder("area").root(root).open().expect("opened");
    look(reader.latest().expect("read").expect("published before"));
}

/// What tells the schema of one type from that of another.
fn differences<A: Speculo, B: Speculo>() -> String {
    diff(&schema::of::<A>().descriptor, &schema::of::<B>().descriptor)
}

mod rename {
    use super::*;

    #[derive(Speculo, Debug)]
    struct Door {
        #[speculo(key)]
        id: u32,
        state: State,
    }

    #[derive(Speculo, Debug)]
    enum State {
        Shut,
        Open { angle: f32 },
    }

    mod tidied {
        use super::*;

        #[derive(Speculo, Debug)]
        #[speculo(rename = "Door")]
        pub struct Gate {
            #[speculo(key, rename = "id")]
            pub number: u32,
            #[speculo(rename = "state")]
            pub now: Position,
        }

        #[derive(Speculo, Debug)]
        #[speculo(rename = "State")]
        pub enum Position {
            #[speculo(rename = "Shut")]
            Closed,
            #[speculo(rename = "Open")]
            Opened {
                #[speculo(rename = "angle")]
                degrees: f32,
            },
        }
    }

    #[test]
    fn a_type_may_change_its_names_and_keep_its_schema() {
        assert_eq!(differences::<Door, tidied::Gate>(), "");
        let _ = (State::Shut, State::Open { angle: 1.0 });
        assert_eq!(schema::of::<Door>().fingerprint, schema::of::<tidied::Gate>().fingerprint);
    }

    #[test]
    fn debug_shows_the_names_of_the_program() {
        let gate = tidied::Gate { number: 7, now: tidied::Position::Opened { degrees: 1.5 } };
        in_place(&gate, |archived| {
            assert_eq!(format!("{archived:?}"), "Gate { number: 7, now: Opened { degrees: 1.5 } }");
        });
        in_place(&Door { id: 7, state: State::Open { angle: 1.5 } }, |archived| {
            assert_eq!(format!("{archived:?}"), "Door { id: 7, state: Open { angle: 1.5 } }");
        });
        let _ = tidied::Position::Closed;
    }
}

mod derive {
    use super::*;

    /// The key of maps: what a shared map asks of it, it asks of the archived form as well.
    #[derive(Speculo, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[speculo(derive(PartialEq, Eq, Hash))]
    #[speculo(derive(PartialOrd, Ord))]
    enum Side {
        Left,
        Right,
    }

    #[derive(Speculo, Debug, PartialEq)]
    struct Mirrors {
        folded: HashMap<Side, bool>,
        seen: HashSet<Option<Side>>,
        angles: BTreeMap<Side, f32>,
    }

    #[derive(Speculo, Debug)]
    #[speculo(singleton, derive(Clone, Copy))]
    struct Point {
        x: i32,
    }

    /// The text is in the name of the type alone.
    #[derive(Speculo, Debug)]
    #[speculo(derive(Clone))]
    struct Marked {
        mark: core::marker::PhantomData<String>,
        #[rkyv(with = speculo_typed::with::Skip)]
        label: String,
    }

    #[test]
    fn the_archived_type_derives_what_is_asked() {
        let mirrors = Mirrors {
            folded: [(Side::Left, true)].into(),
            seen: [None, Some(Side::Right)].into(),
            angles: [(Side::Left, 1.5), (Side::Right, 2.5)].into(),
        };
        in_place(&mirrors, |archived| {
            assert_eq!(archived.folded.get(&ArchivedSide::Left), Some(&true));
            assert!(archived.seen.iter().any(|side| side.as_ref() == Some(&ArchivedSide::Right)));
            assert_eq!(archived.angles.get(&ArchivedSide::Right).map(|angle| angle.to_native()), Some(2.5));
            assert_eq!(*archived, mirrors);
        });
        in_place(&Point { x: 3 }, |archived| {
            let copy: ArchivedPoint = *archived;
            assert_eq!(copy.x, 3);
        });
        let marked = Marked { mark: core::marker::PhantomData, label: String::new() };
        in_place(&marked, |archived| assert_eq!(archived.clone(), marked));
    }
}

mod opaque {
    use super::*;

    /// As another crate might have it: archived by rkyv, and unknown to speculo.
    #[derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize, Debug, PartialEq, Clone)]
    #[rkyv(crate = rkyv)]
    struct Matrix {
        rows: Vec<f32>,
    }

    #[derive(Speculo, Debug, PartialEq)]
    struct Scan {
        #[speculo(key)]
        id: u32,
        #[speculo(opaque)]
        matrix: Matrix,
        #[speculo(opaque, rename = "old")]
        #[rkyv(with = rkyv::with::AsBox)]
        before: Matrix,
    }

    #[derive(Speculo, Debug, PartialEq)]
    enum Found<M: std::fmt::Debug> {
        Nothing,
        Here(#[speculo(opaque)] M, u8),
    }

    #[derive(Speculo)]
    struct Described {
        #[speculo(key)]
        id: u32,
        matrix: Vec<f32>,
        old: Option<Vec<f32>>,
    }

    fn scan() -> Scan {
        let matrix = Matrix { rows: vec![1.0, 2.0] };
        Scan { id: 7, matrix: matrix.clone(), before: matrix }
    }

    #[test]
    fn the_field_is_archived_and_given_back() {
        in_place(&scan(), |archived| {
            assert_eq!(archived.matrix.rows.len(), 2);
            assert_eq!(archived.to_native(), scan());
        });
        in_place(&Found::Here(scan().matrix, 3), |archived| {
            assert_eq!(archived.to_native(), Found::Here(scan().matrix, 3));
        });
        let _ = Found::<u8>::Nothing;
    }

    #[test]
    fn the_field_is_left_out_of_debug_and_equality() {
        in_place(&scan(), |archived| {
            assert_eq!(format!("{archived:?}"), "Scan { id: 7, matrix: .., before: .. }");
            assert_eq!(*archived, Scan { matrix: Matrix { rows: vec![] }, ..scan() });
            assert_ne!(*archived, Scan { id: 8, ..scan() });
        });
        in_place(&Found::Here(scan().matrix, 3), |archived| {
            assert_eq!(format!("{archived:?}"), "Here(.., 3)");
        });
    }

    #[test]
    fn the_schema_holds_name_and_size() {
        let differences = differences::<Scan, Described>();
        let _ = Described { id: 0, matrix: vec![], old: None };
        for name in ["matrix", "old"] {
            let about = format!("{name}: published as `opaque");
            assert!(differences.contains(&about), "{about} in {differences}");
        }
    }
}

mod key {
    use super::*;

    #[derive(Speculo)]
    struct Entry<K> {
        #[speculo(key)]
        id: K,
        #[speculo(key)]
        side: Side,
    }

    #[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]
    enum Side {
        Left,
        Right,
    }

    #[test]
    fn a_key_may_be_of_a_type_parameter() {
        let root = Root::temporary().expect("a directory");
        let mut publisher =
            Publisher::<Entry<String>>::builder("area").root(root.clone()).create().expect("created");
        publisher.publish(&Entry { id: "a".to_owned(), side: Side::Left }).expect("published");
        let mut reader = Subscriber::<Entry<String>>::builder("area").root(root).open().expect("opened");
        assert!(reader.get(("a", Side::Left)).expect("read").is_some());
        assert!(reader.get(("a", Side::Right)).expect("read").is_none());
        assert_eq!(<Entry<u8> as Speculo>::KIND, Kind::Keyed);
    }
}

/// Names of the standard library's types that are refused, for types of the user's own.
mod names {
    use super::*;

    #[derive(Speculo, Debug, PartialEq)]
    struct Cell<T> {
        content: Option<T>,
    }

    #[derive(Speculo, Debug, PartialEq)]
    struct SystemTime(u64);

    #[derive(Speculo, Debug, PartialEq)]
    struct Instant(u64);

    #[derive(Speculo, Debug, PartialEq)]
    struct Cow {
        name: String,
    }

    #[derive(Speculo, Debug, PartialEq)]
    struct Grid {
        cells: Vec<Cell<u32>>,
        at: (SystemTime, Instant),
        cow: Cow,
    }

    #[test]
    fn users_may_call_their_types_as_they_like() {
        let cells = vec![Cell { content: Some(1) }, Cell { content: None }];
        let grid = Grid { cells, at: (SystemTime(7), Instant(8)), cow: Cow { name: "Zenzi".into() } };
        in_place(&grid, |archived| assert_eq!(*archived, grid));
    }
}

/// All of them, where lints look and no name means what it usually does.
#[no_implicit_prelude]
pub mod strict {
    #![deny(missing_docs, missing_debug_implementations, unreachable_pub, warnings)]

    #[expect(unused_imports, reason = "so that careless output would find these")]
    use self::shadows::{Debug, Key, Option, Result, core, rkyv, std};

    #[expect(dead_code, reason = "only the names matter")]
    mod shadows {
        pub(super) struct Option;
        pub(super) struct Result;
        pub(super) trait Debug {}
        pub(super) trait Key {}
        pub(super) mod core {}
        pub(super) mod std {}
        pub(super) mod rkyv {}
    }

    mod inner {
        pub(super) use ::speculo_typed as shared;
    }

    /// A struct.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    #[speculo(crate = inner::shared, rename = "Gate")]
    pub struct Door<K> {
        /// Of a parameter.
        #[speculo(key, rename = "number")]
        pub id: K,
        /// Opaque.
        #[speculo(opaque)]
        pub label: ::std::string::String,
        #[speculo(opaque)]
        #[rkyv(with = ::speculo_typed::with::AsBox)]
        hidden: u64,
        /// Maps.
        pub sides: ::std::collections::BTreeMap<Side, ::std::collections::HashSet<Side>>,
    }

    /// An enum.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    pub enum Event {
        /// Without fields.
        #[speculo(rename = "Silent")]
        Quiet,
        /// With unnamed ones.
        Moved(#[speculo(opaque)] i32, #[speculo(rename = "x")] i8),
        /// With a named one.
        Turned {
            /// Opaque.
            #[speculo(opaque)]
            by: Side,
        },
    }

    /// The key of maps.
    #[derive(
        ::std::fmt::Debug,
        ::std::clone::Clone,
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::std::hash::Hash,
        ::std::cmp::PartialOrd,
        ::std::cmp::Ord,
        ::speculo_typed::Speculo,
        ::speculo_typed::SpeculoKey,
    )]
    #[speculo(derive(
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::std::hash::Hash,
        ::std::cmp::PartialOrd,
        ::std::cmp::Ord
    ))]
    pub enum Side {
        /// Left.
        Left,
        /// Right.
        Right,
    }
}
