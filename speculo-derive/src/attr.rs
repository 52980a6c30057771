//! Reads `#[speculo(…)]`, and from `#[rkyv(…)]` what changes our own output.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Token, Type};

use crate::diagnostics::{Errors, list, nearest, spell};

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Type,
    Variant,
    Field,
}

impl Place {
    const ALL: [Self; 3] = [Self::Type, Self::Field, Self::Variant];

    fn name(self) -> &'static str {
        match self {
            Self::Type => "the type",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }

    fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Type => &["singleton", "rename", "derive", "external", "crate"],
            Self::Variant => &["rename"],
            Self::Field => &["key", "rename", "opaque"],
        }
    }

    /// A list as it could stand there.
    fn example(self) -> &'static str {
        match self {
            Self::Type => "#[speculo(singleton, rename = \"Door\")]",
            Self::Variant => "#[speculo(rename = \"Open\")]",
            Self::Field => "#[speculo(key, rename = \"id\")]",
        }
    }

    /// What rkyv takes there, without what would be refused.
    fn rkyv_attributes(self) -> &'static [&'static str] {
        match self {
            Self::Type => &[
                "archived",
                "resolver",
                "derive",
                "compare",
                "attr",
                "bytecheck",
                "archive_bounds",
                "serialize_bounds",
                "deserialize_bounds",
            ],
            Self::Variant => &[],
            Self::Field => &["with", "omit_bounds", "attr", "niche"],
        }
    }
}

#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub singleton: Option<Span>,
    pub external: Option<Span>,
    pub krate: Option<Path>,
    /// The name in the schema.
    pub rename: Option<LitStr>,
    /// What the archived type derives.
    pub derives: Vec<Path>,
    pub rkyv: RkyvAttrs,
}

#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub key: Option<Span>,
    pub opaque: Option<Span>,
    /// The name in the schema.
    pub rename: Option<LitStr>,
    pub rkyv: RkyvAttrs,
}

#[derive(Default)]
pub(crate) struct VariantAttrs {
    /// The name in the schema.
    pub rename: Option<LitStr>,
    pub rkyv: RkyvAttrs,
}

/// What the user tells rkyv, as far as it concerns us.
#[derive(Default)]
pub(crate) struct RkyvAttrs {
    pub archived: Option<Ident>,
    pub with: Option<Type>,
    pub krate: Option<Span>,
    /// Whether rkyv would refuse the attributes, or we have.
    pub refused: bool,
    /// The names of all entries; `derive(Debug)` and `compare(PartialEq)` count as entries of their own.
    seen: BTreeSet<String>,
}

impl ContainerAttrs {
    pub(crate) fn parse(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut attrs = Self { rkyv: RkyvAttrs::parse(&item.attrs, Place::Type, errors), ..Self::default() };
        let mut derive = None;
        each(&item.attrs, Place::Type, errors, |meta, errors| match name_of(meta).as_str() {
            "singleton" => flag(&mut attrs.singleton, meta, errors),
            "external" => flag(&mut attrs.external, meta, errors),
            "rename" => rename(&mut attrs.rename, meta, errors),
            "crate" => krate(&mut attrs.krate, meta, errors),
            "derive" => {
                first_only(&mut derive, meta, errors);
                derives(&mut attrs.derives, meta, errors);
            }
            _ => unknown(meta, Place::Type, matches!(item.data, Data::Enum(_)), errors),
        });
        attrs
    }

    /// Whether the bounds of rkyv's impls are not ours to choose.
    pub(crate) fn bounds_by_hand(&self) -> bool {
        let names = ["archive_bounds", "serialize_bounds", "deserialize_bounds", "bytecheck"];
        self.external.is_some() || names.iter().any(|name| self.rkyv.has(name))
    }
}

impl FieldAttrs {
    pub(crate) fn parse(field: &syn::Field, errors: &mut Errors) -> Self {
        let mut attrs =
            Self { rkyv: RkyvAttrs::parse(&field.attrs, Place::Field, errors), ..Self::default() };
        each(&field.attrs, Place::Field, errors, |meta, errors| match name_of(meta).as_str() {
            "key" => flag(&mut attrs.key, meta, errors),
            "opaque" => flag(&mut attrs.opaque, meta, errors),
            "rename" => rename(&mut attrs.rename, meta, errors),
            name => {
                // As if it had been written right, so that this stays the only error.
                match nearest(name, Place::Field.attributes()) {
                    Some("key") => attrs.key = Some(meta.path.span()),
                    Some("opaque") => attrs.opaque = Some(meta.path.span()),
                    _ => {}
                }
                unknown(meta, Place::Field, false, errors);
            }
        });
        attrs
    }
}

