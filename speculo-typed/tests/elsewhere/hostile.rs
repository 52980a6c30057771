//! Names that careless output would take for its own.

use super::*;

#[derive(Speculo, Debug, PartialEq)]
pub struct r#virtual {
    r#virtual: i32,
    r#struct: r#try,
}

#[derive(Speculo, Debug, PartialEq)]
pub enum r#try {
    r#try { r#try: i32 },
    r#loop(i32),
}

#[test]
fn raw_identifiers_are_shown_without_their_prefix() {
    let value = r#virtual { r#virtual: 1, r#struct: r#try::r#try { r#try: 2 } };
    assert_eq!(shared(&value), "virtual { virtual: 1, struct: try { try: 2 } }");
    assert_eq!(shared(&r#try::r#loop(1)), "loop(1)");
}

/// Fields called like what the derives call theirs.
#[derive(Speculo, Debug, PartialEq)]
pub struct Fields<T> {
    self_: u8,
    archived: u8,
    resolver: u8,
    out: u8,
    place: u8,
    pos: u8,
    f: u8,
    other: u8,
    value: T,
    bytes: Vec<u8>,
    serializer: u8,
    deserializer: u8,
    context: u8,
    key: u8,
    name: u8,
    to_native: u8,
    __f: u8,
    __other: u8,
    __archive: u8,
    __a0: u8,
    __b0: u8,
}

/// Parameters called like what the derives call theirs, and variants like types.
#[derive(Speculo, Debug, PartialEq)]
pub enum Names<A, S, D, E, C, F> {
    String(String),
    Vec(Vec<A>),
    Option(Option<S>),
    Result(Result<D, E>),
    Some(C),
    None,
    Ok { ok: F },
    Err,
    Names,
    Self_(u8),
    ArchivedNames(u8),
    Box(Box<Names<u8, u8, u8, u8, u8, u8>>),
}

type Few = Names<u8, u8, u8, u8, u8, u8>;

#[test]
fn fields_parameters_and_variants_may_be_called_like_ours() {
    let fields = Fields {
        self_: 1,
        archived: 2,
        resolver: 3,
        out: 4,
        place: 5,
        pos: 6,
        f: 7,
        other: 8,
        value: 9_u64,
        bytes: vec![10],
        serializer: 11,
        deserializer: 12,
        context: 13,
        key: 14,
        name: 15,
        to_native: 16,
        __f: 17,
        __other: 18,
        __archive: 19,
        __a0: 20,
        __b0: 21,
    };
    assert_eq!(shared(&fields), format!("{fields:?}"));
    for names in [
        Few::String("text".into()),
        Few::Vec(vec![1]),
        Few::Option(None),
        Few::Result(Err(2)),
        Few::Some(3),
        Few::None,
        Few::Ok { ok: 4 },
        Few::Err,
        Few::Names,
        Few::Self_(5),
        Few::ArchivedNames(6),
        Few::Box(Box::new(Few::None)),
    ] {
        assert_eq!(shared(&names), format!("{names:?}"));
    }
}

/// What it has by itself is called like what the derives give it, and would answer wrongly.
#[derive(Speculo, Debug, PartialEq)]
pub struct Inherent(u32);

#[expect(dead_code, reason = "nobody may call them")]
impl Inherent {
    const KIND: u8 = 0;

    fn resolve(_: Self) -> Self {
        unreachable!("the trait's is meant")
    }

    fn serialize(&self) -> u8 {
        unreachable!("the trait's is meant: {}", self.0)
    }

    fn deserialize(_: [u8; 3]) -> Self {
        unreachable!("the trait's is meant")
    }

    fn encode(_: Self, _: &str) -> Self {
        unreachable!("the trait's is meant")
    }

    fn to_native(&self) -> u8 {
        unreachable!("that of the archived type is meant: {}", self.0)
    }
}

#[expect(dead_code, reason = "nobody may call them")]
impl ArchivedInherent {
    fn shape() -> u8 {
        unreachable!("the trait's is meant")
    }

    fn show(&self) -> u8 {
        unreachable!("the trait's is meant: {}", self.0)
    }

    fn same(&self, _: u8) -> bool {
        unreachable!("the trait's is meant: {}", self.0)
    }

    fn is_sound(&self) -> bool {
        unreachable!("the trait's is meant: {}", self.0)
    }

    fn deserialize(&self) -> Inherent {
        unreachable!("the trait's is meant: {}", self.0)
    }

    fn check_bytes() -> bool {
        unreachable!("the trait's is meant")
    }
}

#[derive(Speculo, Debug, PartialEq)]
pub struct Holder {
    one: Inherent,
    several: Vec<Inherent>,
}

#[test]
fn inherent_methods_are_not_taken_for_those_of_traits() {
    let holder = Holder { one: Inherent(1), several: vec![Inherent(2)] };
    assert_eq!(shared(&holder), "Holder { one: Inherent(1), several: [Inherent(2)] }");
}

/// Types called like the library's, or like what the derive names.
pub mod library {
    use super::*;

    #[derive(Speculo, Debug, PartialEq)]
    pub struct Archive(pub u8);

    #[derive(Speculo, Debug, PartialEq)]
    pub struct Reflect(pub u8);

    #[derive(Speculo, Debug, PartialEq)]
    pub struct Shape(pub Archive, pub Reflect);

    #[derive(Speculo, Debug, PartialEq)]
    pub struct String {
        pub inner: u64,
    }

    #[derive(Speculo, Debug, PartialEq)]
    pub struct Uses {
        pub shape: Shape,
        pub text: String,
        pub texts: Vec<String>,
    }

    #[test]
    fn types_may_be_called_like_the_librarys() {
        let text = |inner| String { inner };
        let uses = Uses { shape: Shape(Archive(1), Reflect(2)), text: text(3), texts: vec![text(4)] };
        assert_eq!(shared(&uses), format!("{uses:?}"));
    }
}
