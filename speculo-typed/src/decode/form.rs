//! From what a descriptor says of a type to what is done with its bytes.

use super::layout::{self, Layout, Tree, lay_out};
use crate::reflect::Style;
use crate::schema::parse;

/// A type of a descriptor. Its parts are named by their index.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: String,
    /// Bytes of a value, without what it points to.
    pub(super) size: usize,
    pub(super) form: Form,
}

/// How a value lies in its bytes.
#[derive(Debug)]
pub(super) enum Form {
    Unit,
    Bool,
    Char,
    Unsigned,
    Signed,
    Float,
    /// Inline if it is short.
    Text,
    /// Behind a pointer with a length.
    TextBehind,
    /// The same, with the final zero of a C string.
    BytesBehind,
    Duration,
    Ip4,
    Ip6,
    Ip,
    Socket4,
    Socket6,
    Socket,
    Uuid,
    /// Behind a pointer; not seen from outside.
    Behind(u32),
    /// Behind a pointer with a length.
    List(u32),
    Array(u32, usize),
    Tuple(Vec<Field>),
    Option(Field),
    Struct(Record),
    Enum(Vec<Variant>),
    Set(Table),
    Map {
        table: Table,
        /// Whether keys are what JSON and others take for keys.
        named: bool,
    },
    /// Nothing that this version knows.
    Unknown,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) style: Style,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) at: usize,
    pub(super) ty: u32,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) tag: u8,
    pub(super) record: Record,
}

/// Where the entries of a map or set are.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) key: u32,
    /// A map's.
    pub(super) value: Option<u32>,
    pub(super) order: Order,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// Buckets of `stride` bytes before the control bytes, the value at `value_at` in each.
    Hash {
        stride: usize,
        value_at: usize,
    },
    Tree(Tree),
    /// One behind the other where the pointer behind the hash table leads, each of `stride` bytes.
    Row {
        stride: usize,
        value_at: usize,
    },
}

/// Tags are bytes, so there are no more.
const MAX_VARIANTS: usize = 256;

/// What the descriptor says of the type at `index`, checked.
pub(super) fn form(types: &[parse::Type<'_>], ty: &parse::Type<'_>) -> Result<Type, String> {
    let (form, layout) = match &ty.shape {
        parse::Shape::Leaf => leaf(ty),
        parse::Shape::Container { len, parts } => {
            container(types, ty, *len, parts).ok_or_else(|| format!("it tells nonsense of `{}`", ty.name))?
        }
        parse::Shape::Struct(record) => (Form::Struct(owned(record)), None),
        parse::Shape::Enum(variants) => (Form::Enum(variants.iter().map(variant).collect()), None),
    };
    let said = Layout::of(ty).ok_or_else(|| format!("`{}` cannot be aligned as it says", ty.name))?;
    if layout.is_some_and(|layout| layout != said) {
        return Err(format!("`{}` lies in memory as none does that this version knows", ty.name));
    }
    let fit = |start: u32, record: &parse::Record<'_>| {
        record.fields.iter().all(|field| {
            let end = parse::type_at(types, field.ty).and_then(|part| field.offset.checked_add(part.size));
            field.offset >= start && end.is_some_and(|end| end <= ty.size)
        })
    };
    let is_sound = match &ty.shape {
        parse::Shape::Struct(record) => fit(0, record),
        parse::Shape::Enum(variants) => ty.size > 0 && variants.iter().all(|variant| fit(1, &variant.record)),
        _ => true,
    };
    // Looking for one of the variants is quick.
    if !is_sound || matches!(&form, Form::Enum(variants) if variants.len() > MAX_VARIANTS) {
        return Err(format!("the fields of `{}` are not within it", ty.name));
    }
    Ok(Type { name: ty.name.to_owned(), size: said.size, form })
}