impl VariantAttrs {
    pub(crate) fn parse(variant: &syn::Variant, errors: &mut Errors) -> Self {
        let rkyv = RkyvAttrs::parse(&variant.attrs, Place::Variant, errors);
        let mut attrs = Self { rkyv, rename: None };
        each(&variant.attrs, Place::Variant, errors, |meta, errors| match name_of(meta).as_str() {
            "rename" => rename(&mut attrs.rename, meta, errors),
            _ => unknown(meta, Place::Variant, true, errors),
        });
        attrs
    }
}

impl RkyvAttrs {
    /// Wrong names are not left for rkyv to refuse, as impls that it does not make are missed everywhere. Wrong values
    /// are.
    fn parse(attrs: &[Attribute], here: Place, errors: &mut Errors) -> Self {
        let mut found = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("rkyv")) {
            let _ = attr.parse_nested_meta(|meta| {
                let name = name_of(&meta);
                match name.as_str() {
                    "archived" => found.archived = Some(meta.value()?.parse()?),
                    "with" => found.with = Some(meta.value()?.parse()?),
                    "derive" | "compare" => {
                        let paths = paths(&meta)?;
                        found.seen.extend(paths.iter().map(|path| format!("{name}({})", last_name(path))));
                    }
                    "as" | "remote" if here == Place::Type => {
                        errors.on(
                            &meta.path,
                            "the archived type cannot be replaced: speculo describes the one that it makes",
                            format!(
                                "remove `{name}`; a field may choose its own form with `#[rkyv(with = …)]`"
                            ),
                        );
                        found.refused = true;
                    }
                    name if here == Place::Type && name == "crate" => found.krate = Some(meta.path.span()),
                    name if !here.rkyv_attributes().contains(&name) => {
                        unknown_to_rkyv(&meta, here, errors);
                        found.refused = true;
                    }
                    _ => {}
                }
                found.seen.insert(name);
                skip(&meta)
            });
        }
        found
    }

    /// Whether `#[rkyv(name…)]` stands there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.seen.contains(name)
    }
}

/// Hands every entry of every `#[speculo(…)]` to `read`, and goes on behind what `read` leaves.
fn each(
    attrs: &[Attribute],
    here: Place,
    errors: &mut Errors,
    mut read: impl FnMut(&ParseNestedMeta<'_>, &mut Errors),
) {
    let example = here.example();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("speculo")) {
        match &attr.meta {
            Meta::List(meta) if !meta.tokens.is_empty() => {}
            Meta::NameValue(_) => {
                errors.on(
                    attr,
                    "what speculo takes stands in parentheses",
                    format!("write for instance `{example}`"),
                );
                continue;
            }
            Meta::List(_) | Meta::Path(_) => {
                errors.on(
                    attr,
                    "this attribute says nothing",
                    format!("remove it, or write for instance `{example}`"),
                );
                continue;
            }
        }
        let parsed = attr.parse_nested_meta(|meta| {
            read(&meta, errors);
            skip(&meta)
        });
        if let Err(error) = parsed {
            errors.at(
                error.span(),
                "this is not a list of names",
                format!("write names, not strings, with commas between them, as in `{example}`"),
            );
        }
    }
}

fn flag(found: &mut Option<Span>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    let name = name_of(meta);
    if meta.input.peek(syn::Ident::peek_any) {
        errors.at(
            meta.input.span(),
            format!("a comma is missing after `{name}`"),
            format!("write `#[speculo({name}, …)]`"),
        );
    } else if !at_end(meta) {
        errors.at(
            meta.input.span(),
            format!("`{name}` takes no value"),
            format!("write `#[speculo({name})]`"),
        );
    }
    first_only(found, meta, errors);
}

/// Notes where the attribute stands, and complains of a second one.
fn first_only(found: &mut Option<Span>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    if found.is_some() {
        errors.on(&meta.path, format!("`{}` stands here a second time", name_of(meta)), "remove it");
    }
    found.get_or_insert(meta.path.span());
}

fn rename(found: &mut Option<LitStr>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    let mut seen = found.as_ref().map(LitStr::span);
    first_only(&mut seen, meta, errors);
    let help = |name: &str| format!("write the name in quotes: `#[speculo(rename = \"{name}\")]`");
    match value(meta, "`rename` takes a name", &help("door"), errors) {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) => {
            if name.value().trim().is_empty() {
                errors.on(&name, "a name has at least one letter", "write a name, or remove `rename`");
            }
            found.get_or_insert(name);
        }
        Some(other) => {
            let name = spell(&other);
            let meant = if name.contains('"') { "door" } else { &name };
            errors.on(&other, format!("`{name}` is not a name in quotes"), help(meant));
        }
        None => {}
    }
}

