//! Keys: one form in bytes, decoded again, ordered as the values are, and looked up by every borrowed form.

use proptest::prelude::*;
use speculo_typed::__private::rkyv;
use speculo_typed::{Archived, Key, KeyBuf, KeyDecodeError, Keyed, Lookup, Speculo, SpeculoKey, key};

fn bytes<K: Key>(key: &K) -> Vec<u8> {
    let mut out = KeyBuf::new();
    key.encode(&mut out);
    out.as_slice().to_vec()
}

/// As `get` of a subscriber takes keys.
fn get<T: Keyed>(key: impl Lookup<T::Key>) -> Vec<u8> {
    let mut out = KeyBuf::new();
    key.encode_lookup(&mut out);
    out.as_slice().to_vec()
}

fn round_trip<K: Key + Ord>(left: &K, right: &K) {
    let (a, b) = (bytes(left), bytes(right));
    assert_eq!(key::decode::<K>(&a).as_ref(), Ok(left));
    assert_eq!(a.cmp(&b), left.cmp(right), "{left:?} {right:?}");
    let mut looked_up = KeyBuf::new();
    left.encode_lookup(&mut looked_up);
    assert_eq!(looked_up.as_slice(), a);
}

/// A key of the user's own, with only what must be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Plate(String);

impl Key for Plate {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self.0.as_bytes());
    }

    fn decode(reader: &mut key::KeyReader<'_>) -> Result<Self, KeyDecodeError> {
        String::decode(reader).map(Self)
    }
}

impl Lookup<Self> for Plate {
    fn encode_lookup(&self, out: &mut KeyBuf) {
        self.encode(out);
    }
}

#[derive(SpeculoKey, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    floor: i16,
    room: String,
}

#[derive(SpeculoKey, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

proptest! {
    #[test]
    fn keys_decode_and_keep_their_order(
        a in any::<(u8, i16, u32, i64, u128, bool, char, usize)>(),
        b in any::<(u8, i16, u32, i64, u128, bool, char, usize)>(),
    ) {
        round_trip(&a, &b);
        round_trip(&a.1, &b.1);
        round_trip(&a.6, &b.6);
    }

    #[test]
    fn texts_decode_and_keep_their_order(a in "[\0-\u{2}a-c]{0,6}", b in "[\0-\u{2}a-c]{0,6}", n: u8, m: u8) {
        round_trip(&a, &b);
        round_trip(&(a.clone(), n), &(b.clone(), m));
        round_trip(&(n, a.clone()), &(m, b.clone()));
        round_trip(&((a.clone(), b.clone()), a.clone()), &((b.clone(), a.clone()), b.clone()));
        round_trip(&(a.clone().into_bytes(), b.clone()), &(b.clone().into_bytes(), a.clone()));
        round_trip(&(Plate(a.clone()), n), &(Plate(b.clone()), m));
        round_trip(&(Place { floor: -1, room: a.clone() }, n), &(Place { floor: -1, room: b.clone() }, m));
    }

    #[test]
    fn composite_keys_do_not_run_into_each_other(a in "[\0ab]{0,4}", b in "[\0ab]{0,4}", c in "[\0ab]{0,4}", d in "[\0ab]{0,4}") {
        let (left, right) = ((a, b), (c, d));
        prop_assert_eq!(bytes(&left) == bytes(&right), left == right);
    }

    #[test]
    fn no_bytes_make_decoding_panic(garbage: Vec<u8>) {
        let _ = key::decode::<(String, Vec<u8>, Plate, bool)>(&garbage);
        let _ = key::decode::<(char, Side, i128)>(&garbage);
        if let Ok(decoded) = key::decode::<(String, Place, u8)>(&garbage) {
            prop_assert_eq!(bytes(&decoded), garbage);
        }
    }

    #[test]
    fn long_keys_spill(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..6)) {
        let mut out = KeyBuf::new();
        for part in &parts {
            out.push(part);
        }
        prop_assert_eq!(out.as_slice(), parts.concat());
        prop_assert_eq!(out.len(), parts.concat().len());
        out.clear();
        prop_assert!(out.is_empty() && out.as_slice().is_empty());
        out.push(b"again");
        prop_assert_eq!(out.as_slice(), b"again");
    }
}

#[test]
fn the_canonical_form_is_fixed() {
    assert_eq!(bytes(&0x0102_u16), [1, 2]);
    assert_eq!(bytes(&-1_i16), [0x7F, 0xFF]);
    assert_eq!(bytes(&7_usize), [0, 0, 0, 0, 0, 0, 0, 7]);
    assert_eq!(bytes(&"rear".to_owned()), b"rear");
    assert_eq!(bytes(&("a\0".to_owned(), true)), [b'a', 0, 0xFF, 0, 0, 1]);
    assert_eq!(bytes(&(Side::Right, [1_u8, 2])), [1, 1, 2]);
    assert_eq!(bytes(&Place { floor: 0, room: "x".into() }), [0x80, 0, b'x']);
}

