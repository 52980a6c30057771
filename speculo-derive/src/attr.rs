//! Reads `#[speculo(…)]`, and from `#[rkyv(…)]` what changes our own output.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Token, Type, WherePredicate,
};

use crate::diagnostics::{Errors, nearest, spell};
use crate::place::Place;

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
    /// What the archived type, and all that is implemented for it, asks of the parameters.
    pub archive_bounds: Vec<WherePredicate>,
    /// Whether the archived type has a `repr` of its own.
    pub lays_out: bool,
    /// Whether rkyv would refuse the attributes, or we have.
    pub refused: bool,
    /// The names of all entries; `derive(Debug)` and `compare(PartialEq)` count as entries of their own.
    seen: BTreeSet<String>,
}

impl ContainerAttrs {
    pub(crate) fn parse(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut attrs = Self { rkyv: RkyvAttrs::parse(&item.attrs, Place::Type, errors), ..Self::default() };
        each(&item.attrs, Place::Type, errors, |meta, errors| match name_of(meta).as_str() {
            "singleton" => flag(&mut attrs.singleton, meta, errors),
            "external" => flag(&mut attrs.external, meta, errors),
            "rename" => rename(&mut attrs.rename, meta, errors),
            "crate" => krate(&mut attrs.krate, meta, errors),
            "derive" => derives(&mut attrs.derives, meta, errors),
            _ => Place::Type.unknown(&meta.path, matches!(item.data, Data::Enum(_)), errors),
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
                    _ if ["with", "skip"].contains(&name) => attrs.rkyv.refuse_with(),
                    _ => {}
                }
                Place::Field.unknown(&meta.path, false, errors);
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
            _ => Place::Variant.unknown(&meta.path, true, errors),
        });
        attrs
    }
}

impl RkyvAttrs {
    /// What is wrong is not left for rkyv to refuse, as impls that it does not make are missed everywhere.
    fn parse(attrs: &[Attribute], here: Place, errors: &mut Errors) -> Self {
        let mut found = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("rkyv")) {
            let parsed = attr.parse_nested_meta(|meta| {
                let name = name_of(&meta);
                match name.as_str() {
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
                        here.unknown_to_rkyv(&meta.path, errors);
                        found.refused = true;
                    }
                    "archived" => found.archived = Some(meta.value()?.parse()?),
                    "attr" if here == Place::Type => found.lays_out |= lays_out(&meta)?,
                    "archive_bounds" => {
                        let group;
                        syn::parenthesized!(group in meta.input);
                        let bounds = group.parse_terminated(WherePredicate::parse, Token![,])?;
                        found.archive_bounds.extend(bounds);
                    }
                    "with" => match wrapper(&meta) {
                        Ok(wrapper) => found.with = Some(wrapper),
                        Err(meant) => {
                            errors.on(
                                &meta.path,
                                "`with` takes the type of a wrapper",
                                format!("write `#[rkyv(with = {meant})]`"),
                            );
                            found.refuse_with();
                        }
                    },
                    "derive" | "compare" => {
                        let paths = paths(&meta)?;
                        found.seen.extend(paths.iter().map(|path| format!("{name}({})", last_name(path))));
                    }
                    _ => {}
                }
                found.seen.insert(name);
                skip(&meta)
            });
            if let Err(error) = parsed {
                errors.at(error.span(), format!("rkyv cannot read this: {error}"), here.rkyv_help());
                found.refused = true;
            }
        }
        found
    }

    /// As if there were a wrapper, of which an error was reported: nothing else is said of the field.
    fn refuse_with(&mut self) {
        self.with = Some(syn::parse_quote!(_));
        self.refused = true;
    }

    /// Whether `#[rkyv(name…)]` stands there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.seen.contains(name)
    }
}

/// Whether `repr` is in `attr(…)`.
fn lays_out(meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
    let group;
    syn::parenthesized!(group in meta.input);
    let attrs = group.parse_terminated(Meta::parse, Token![,])?;
    Ok(attrs.iter().any(|attr| attr.path().is_ident("repr")))
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
                    "the arguments of `speculo` go in parentheses",
                    format!("write for instance `{example}`"),
                );
                continue;
            }
            Meta::List(_) | Meta::Path(_) => {
                errors.on(
                    attr,
                    "this attribute is empty",
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
        errors.on(&meta.path, format!("`{}` is given a second time", name_of(meta)), "remove it");
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
                errors.on(&name, "a name cannot be empty", "write a name, or remove `rename`");
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
    let mut value = if at_end(meta) { None } else { meta.value().and_then(Expr::parse).ok() };
    // What a macro was given, as `$name:literal` or `$path:path`, comes in a group without delimiters.
    while let Some(Expr::Group(group)) = value {
        value = Some(*group.expr);
    }
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
        errors.on(&meta.path, "`derive` takes the traits to derive for the archived type", HELP);
    }
    let help = if traits.len() == 1 { "remove `derive(Debug)`" } else { "remove it" };
    for path in traits {
        let name = last_name(&path);
        if name == "Debug" {
            errors.on(&path, "archived types have `Debug` already", help);
        } else if found.iter().any(|other| last_name(other) == name) {
            errors.on(&path, format!("`{name}` is given a second time"), "remove it");
        } else {
            found.push(path);
        }
    }
}

/// The type after `with =`; if there is none, what should stand there.
fn wrapper(meta: &ParseNestedMeta<'_>) -> Result<Type, String> {
    let meant = match meta.value() {
        Ok(value) if value.peek(LitStr) => value.parse::<LitStr>().map(|name| name.value()),
        Ok(value) => match value.parse() {
            Ok(wrapper) => return Ok(wrapper),
            Err(error) => Err(error),
        },
        Err(_) => paths(meta).map(|paths| paths.first().map(spell).unwrap_or_default()),
    };
    Err(meant.ok().filter(|meant| !meant.is_empty()).unwrap_or("speculo_typed::with::AsString".to_owned()))
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
