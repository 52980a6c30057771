//! Two descriptors side by side, for a person to read.

use std::collections::{HashMap, HashSet};

use super::parse::{Field, Parsed, Record, Shape, Type, Variant, parse, type_at};
use crate::reflect::Style;

/// Differences that are told; a schema that differs more is another one.
const MAX_LINES: usize = 8;
/// Bytes of one line, and of a path.
const MAX_LINE: usize = 512;
/// Pairs of types that are compared: forged descriptors could pair every type with every other.
const MAX_PAIRS: usize = 4096;
/// Fields and variants that are compared, in all pairs together; a descriptor of the longest that areas have, 1 MiB, has
/// a third of them.
const MAX_MEMBERS: usize = 1 << 19;
/// Types within types that are spelled out in a name: `Vec<Option<Vec<…>>>`.
const MAX_NESTING: usize = 6;

/// Says where the type that is `published` differs from `ours`, path by path; empty if they do not differ.
///
/// Both are descriptors ([`Schema`](super::Schema)) or anything else: no bytes make this panic or take long.
#[must_use]
pub fn diff(published: &[u8], ours: &[u8]) -> String {
    if published == ours {
        return String::new();
    }
    match (parse(published), parse(ours)) {
        (Some(published), Some(ours)) => Diff::new(&published, &ours).run(),
        (None, _) => "the published schema cannot be read: it is damaged, or of another version".to_owned(),
        (_, None) => "our own schema cannot be read".to_owned(),
    }
}

struct Diff<'a> {
    published: &'a Parsed<'a>,
    ours: &'a Parsed<'a>,
    seen: HashSet<(u32, u32)>,
    todo: Vec<(String, u32, u32)>,
    lines: Vec<String>,
    /// Of `MAX_MEMBERS`.
    members: usize,
    /// The first that lies or is laid out otherwise. Mostly another difference explains it.
    layout: Option<String>,
}

impl<'a> Diff<'a> {
    fn new(published: &'a Parsed<'a>, ours: &'a Parsed<'a>) -> Self {
        Self {
            published,
            ours,
            seen: HashSet::new(),
            todo: Vec::new(),
            lines: Vec::new(),
            members: 0,
            layout: None,
        }
    }

    fn run(mut self) -> String {
        self.whole();
        let root = self.ours.types.first().map_or("", |root| root.name).to_owned();
        self.push(root, 0, 0);
        // Breadth first: differences near the root explain those below.
        let mut next = 0;
        while let Some((path, left, right)) = self.todo.get(next).cloned() {
            next += 1;
            if self.lines.len() > MAX_LINES {
                break;
            }
            self.types(&path, left, right);
        }
        if self.lines.is_empty() {
            let nameless = "the two schemas differ in nothing that has a name";
            return self.layout.unwrap_or_else(|| nameless.to_owned());
        }
        if self.lines.len() > MAX_LINES {
            self.lines.truncate(MAX_LINES);
            self.lines.push("…".to_owned());
        }
        self.lines.join("; ")
    }

    fn whole(&mut self) {
        let (left, right) = (self.published, self.ours);
        if left.format != right.format {
            self.tell(format!("published in the format `{}`, here `{}`", left.format, right.format));
        }
        if left.facts != right.facts {
            let [size, align, align64, order] = left.facts;
            let [our_size, our_align, our_align64, our_order] = right.facts;
            self.tell(format!(
                "published with {size}-byte lengths, alignments {align} and {align64}, {} byte order; \
                 here {our_size}-byte lengths, alignments {our_align} and {our_align64}, {} byte order",
                order_name(order),
                order_name(our_order),
            ));
        }
        if left.kind != right.kind {
            self.tell(format!("published as {}, here {}", kind_name(left.kind), kind_name(right.kind)));
        } else if left.key != right.key {
            self.tell(format!(
                "published with the key `{}`, here `{}`",
                left.key.join(", "),
                right.key.join(", ")
            ));
        }
    }

    fn push(&mut self, path: String, left: u32, right: u32) {
        if self.seen.len() < MAX_PAIRS && self.seen.insert((left, right)) {
            self.todo.push((shortened(path), left, right));
        }
    }

