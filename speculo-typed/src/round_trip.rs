//! Encode, validate, access: together, on every kind of value.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use rkyv::util::AlignedVec;

use crate::access::{access, explain, try_native, validate};
use crate::encode::{EncodeError, Encoder, MAX_ENCODED};
use crate::reflect::Reflect;
use crate::{Archived, Speculo};

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Small {
    #[speculo(key)]
    id: u64,
    place: [f32; 3],
    open: bool,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
enum State {
    Shut,
    Open { angle: f32 },
    Broken(String),
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Large {
    label: String,
    states: Vec<State>,
    map: HashMap<String, Vec<u16>>,
    next: Option<Box<Large>>,
}

fn encoded<T: Speculo>(encoder: &mut Encoder, value: &T) -> AlignedVec<16> {
    let mut bytes = AlignedVec::new();
    let len = encoder.encode(value, &mut []).expect("measured");
    bytes.resize(len, 0xAA);
    assert_eq!(encoder.encode(value, &mut bytes), Ok(len));
    bytes
}

fn read<T: Speculo>(bytes: &[u8]) -> Option<&Archived<T>> {
    #[expect(unsafe_code, reason = "the contract under test")]
    // SAFETY: validated in the same expression; the bytes are borrowed for as long as the result.
    validate::<T>(bytes).then(|| unsafe { access::<T>(bytes) })
}

fn any_state() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(State::Shut),
        (0_f32..90.0).prop_map(|angle| State::Open { angle }),
        ".*".prop_map(State::Broken),
    ]
}

fn any_large() -> impl Strategy<Value = Large> {
    let leaf = (
        ".*",
        proptest::collection::vec(any_state(), 0..5),
        proptest::collection::hash_map(".{0,12}", any::<Vec<u16>>(), 0..5),
    )
        .prop_map(|(label, states, map)| Large { label, states, map, next: None });
    leaf.prop_recursive(3, 4, 1, |inner| {
        (inner.clone(), inner).prop_map(|(mut outer, next)| {
            outer.next = Some(Box::new(next));
            outer
        })
    })
}