fn krate(found: &mut Option<Path>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    const HELP: &str = "write the path without quotes: `#[speculo(crate = path::to::speculo_typed)]`";
    let mut seen = found.as_ref().map(Spanned::span);
    first_only(&mut seen, meta, errors);
    match value(meta, "`crate` takes the path of `speculo_typed`", HELP, errors) {
        Some(Expr::Path(path)) if path.qself.is_none() => {
            found.get_or_insert(path.path);
        }
        Some(other) => errors.on(&other, format!("`{}` is not a path", spell(&other)), HELP),
        None => {}
    }
}

/// What follows the `=`; `None`, and an error, if nothing does.
fn value(meta: &ParseNestedMeta<'_>, missing: &str, help: &str, errors: &mut Errors) -> Option<Expr> {
    let value = if at_end(meta) { None } else { meta.value().and_then(Expr::parse).ok() };
    if value.is_none() {
        errors.on(&meta.path, missing, help);
    }
    value
}

fn derives(found: &mut Vec<Path>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    const HELP: &str = "write them in parentheses: `#[speculo(derive(Hash, PartialEq, Eq))]`";
    let traits =
        if meta.input.peek(syn::token::Paren) { paths(meta).unwrap_or_default() } else { Vec::new() };
    if traits.is_empty() {
        errors.on(&meta.path, "`derive` takes the traits that the archived type shall derive", HELP);
    }
    let help = if traits.len() == 1 { "remove `derive(Debug)`" } else { "remove it" };
    for path in traits {
        let name = last_name(&path);
        if name == "Debug" {
            errors.on(&path, "archived types have `Debug` already", help);
        } else if found.iter().any(|other| last_name(other) == name) {
            errors.on(&path, format!("`{name}` stands here a second time"), "remove it");
        } else {
            found.push(path);
        }
    }
}

fn unknown(meta: &ParseNestedMeta<'_>, here: Place, of_enum: bool, errors: &mut Errors) {
    let name = name_of(meta);
    let takes = format!("{} takes {}", here.name(), list(here.attributes()));
    let message = format!("unknown attribute `{name}`");
    let elsewhere = Place::ALL.into_iter().find_map(|place| {
        let meant = nearest(&name, place.attributes()).filter(|_| place != here)?;
        Some((meant, place.name()))
    });
    match (nearest(&name, here.attributes()), elsewhere) {
        (None, Some(("key", _))) if of_enum => errors.on(
            &meta.path,
            "an enum has no key",
            "make a struct with two fields: the key, with `#[speculo(key)]` on it, and the enum",
        ),
        (Some(meant), _) => errors.on(&meta.path, message, format!("did you mean `{meant}`? {takes}")),
        (None, Some((meant, place))) if meant == name => errors.on(
            &meta.path,
            format!("`{name}` does not belong on {}", here.name()),
            format!("put `#[speculo({})]` on {place}; {takes}", with_value(&name)),
        ),
        (None, Some((meant, place))) => {
            errors.on(
                &meta.path,
                message,
                format!("did you mean `{meant}`, which belongs on {place}? {takes}"),
            );
        }
        (None, None) => errors.on(&meta.path, message, takes),
    }
}

fn unknown_to_rkyv(meta: &ParseNestedMeta<'_>, here: Place, errors: &mut Errors) {
    let name = name_of(meta);
    let takes = here.rkyv_attributes();
    let meant = nearest(&name, takes).map_or_else(String::new, |meant| format!("did you mean `{meant}`? "));
    let help = match takes {
        [] => format!("remove it: {} takes none", here.name()),
        takes => format!("{meant}{} takes {}", here.name(), list(takes)),
    };
    let message = format!("rkyv has no attribute `{name}` that {} could take", here.name());
    errors.on(&meta.path, message, help);
}

/// How an attribute is written, with a place for what it takes.
fn with_value(name: &str) -> &str {
    match name {
        "derive" => "derive(…)",
        "crate" => "crate = …",
        flag => flag,
    }
}

fn name_of(meta: &ParseNestedMeta<'_>) -> String {
    spell(&meta.path)
}

/// The paths in `(…)`.
fn paths(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Path>> {
    let group;
    syn::parenthesized!(group in meta.input);
    Ok(group.parse_terminated(Path::parse_mod_style, Token![,])?.into_iter().collect())
}

/// The last name of a path, without what a raw identifier begins with.
fn last_name(path: &Path) -> String {
    path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
}

fn at_end(meta: &ParseNestedMeta<'_>) -> bool {
    meta.input.is_empty() || meta.input.peek(Token![,])
}

/// Passes over everything up to the next comma.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !at_end(meta) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}