    fn types(&mut self, path: &str, left: u32, right: u32) {
        let (published, ours) = (self.published, self.ours);
        let (Some(a), Some(b)) = (type_at(&published.types, left), type_at(&ours.types, right)) else {
            return;
        };
        let sized = (a.size, a.align) == (b.size, b.align);
        let sizes = || {
            let (size, align, our_size, our_align) = (a.size, a.align, b.size, b.align);
            format!(
                "{path}: published with {size} bytes aligned to {align}, here {our_size} aligned to {our_align}"
            )
        };
        if !sized && self.layout.is_none() {
            self.layout = Some(shortened(sizes()));
        }
        let same_kind = match (&a.shape, &b.shape) {
            (Shape::Struct(a), Shape::Struct(b)) => {
                self.records(path, a, b);
                true
            }
            (Shape::Enum(a), Shape::Enum(b)) => {
                self.variants(path, a, b);
                true
            }
            (Shape::Container { len, parts }, Shape::Container { len: our_len, parts: our_parts })
                if a.name == b.name && len == our_len && parts.len() == our_parts.len() =>
            {
                for (at, (left, right)) in parts.iter().zip(our_parts).enumerate() {
                    self.push(format!("{path}{}", part_name(a.name, at)), *left, *right);
                }
                return;
            }
            (Shape::Leaf, Shape::Leaf) => a.name == b.name,
            _ => false,
        };
        if !same_kind || a.name != b.name {
            let (there, here) = (spell(published, left, 0), spell(ours, right, 0));
            let sorts = |ty: &Type<'_>| if there == here { sort_name(&ty.shape) } else { "" };
            self.tell(format!("{path}: published as {}`{there}`, here {}`{here}`", sorts(a), sorts(b)));
        } else if !sized && matches!(a.shape, Shape::Leaf) {
            self.tell(sizes());
        }
    }

    fn records(&mut self, path: &str, published: &Record<'_>, ours: &Record<'_>) {
        if published.style == ours.style {
            self.fields(path, &published.fields, &ours.fields);
        } else {
            self.tell(format!(
                "{path}: published with {}, here with {}",
                style_name(published.style),
                style_name(ours.style)
            ));
        }
    }

    /// Whether so many more may be compared.
    fn may_compare(&mut self, members: usize) -> bool {
        self.members += members;
        self.members <= MAX_MEMBERS
    }