proptest! {
    #[test]
    fn values_come_back(value in any_large()) {
        let mut encoder = Encoder::new();
        let bytes = encoded(&mut encoder, &value);
        let archived = read::<Large>(&bytes).expect("valid");
        prop_assert_eq!(&try_native::<Large>(archived), &Ok(value.clone()));
        prop_assert!(*archived == value);
        prop_assert_eq!(explain::<Large>(&bytes), "");
    }

    #[test]
    fn the_length_is_exact_whatever_the_room(value in any_large(), room in 0_usize..600) {
        let mut encoder = Encoder::new();
        let full = encoded(&mut encoder, &value);
        let mut bytes = AlignedVec::<16>::new();
        bytes.resize(room, 0);
        prop_assert_eq!(encoder.encode(&value, &mut bytes), Ok(full.len()));
        if room >= full.len() {
            prop_assert_eq!(bytes.get(..full.len()), Some(full.as_slice()));
        }
    }

    #[test]
    fn p8_damaged_bytes_are_refused_or_readable(
        value in any_large(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encoded(&mut Encoder::new(), &value);
        for (at, byte) in damage {
            *at.get_mut(&mut bytes) = byte;
        }
        match read::<Large>(&bytes) {
            Some(archived) => {
                let _ = (format!("{archived:?}"), archived.same(archived), try_native::<Large>(archived));
            }
            None => prop_assert!(!explain::<Large>(&bytes).is_empty()),
        }
    }

    #[test]
    fn p8_any_bytes_are_refused_or_readable(garbage: Vec<u8>) {
        let mut bytes = AlignedVec::<16>::new();
        bytes.extend_from_slice(&garbage);
        if let Some(archived) = read::<Large>(&bytes) {
            let _ = format!("{archived:?}");
        }
    }
}

#[test]
fn types_without_pointers_have_a_known_length() {
    let value = Small { id: 7, place: [1.0, 2.0, 3.0], open: true };
    let bytes = encoded(&mut Encoder::new(), &value);
    assert_eq!(bytes.len(), size_of::<Archived<Small>>());
    assert_eq!(read::<Small>(&bytes).map(Archived::<Small>::to_native), Some(value));
}

#[test]
fn wrong_lengths_and_places_are_refused() {
    let value = Small { id: 7, place: [1.0, 2.0, 3.0], open: true };
    let bytes = encoded(&mut Encoder::new(), &value);
    assert!(!validate::<Small>(&[]));
    assert!(!validate::<Small>(bytes.get(1..).unwrap_or_default()));
    assert!(explain::<Small>(&[]).contains("0 bytes"), "{}", explain::<Small>(&[]));
    let mut shifted = AlignedVec::<16>::new();
    shifted.push(0);
    shifted.extend_from_slice(&bytes);
    let shifted = shifted.get(1..).unwrap_or_default();
    assert!(!validate::<Small>(shifted));
    assert!(explain::<Small>(shifted).contains("multiple of 8"), "{}", explain::<Small>(shifted));
}

/// Deep nesting in bytes that nobody vouches for must not reach the end of the stack.
#[test]
fn p8_deep_nesting_is_refused() {
    let nested = |depth: usize| {
        let mut value = Large { label: String::new(), states: vec![], map: HashMap::new(), next: None };
        for _ in 0..depth {
            value = Large { next: Some(Box::new(value.clone())), ..value };
        }
        encoded(&mut Encoder::new(), &value)
    };
    assert!(validate::<Large>(&nested(100)));
    assert!(!validate::<Large>(&nested(1500)));
}

/// Each link is looked at where it is first shared, which is never deep; the way through all of them is.
#[test]
fn p8_deep_nesting_of_shared_values_is_refused() {
    #[derive(Speculo)]
    struct Link {
        next: Option<Arc<Link>>,
    }
    #[derive(Speculo)]
    struct Chain {
        links: Vec<Arc<Link>>,
    }

    let chain = |len: usize| {
        let first = Arc::new(Link { next: None });
        let next = |link: &Arc<Link>| Some(Arc::new(Link { next: Some(Arc::clone(link)) }));
        let links = std::iter::successors(Some(first), next).take(len).collect();
        encoded(&mut Encoder::new(), &Chain { links })
    };
    assert!(validate::<Chain>(&chain(500)));
    assert!(!validate::<Chain>(&chain(520)));
    assert!(explain::<Chain>(&chain(520)).contains("512"), "{}", explain::<Chain>(&chain(520)));
}

#[test]
fn p6_values_over_the_limit_are_an_error() {
    #[derive(Speculo)]
    struct Blobs {
        blobs: Vec<Vec<u8>>,
    }

    let mut encoder = Encoder::new();
    let blobs = Blobs { blobs: vec![vec![0; MAX_ENCODED / 2]; 3] };
    assert_eq!(encoder.encode(&blobs, &mut []), Err(EncodeError::TooLarge));
    let blobs = Blobs { blobs: vec![vec![1; 3]] };
    assert!(encoder.encode(&blobs, &mut []).is_ok());
}

#[test]
fn values_that_refuse_are_an_error() {
    #[derive(Speculo)]
    struct Locked {
        #[rkyv(with = rkyv::with::Lock)]
        value: std::sync::Mutex<u8>,
    }

    let locked = Locked { value: std::sync::Mutex::new(1) };
    let mut encoder = Encoder::new();
    assert!(encoder.encode(&locked, &mut []).is_ok());
    let poisoned = std::thread::scope(|scope| {
        let poison = || {
            let _guard = locked.value.lock();
            panic!("poisons the lock");
        };
        scope.spawn(poison).join()
    });
    assert!(poisoned.is_err());
    assert_eq!(encoder.encode(&locked, &mut []), Err(EncodeError::Refused));
}