fn leaf(ty: &parse::Type<'_>) -> (Form, Option<Layout>) {
    let (form, size, align) = match ty.name {
        "()" | "RangeFull" | "PhantomPinned" | "PhantomData" => (Form::Unit, 0, 1),
        "bool" => (Form::Bool, 1, 1),
        "char" => (Form::Char, 4, 4),
        "u8" | "NonZeroU8" => (Form::Unsigned, 1, 1),
        "u16" | "NonZeroU16" => (Form::Unsigned, 2, 2),
        "u32" | "NonZeroU32" => (Form::Unsigned, 4, 4),
        "u64" | "NonZeroU64" => (Form::Unsigned, 8, 8),
        "u128" | "NonZeroU128" => (Form::Unsigned, 16, 16),
        "i8" | "NonZeroI8" => (Form::Signed, 1, 1),
        "i16" | "NonZeroI16" => (Form::Signed, 2, 2),
        "i32" | "NonZeroI32" => (Form::Signed, 4, 4),
        "i64" | "NonZeroI64" => (Form::Signed, 8, 8),
        "i128" | "NonZeroI128" => (Form::Signed, 16, 16),
        "f32" => (Form::Float, 4, 4),
        "f64" => (Form::Float, 8, 8),
        "String" => (Form::Text, 8, 4),
        "Box<str>" | "Rc<str>" => (Form::TextBehind, 8, 4),
        "CString" => (Form::BytesBehind, 8, 4),
        "Duration" => (Form::Duration, 16, 8),
        "Ipv4Addr" => (Form::Ip4, 4, 1),
        "Ipv6Addr" => (Form::Ip6, 16, 1),
        "IpAddr" => (Form::Ip, 17, 1),
        "SocketAddrV4" => (Form::Socket4, 6, 2),
        "SocketAddrV6" => (Form::Socket6, 28, 4),
        "SocketAddr" => (Form::Socket, 32, 4),
        "Uuid" => (Form::Uuid, 16, 1),
        _ => return (Form::Unknown, None),
    };
    (form, Some(Layout { size, align }))
}

const CONTAINERS: [&str; 15] = [
    "Box", "Rc", "Vec", "Box<[]>", "Rc<[]>", "array", "Option", "Result", "Bound", "HashMap", "HashSet",
    "BTreeMap", "BTreeSet", "IndexMap", "IndexSet",
];