#[test]
fn wrong_bytes_are_refused() {
    assert_eq!(key::decode::<u32>(&[0; 3]), Err(KeyDecodeError::Truncated));
    assert_eq!(key::decode::<u32>(&[0; 5]), Err(KeyDecodeError::TrailingBytes));
    assert_eq!(key::decode::<bool>(&[2]), Err(KeyDecodeError::Invalid));
    assert_eq!(key::decode::<char>(&[0, 0, 0xD8, 0]), Err(KeyDecodeError::Invalid));
    assert_eq!(key::decode::<Side>(&[2]), Err(KeyDecodeError::Invalid));
    assert_eq!(key::decode::<String>(&[0xFF]), Err(KeyDecodeError::Invalid));
}

#[derive(Speculo)]
struct ByNumber {
    #[speculo(key)]
    id: u32,
}

#[derive(Speculo)]
struct ByName {
    #[speculo(key)]
    name: String,
}

#[derive(Speculo)]
struct ByBoth {
    #[speculo(key)]
    name: String,
    #[speculo(key)]
    id: u32,
}

#[derive(Speculo)]
struct ByCount {
    #[speculo(key)]
    count: usize,
    #[speculo(key)]
    mac: [u8; 6],
}

#[derive(Speculo)]
struct ByTuple {
    #[speculo(key)]
    place: (String, i8),
    #[speculo(key)]
    raw: Vec<u8>,
}

fn with_archive<T>(value: &T, look: impl FnOnce(&Archived<T>))
where
    for<'a> T: Speculo
        + rkyv::Serialize<
            rkyv::api::high::HighSerializer<
                rkyv::util::AlignedVec,
                rkyv::ser::allocator::ArenaHandle<'a>,
                rkyv::rancor::Error,
            >,
        >,
    for<'a> Archived<T>: rkyv::bytecheck::CheckBytes<rkyv::api::high::HighValidator<'a, rkyv::rancor::Error>>,
{
    let bytes = rkyv::to_bytes::<rkyv::rancor::Error>(value).expect("serialized");
    look(rkyv::access::<Archived<T>, rkyv::rancor::Error>(&bytes).expect("validated"));
}

#[test]
fn every_borrowed_form_looks_up() {
    let seven = [0, 0, 0, 7];
    assert_eq!(get::<ByNumber>(7), seven);
    assert_eq!(get::<ByNumber>(&7), seven);
    assert_eq!(get::<ByNumber>(7_u32), seven);
    with_archive(&ByNumber { id: 7 }, |archived| {
        assert_eq!(get::<ByNumber>(archived.id), seven);
        assert_eq!(get::<ByNumber>(&archived.id), seven);
    });

    let owned = String::from("rear");
    assert_eq!(get::<ByName>("rear"), b"rear");
    assert_eq!(get::<ByName>(&owned), b"rear");
    assert_eq!(get::<ByName>(owned.as_str()), b"rear");
    assert_eq!(get::<ByName>(std::borrow::Cow::Borrowed("rear")), b"rear");
    with_archive(&ByName { name: owned.clone() }, |archived| {
        assert_eq!(get::<ByName>(&archived.name), b"rear");
        assert_eq!(get::<ByName>(archived.name.as_str()), b"rear");
    });
    assert_eq!(get::<ByName>(owned), b"rear");

    let both = bytes(&("a".to_owned(), 7_u32));
    assert_eq!(get::<ByBoth>(("a", 7)), both);
    assert_eq!(get::<ByBoth>(("a", &7)), both);
    assert_eq!(get::<ByBoth>(&("a".to_owned(), 7)), both);
    with_archive(&ByBoth { name: "a".into(), id: 7 }, |archived| {
        assert_eq!(get::<ByBoth>((&archived.name, archived.id)), both);
    });

    let count = bytes(&(3_usize, [1_u8, 2, 3, 4, 5, 6]));
    assert_eq!(get::<ByCount>((3, [1, 2, 3, 4, 5, 6])), count);
    with_archive(&ByCount { count: 3, mac: [1, 2, 3, 4, 5, 6] }, |archived| {
        assert_eq!(get::<ByCount>((archived.count, &archived.mac)), count);
    });

    let tuple = bytes(&(("a".to_owned(), -1_i8), vec![9_u8]));
    assert_eq!(get::<ByTuple>((("a", -1), [9])), tuple);
    assert_eq!(get::<ByTuple>((("a", -1), &[9][..])), tuple);
    with_archive(&ByTuple { place: ("a".into(), -1), raw: vec![9] }, |archived| {
        assert_eq!(get::<ByTuple>((&archived.place, &archived.raw)), tuple);
    });
}

#[test]
fn generic_code_looks_keys_up_by_themselves() {
    fn same<T: Keyed>(key: &T::Key) -> bool {
        get::<T>(key) == get::<T>(key.clone())
    }

    assert!(same::<ByBoth>(&("a".to_owned(), 1)));
}
