//! Schemas as data, written down as the documentation of `speculo_typed::schema` has them.

use proptest::prelude::*;

/// A whole descriptor.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub format: String,
    pub facts: [u8; 4],
    pub kind: u8,
    pub key: Vec<String>,
    pub types: Vec<Type>,
}

impl Default for Model {
    fn default() -> Self {
        Self { format: "rkyv 0.8".into(), facts: [4, 4, 8, 0], kind: 0, key: vec![], types: vec![] }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Type {
    pub size: u32,
    pub align: u8,
    pub name: String,
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Leaf,
    Container {
        len: u64,
        parts: Vec<u32>,
    },
    Struct(Record),
    /// Names, tags, fields.
    Enum(Vec<(String, u8, Record)>),
}

/// The fields of a struct or variant: names, offsets, types.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub style: Style,
    pub fields: Vec<(String, u32, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Unit,
    Tuple,
    Named,
}

impl Model {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = b"SPEC\x01".to_vec();
        text(&mut out, &self.format);
        out.extend(self.facts);
        out.push(self.kind);
        count(&mut out, self.key.len());
        self.key.iter().for_each(|field| text(&mut out, field));
        out.extend(u32::try_from(self.types.len()).unwrap().to_le_bytes());
        for ty in &self.types {
            ty.write(&mut out);
        }
        out
    }
}

impl Type {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(match self.shape {
            Shape::Leaf => 0,
            Shape::Container { .. } => 1,
            Shape::Struct(_) => 2,
            Shape::Enum(_) => 3,
        });
        out.extend(self.size.to_le_bytes());
        out.push(self.align);
        text(out, &self.name);
        match &self.shape {
            Shape::Leaf => {}
            Shape::Container { len, parts } => {
                out.extend(len.to_le_bytes());
                count(out, parts.len());
                out.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
            }
            Shape::Struct(record) => record.write(out),
            Shape::Enum(variants) => {
                count(out, variants.len());
                for (name, tag, record) in variants {
                    text(out, name);
                    out.push(*tag);
                    record.write(out);
                }
            }
        }
    }
}

impl Record {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.style as u8);
        count(out, self.fields.len());
        for (name, offset, ty) in &self.fields {
            text(out, name);
            out.extend(offset.to_le_bytes());
            out.extend(ty.to_le_bytes());
        }
    }
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend(u16::try_from(count).unwrap().to_le_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    count(out, text.len());
    out.extend(text.as_bytes());
}

/// A type as a tree, before types are numbered.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(usize),
    Container(usize, Vec<Tree>),
    Struct(Style, Vec<Tree>),
    Enum(Vec<(Style, Vec<Tree>)>),
    /// The struct or enum that it stands in, so many levels up: recursion.
    Back(usize),
}

const LEAVES: [(&str, u32); 5] = [("bool", 1), ("u16", 2), ("f64", 8), ("String", 8), ("opaque", 24)];

/// Names, and how many parts they have; `None`: any number.
const CONTAINERS: [(&str, Option<usize>); 8] = [
    ("Vec", Some(1)),
    ("Option", Some(1)),
    ("Box", Some(1)),
    ("array", Some(1)),
    ("BTreeMap", Some(2)),
    ("HashMap", Some(2)),
    ("Result", Some(2)),
    ("tuple", None),
];

fn any_tree() -> impl Strategy<Value = Tree> {
    let end = prop_oneof![(0..LEAVES.len()).prop_map(Tree::Leaf), (0..3_usize).prop_map(Tree::Back)];
    end.prop_recursive(4, 24, 4, |part| {
        let style = prop_oneof![Just(Style::Tuple), Just(Style::Named)];
        let parts = || prop::collection::vec(part.clone(), 0..4);
        prop_oneof![
            (0..CONTAINERS.len(), prop::collection::vec(part.clone(), 2..4))
                .prop_map(|(at, parts)| Tree::Container(at, parts)),
            (style.clone(), parts()).prop_map(|(style, parts)| Tree::Struct(style, parts)),
            prop::collection::vec((style, parts()), 1..4).prop_map(Tree::Enum),
        ]
    })
}

/// Schemas of every shape: what people share is a struct or an enum.
pub(crate) fn any_model() -> impl Strategy<Value = Model> {
    let fields = || prop::collection::vec(any_tree(), 1..5);
    let root = prop_oneof![
        fields().prop_map(|fields| Tree::Struct(Style::Named, fields)),
        prop::collection::vec(fields(), 1..4).prop_map(|variants| {
            Tree::Enum(variants.into_iter().map(|fields| (Style::Tuple, fields)).collect())
        }),
    ];
    (root, 0..3_u8).prop_map(|(root, kind)| {
        let mut model = Model { kind, ..Model::default() };
        if kind == 1 {
            model.key = vec!["one".into(), "two".into()];
        }
        Numbering { model: &mut model, within: vec![] }.number(&root);
        model
    })
}

struct Numbering<'m> {
    model: &'m mut Model,
    /// The structs and enums that what is numbered stands in.
    within: Vec<u32>,
}

impl Numbering<'_> {
    fn number(&mut self, tree: &Tree) -> u32 {
        let at = u32::try_from(self.model.types.len()).unwrap();
        let named = |prefix: &str| format!("{prefix}{at}");
        match tree {
            Tree::Leaf(leaf) => self.leaf(*leaf),
            Tree::Back(levels) => match self.within.iter().rev().nth(*levels) {
                Some(within) => *within,
                None => self.leaf(0),
            },
            Tree::Container(which, parts) => {
                let (name, count) = CONTAINERS[*which];
                self.begin(name.to_owned());
                let parts =
                    parts[..count.unwrap_or(parts.len())].iter().map(|part| self.number(part)).collect();
                let len = if name == "array" { 3 } else { 0 };
                self.end(at, Shape::Container { len, parts })
            }
            Tree::Struct(style, parts) => {
                self.begin(named("S"));
                self.within.push(at);
                let record = self.record(*style, parts, 0);
                self.within.pop();
                self.end(at, Shape::Struct(record))
            }
            Tree::Enum(variants) => {
                self.begin(named("E"));
                self.within.push(at);
                let variants = variants
                    .iter()
                    .zip(0..)
                    .map(|((style, parts), tag)| (format!("V{tag}"), tag, self.record(*style, parts, 1)));
                let variants = variants.collect();
                self.within.pop();
                self.end(at, Shape::Enum(variants))
            }
        }
    }

    /// One type for all places, as in a program.
    fn leaf(&mut self, leaf: usize) -> u32 {
        let (name, size) = LEAVES[leaf];
        let types = &mut self.model.types;
        let at = types.iter().position(|ty| ty.name == name).unwrap_or_else(|| {
            let align = size.min(8).try_into().unwrap();
            types.push(Type { size, align, name: name.into(), shape: Shape::Leaf });
            types.len() - 1
        });
        u32::try_from(at).unwrap()
    }

    fn begin(&mut self, name: String) {
        self.model.types.push(Type { size: 64, align: 8, name, shape: Shape::Leaf });
    }

    fn end(&mut self, at: u32, shape: Shape) -> u32 {
        self.model.types[at as usize].shape = shape;
        at
    }

    fn record(&mut self, style: Style, parts: &[Tree], start: u32) -> Record {
        let fields = parts.iter().zip(0..).map(|(part, at)| {
            let name = if style == Style::Named { format!("f{at}") } else { at.to_string() };
            (name, start + at * 8, self.number(part))
        });
        Record { style, fields: fields.collect() }
    }
}