/// `None` if it has other parts than such containers have.
fn container(
    types: &[parse::Type<'_>],
    ty: &parse::Type<'_>,
    len: u64,
    parts: &[u32],
) -> Option<(Form, Option<Layout>)> {
    let of = |part: u32| Layout::of(parse::type_at(types, part)?);
    let len = usize::try_from(len).ok()?;
    let words = |count: usize| Some(Layout { size: 4 * count, align: 4 });
    let table = |order, layout| {
        let (key, value) = match *parts {
            [key] => (key, None),
            [key, value] => (key, Some(value)),
            _ => return None,
        };
        let table = Table { key, value, order };
        let form = match value {
            None => Form::Set(table),
            Some(_) => Form::Map { table, named: is_name(types, key) },
        };
        Some((form, layout))
    };
    Some(match (ty.name, parts) {
        ("Box" | "Rc", &[to]) => (Form::Behind(to), words(1)),
        ("Vec" | "Box<[]>" | "Rc<[]>", &[part]) => (Form::List(part), words(2)),
        ("array", &[part]) => (Form::Array(part, len), Some(of(part)?.times(len)?)),
        ("tuple", _) => {
            let (places, layout) = lay_out(0, parts.iter().map(|part| of(*part)))?;
            let fields = places.iter().zip(parts).enumerate();
            let field = |(number, (at, ty)): (usize, (&usize, &u32))| Field {
                name: number.to_string(),
                at: *at,
                ty: *ty,
            };
            (Form::Tuple(fields.map(field).collect()), Some(layout))
        }
        ("Option", &[part]) => {
            let (at, layout) = behind_tag(of(part)?)?;
            (Form::Option(Field { name: "0".to_owned(), at, ty: part }), Some(layout))
        }
        ("Result", &[good, bad]) => {
            let ((good_at, one), (bad_at, other)) = (behind_tag(of(good)?)?, behind_tag(of(bad)?)?);
            let variants =
                vec![choice("Ok", 0, Some((good_at, good))), choice("Err", 1, Some((bad_at, bad)))];
            (Form::Enum(variants), Some(one.or(other)))
        }
        ("Bound", &[part]) => {
            let (at, layout) = behind_tag(of(part)?)?;
            let variants = vec![
                choice("Included", 0, Some((at, part))),
                choice("Excluded", 1, Some((at, part))),
                choice("Unbounded", 2, None),
            ];
            (Form::Enum(variants), Some(layout))
        }
        ("HashMap", &[key, value]) => {
            let (places, entry) = lay_out(0, [of(key), of(value)])?;
            table(Order::Hash { stride: entry.size, value_at: *places.get(1)? }, words(3))?
        }
        ("IndexMap", &[key, value]) => {
            let (places, entry) = lay_out(0, [of(key), of(value)])?;
            table(Order::Row { stride: entry.size, value_at: *places.get(1)? }, words(4))?
        }
        ("IndexSet", &[key]) => table(Order::Row { stride: of(key)?.size, value_at: 0 }, words(4))?,
        ("HashSet", &[key]) => table(Order::Hash { stride: of(key)?.size, value_at: 0 }, words(3))?,
        ("BTreeMap", &[key, value]) => {
            table(Order::Tree(layout::tree(len, of(key)?, of(value)?)?), words(2))?
        }
        ("BTreeSet", &[key]) => {
            let nothing = Layout { size: 0, align: 1 };
            table(Order::Tree(layout::tree(len, of(key)?, nothing)?), words(2))?
        }
        // Those above, with other parts than they have.
        (known, _) if CONTAINERS.contains(&known) => return None,
        _ => (Form::Unknown, None),
    })
}

/// What stands behind the tag of an enum, and the whole.
fn behind_tag(part: Layout) -> Option<(usize, Layout)> {
    let (places, layout) = lay_out(1, [Some(part)])?;
    Some((*places.first()?, layout))
}

fn choice(name: &str, tag: u8, part: Option<(usize, u32)>) -> Variant {
    let style = if part.is_some() { Style::Tuple } else { Style::Unit };
    let fields = part.map(|(at, ty)| Field { name: "0".to_owned(), at, ty }).into_iter().collect();
    Variant { name: name.to_owned(), tag, record: Record { style, fields } }
}

fn variant(variant: &parse::Variant<'_>) -> Variant {
    Variant { name: variant.name.to_owned(), tag: variant.tag, record: owned(&variant.record) }
}

fn owned(record: &parse::Record<'_>) -> Record {
    let field = |field: &parse::Field<'_>| {
        let at = usize::try_from(field.offset).unwrap_or(usize::MAX);
        Field { name: field.name.to_owned(), at, ty: field.ty }
    };
    Record { style: record.style, fields: record.fields.iter().map(field).collect() }
}

/// Whether every value of a type is a name to JSON: a text, or what has only one way to be written as one.
fn is_name(types: &[parse::Type<'_>], ty: u32) -> bool {
    /// Newtypes of newtypes; no more than a person writes.
    const MAX_WRAPPED: usize = 16;
    let mut next = Some(ty);
    for _ in 0..MAX_WRAPPED {
        let Some(ty) = next.and_then(|next| parse::type_at(types, next)) else { return false };
        next = match &ty.shape {
            parse::Shape::Leaf => {
                return !matches!(
                    leaf(ty).0,
                    Form::Unit | Form::Float | Form::Duration | Form::BytesBehind | Form::Unknown
                );
            }
            parse::Shape::Enum(variants) => {
                return variants.len() <= MAX_VARIANTS
                    && variants.iter().all(|variant| variant.record.style == Style::Unit);
            }
            parse::Shape::Struct(parse::Record { style: Style::Tuple, fields }) if fields.len() == 1 => {
                fields.first().map(|field| field.ty)
            }
            parse::Shape::Container { parts, .. } if matches!(ty.name, "Box" | "Rc") => {
                parts.first().copied()
            }
            _ => return false,
        };
    }
    false
}
