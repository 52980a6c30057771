//! Every single change to a schema, with what is to be said of it.

use std::collections::VecDeque;

use crate::model::{Model, Record, Shape, Style, Type};

/// What the difference says.
#[derive(Debug)]
pub(crate) enum Told {
    /// This.
    Exactly(String),
    /// Something that begins and ends so: in between stands a type that is spelled out.
    From { start: String, end: String },
}

/// The schemas that differ from `published` in one thing.
pub(crate) fn changes(published: &Model) -> Vec<(Model, Told)> {
    let mut changes = Changes { published, found: Vec::new() };
    changes.whole();
    for (at, path) in paths(published).into_iter().enumerate() {
        // What nothing leads to is no part of the type.
        if let Some(path) = path {
            changes.of_type(at, &path);
        }
    }
    changes.found
}

struct Changes<'m> {
    published: &'m Model,
    found: Vec<(Model, Told)>,
}

impl Changes<'_> {
    fn add(&mut self, told: Told, change: impl FnOnce(&mut Model)) {
        let mut ours = self.published.clone();
        change(&mut ours);
        self.found.push((ours, told));
    }

    fn exactly(&mut self, told: String, change: impl FnOnce(&mut Model)) {
        self.add(Told::Exactly(told), change);
    }

    fn whole(&mut self) {
        self.exactly("published in the format `rkyv 0.8`, here `rkyv 0.9`".into(), |ours| {
            ours.format = "rkyv 0.9".into();
        });
        let facts = |facts: [&str; 4]| {
            let [lengths, small, large, order] = facts;
            format!("{lengths}-byte lengths, alignments {small} and {large}, {order}-endian byte order")
        };
        let usual = ["4", "4", "8", "little"];
        for (fact, (other, spelled)) in [(2, "2"), (1, "1"), (4, "4"), (1, "big")].into_iter().enumerate() {
            let mut here = usual;
            here[fact] = spelled;
            let told = format!("published with {}; here {}", facts(usual), facts(here));
            self.exactly(told, |ours| ours.facts[fact] = other);
        }
        let kinds = ["a stream", "keyed values", "a singleton"];
        for kind in (0..3).filter(|kind| *kind != self.published.kind) {
            let (there, here) = (kinds[usize::from(self.published.kind)], kinds[usize::from(kind)]);
            self.exactly(format!("published as {there}, here {here}"), |ours| ours.kind = kind);
        }
        if self.published.kind == 1 {
            for (key, spelled) in [
                (vec!["one"], "one"),
                (vec!["two", "one"], "two, one"),
                (vec!["one", "three"], "one, three"),
                (vec!["one", "two", "three"], "one, two, three"),
            ] {
                self.exactly(format!("published with the key `one, two`, here `{spelled}`"), |ours| {
                    ours.key = key.into_iter().map(Into::into).collect();
                });
            }
        }
    }

    fn of_type(&mut self, at: usize, path: &str) {
        let ty = &self.published.types[at];
        self.sizes(at, path);
        match &ty.shape {
            Shape::Leaf => self.named(at, path, "X"),
            Shape::Container { len, parts } => self.container(at, path, *len, parts.len()),
            Shape::Struct(record) => {
                self.named(at, path, "X");
                self.record(path, record, |ours| match &mut ours.types[at].shape {
                    Shape::Struct(record) => record,
                    _ => unreachable!("a struct"),
                });
            }
            Shape::Enum(variants) => {
                self.named(at, path, "X");
                self.variants(at, path, variants);
                for (number, (name, _, record)) in variants.iter().enumerate() {
                    self.record(&format!("{path}::{name}"), record, move |ours| {
                        &mut self::variants(ours, at)[number].2
                    });
                }
            }
        }
    }

    fn named(&mut self, at: usize, path: &str, name: &str) {
        let there = &self.published.types[at].name;
        // The whole is called what it is called here.
        let path = if at == 0 { name } else { path };
        self.exactly(format!("{path}: published as `{there}`, here `{name}`"), |ours| {
            ours.types[at].name = name.into();
        });
    }

    fn sizes(&mut self, at: usize, path: &str) {
        let Type { size, align, .. } = self.published.types[at];
        let layout = |size: u32, align: u8| format!("{size} bytes aligned to {align}");
        let there = layout(size, align);
        self.exactly(
            format!("{path}: published with {there}, here {} aligned to {align}", size + 1),
            |ours| {
                ours.types[at].size += 1;
            },
        );
        self.exactly(
            format!("{path}: published with {there}, here {size} aligned to {}", align * 2),
            |ours| {
                ours.types[at].align *= 2;
            },
        );
    }

    fn container(&mut self, at: usize, path: &str, len: u64, parts: usize) {
        let name = self.published.types[at].name.clone();
        let start = |name: &str| match name {
            "array" => format!("{path}: published as `["),
            "tuple" => format!("{path}: published as `("),
            name => format!("{path}: published as `{name}<"),
        };
        let from = |end: &str| Told::From { start: start(&name), end: end.into() };
        self.add(from(">`"), |ours| ours.types[at].name = "X".into());
        if name == "array" {
            self.add(from("; 4]`"), |ours| {
                if let Shape::Container { len, .. } = &mut ours.types[at].shape {
                    *len += 1;
                }
            });
        } else {
            assert_eq!(len, 0);
        }
        if name == "tuple" {
            self.add(from(", X)`"), |ours| {
                let x = new_leaf(ours);
                if let Shape::Container { parts, .. } = &mut ours.types[at].shape {
                    parts.push(x);
                }
            });
        }
        for part in 0..parts {
            let told = format!("{path}{}: published as `", part_name(&name, part));
            self.add(Told::From { start: told, end: "`, here `X`".into() }, |ours| {
                let x = new_leaf(ours);
                if let Shape::Container { parts, .. } = &mut ours.types[at].shape {
                    parts[part] = x;
                }
            });
        }
    }

    fn variants(&mut self, at: usize, path: &str, there: &[(String, u8, Record)]) {
        for (number, (name, tag, _)) in there.iter().enumerate() {
            self.exactly(format!("{path}::{name}: published, missing here"), |ours| {
                variants(ours, at).remove(number);
            });
            self.exactly(
                format!("{path}::{name}: published, missing here; {path}::X: not published, expected here"),
                |ours| variants(ours, at)[number].0 = "X".into(),
            );
            self.exactly(format!("{path}::{name}: published as number {tag}, here 77"), |ours| {
                variants(ours, at)[number].1 = 77;
            });
        }
        let names: Vec<&str> = there.iter().map(|(name, ..)| name.as_str()).collect();
        for second in 1..names.len() {
            let told = swapped(path, &names, second);
            self.exactly(told, |ours| variants(ours, at).swap(second - 1, second));
        }
        self.exactly(format!("{path}::X: not published, expected here"), |ours| {
            variants(ours, at).push(("X".into(), 77, Record { style: Style::Unit, fields: vec![] }));
        });
    }

    fn record(&mut self, path: &str, there: &Record, here: impl Fn(&mut Model) -> &mut Record + Copy) {
        let styles = [Style::Unit, Style::Tuple, Style::Named];
        for style in styles.into_iter().filter(|style| *style != there.style) {
            let (before, after) = (style_name(there.style), style_name(style));
            self.exactly(format!("{path}: published with {before}, here with {after}"), |ours| {
                here(ours).style = style;
            });
        }
        let names: Vec<&str> = there.fields.iter().map(|(name, ..)| name.as_str()).collect();
        for (at, name) in names.iter().enumerate() {
            self.exactly(format!("{path}.{name}: published, missing here"), |ours| {
                here(ours).fields.remove(at);
            });
            self.exactly(
                format!("{path}.{name}: published, missing here; {path}.X: not published, expected here"),
                |ours| here(ours).fields[at].0 = "X".into(),
            );
            let (offset, moved) = (there.fields[at].1, there.fields[at].1 + 8);
            let told = format!("{path}.{name}: published at byte {offset}, here at {moved}");
            self.exactly(told, |ours| here(ours).fields[at].1 += 8);
            let start = format!("{path}.{name}: published as `");
            self.add(Told::From { start, end: "`, here `X`".into() }, |ours| {
                let x = new_leaf(ours);
                here(ours).fields[at].2 = x;
            });
        }
        for second in 1..names.len() {
            let told = swapped(path, &names, second);
            self.exactly(told, |ours| here(ours).fields.swap(second - 1, second));
        }
        self.exactly(format!("{path}.X: not published, expected here"), |ours| {
            let x = new_leaf(ours);
            here(ours).fields.push(("X".into(), 640, x));
        });
    }
}