    fn fields(&mut self, path: &str, published: &[Field<'_>], ours: &[Field<'_>]) {
        if !self.may_compare(published.len() + ours.len()) {
            return;
        }
        let before = self.lines.len();
        let here: HashMap<&str, &Field<'_>> = ours.iter().map(|field| (field.name, field)).collect();
        let there: HashSet<&str> = published.iter().map(|field| field.name).collect();
        for field in published {
            match here.get(field.name) {
                Some(other) => {
                    let path = format!("{path}.{}", field.name);
                    if field.offset != other.offset && self.layout.is_none() {
                        let (there, here) = (field.offset, other.offset);
                        let line = format!("{path}: published at byte {there}, here at {here}");
                        self.layout = Some(shortened(line));
                    }
                    self.push(path, field.ty, other.ty);
                }
                None => self.tell(format!("{path}.{}: published, missing here", field.name)),
            }
        }
        for field in ours.iter().filter(|field| !there.contains(field.name)) {
            self.tell(format!("{path}.{}: not published, expected here", field.name));
        }
        let order =
            |fields: &[Field<'_>]| fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
        if self.lines.len() == before {
            self.order(path, &order(published), &order(ours));
        }
    }

    fn order(&mut self, path: &str, published: &str, ours: &str) {
        if published != ours {
            self.tell(format!("{path}: published in the order `{published}`, here `{ours}`"));
        }
    }

    fn variants(&mut self, path: &str, published: &[Variant<'_>], ours: &[Variant<'_>]) {
        if !self.may_compare(published.len() + ours.len()) {
            return;
        }
        let before = self.lines.len();
        let here: HashMap<&str, &Variant<'_>> = ours.iter().map(|variant| (variant.name, variant)).collect();
        let there: HashSet<&str> = published.iter().map(|variant| variant.name).collect();
        for variant in published {
            let path = format!("{path}::{}", variant.name);
            match here.get(variant.name) {
                Some(other) if other.tag == variant.tag => {
                    self.records(&path, &variant.record, &other.record);
                }
                Some(other) => {
                    self.tell(format!("{path}: published as number {}, here {}", variant.tag, other.tag));
                }
                None => self.tell(format!("{path}: published, missing here")),
            }
        }
        for variant in ours.iter().filter(|variant| !there.contains(variant.name)) {
            self.tell(format!("{path}::{}: not published, expected here", variant.name));
        }
        let order = |variants: &[Variant<'_>]| {
            variants.iter().map(|variant| variant.name).collect::<Vec<_>>().join(", ")
        };
        if self.lines.len() == before {
            self.order(path, &order(published), &order(ours));
        }
    }

    /// One line of the result. One more than are shown is kept, to know that there are more.
    fn tell(&mut self, line: String) {
        if self.lines.len() <= MAX_LINES {
            self.lines.push(shortened(line));
        }
    }
}

/// Names come from the descriptors: whatever they say, no line gets longer than this.
fn shortened(mut line: String) -> String {
    if line.len() > MAX_LINE {
        line.truncate(line.floor_char_boundary(MAX_LINE));
        line.push('…');
    }
    line
}

/// How one gets from a container to its part.
fn part_name(container: &str, at: usize) -> String {
    match (container, at) {
        ("HashMap" | "BTreeMap", 0) => "[key]".to_owned(),
        ("Vec" | "array" | "Box<[]>" | "Rc<[]>" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap", _) => {
            "[]".to_owned()
        }
        ("tuple", at) => format!(".{at}"),
        ("Result", 0) => "::Ok".to_owned(),
        ("Result", _) => "::Err".to_owned(),
        _ => String::new(),
    }
}

/// A type as Rust would write it.
fn spell(parsed: &Parsed<'_>, index: u32, nesting: usize) -> String {
    let Some(ty) = type_at(&parsed.types, index) else { return "?".to_owned() };
    let Shape::Container { len, parts } = &ty.shape else { return ty.name.to_owned() };
    if nesting >= MAX_NESTING {
        return format!("{}<…>", ty.name);
    }
    let mut spelled =
        parts.iter().take(12).map(|part| spell_part(parsed, *part, nesting)).collect::<Vec<_>>();
    if parts.len() > spelled.len() {
        spelled.push("…".to_owned());
    }
    let inner = spelled.join(", ");
    match ty.name {
        "array" => format!("[{inner}; {len}]"),
        "tuple" if parts.len() == 1 => format!("({inner},)"),
        "tuple" => format!("({inner})"),
        "Box<[]>" => format!("Box<[{inner}]>"),
        "Rc<[]>" => format!("Rc<[{inner}]>"),
        name => format!("{name}<{inner}>"),
    }
}

/// Wide and deep at once would be exponential: below the first level only narrow containers are spelled.
fn spell_part(parsed: &Parsed<'_>, index: u32, nesting: usize) -> String {
    let wide = |ty: &Type<'_>| matches!(&ty.shape, Shape::Container { parts, .. } if parts.len() > 2);
    if nesting > 0 && type_at(&parsed.types, index).is_some_and(wide) {
        "(…)".to_owned()
    } else {
        shortened(spell(parsed, index, nesting + 1))
    }
}

/// What tells two types of one name apart.
fn sort_name(shape: &Shape<'_>) -> &'static str {
    match shape {
        Shape::Leaf | Shape::Container { .. } => "the library's ",
        Shape::Struct(_) => "a struct ",
        Shape::Enum(_) => "an enum ",
    }
}

fn kind_name(kind: u8) -> &'static str {
    match kind {
        0 => "a stream",
        1 => "keyed values",
        2 => "a singleton",
        _ => "an unknown kind",
    }
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Unit => "no fields at all",
        Style::Tuple => "numbered fields",
        Style::Named => "named fields",
    }
}

fn order_name(order: u8) -> &'static str {
    if order == 0 { "little-endian" } else { "big-endian" }
}