/// What is said where the one named `names[second]` and the one before it have changed places.
fn swapped(path: &str, names: &[&str], second: usize) -> String {
    let mut here = names.to_vec();
    here.swap(second - 1, second);
    format!("{path}: published in the order `{}`, here `{}`", names.join(", "), here.join(", "))
}

fn variants(model: &mut Model, at: usize) -> &mut Vec<(String, u8, Record)> {
    match &mut model.types[at].shape {
        Shape::Enum(variants) => variants,
        _ => unreachable!("an enum"),
    }
}

/// A type that no model has.
fn new_leaf(model: &mut Model) -> u32 {
    model.types.push(Type { size: 4, align: 4, name: "X".into(), shape: Shape::Leaf });
    u32::try_from(model.types.len() - 1).unwrap()
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Unit => "no fields at all",
        Style::Tuple => "numbered fields",
        Style::Named => "named fields",
    }
}

/// How one gets from a container to a part of it.
fn part_name(container: &str, part: usize) -> String {
    match (container, part) {
        ("HashMap" | "BTreeMap", 0) => "[key]".into(),
        ("Vec" | "array" | "HashMap" | "BTreeMap", _) => "[]".into(),
        ("Result", 0) => "::Ok".into(),
        ("Result", _) => "::Err".into(),
        ("tuple", part) => format!(".{part}"),
        _ => String::new(),
    }
}

/// The shortest way to each type.
fn paths(model: &Model) -> Vec<Option<String>> {
    let mut paths = vec![None; model.types.len()];
    let mut next = VecDeque::from([(0, model.types[0].name.clone())]);
    while let Some((at, path)) = next.pop_front() {
        if paths[at].is_some() {
            continue;
        }
        let mut push = |path, ty: u32| next.push_back((ty as usize, path));
        let ty = &model.types[at];
        match &ty.shape {
            Shape::Leaf => {}
            Shape::Container { parts, .. } => {
                for (number, part) in parts.iter().enumerate() {
                    push(format!("{path}{}", part_name(&ty.name, number)), *part);
                }
            }
            Shape::Struct(record) => {
                for (name, _, ty) in &record.fields {
                    push(format!("{path}.{name}"), *ty);
                }
            }
            Shape::Enum(variants) => {
                for (variant, _, record) in variants {
                    for (name, _, ty) in &record.fields {
                        push(format!("{path}::{variant}.{name}"), *ty);
                    }
                }
            }
        }
        paths[at] = Some(path);
    }
    paths
}
