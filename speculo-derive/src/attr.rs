//! Reads `#[speculo(…)]`, and from `#[rkyv(…)]` what changes our own output.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Ident, Meta, Path, Token, Type};

use crate::diagnostics::{Errors, list, nearest};

const ON_TYPES: &[&str] = &["singleton", "external", "crate"];
const ON_FIELDS: &[&str] = &["key"];

#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub singleton: Option<Span>,
    pub external: Option<Span>,
    pub krate: Option<Path>,
    pub rkyv: RkyvAttrs,
}

#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub key: Option<Span>,
    pub rkyv: RkyvAttrs,
}

/// What the user tells rkyv, as far as it concerns us.
#[derive(Default)]
pub(crate) struct RkyvAttrs {
    pub archived: Option<Ident>,
    pub with: Option<Type>,
    /// The names of all entries; `derive(Debug)` and `compare(PartialEq)` count as entries of their own.
    seen: BTreeSet<String>,
}

/// Variants take no attribute of ours.
pub(crate) struct VariantAttrs;

impl ContainerAttrs {
    pub(crate) fn parse(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut attrs = Self { rkyv: RkyvAttrs::parse(&item.attrs, errors), ..Self::default() };
        each(&item.attrs, errors, |meta, errors| match name_of(meta).as_str() {
            "singleton" => flag(&mut attrs.singleton, meta, errors),
            "external" => flag(&mut attrs.external, meta, errors),
            "crate" => match meta.value().and_then(|value| value.call(Path::parse_mod_style)) {
                Ok(path) if attrs.krate.is_none() => attrs.krate = Some(path),
                Ok(_) => duplicate(meta, errors),
                Err(error) => errors.push(error),
            },
            name if nearest(name, ON_FIELDS).is_some() => {
                errors.on(&meta.path, "`key` belongs on the field that tells the values apart");
            }
            _ => unknown(meta, "a type", ON_TYPES, errors),
        });
        attrs
    }
}

impl FieldAttrs {
    pub(crate) fn parse(field: &syn::Field, errors: &mut Errors) -> Self {
        let mut attrs = Self { rkyv: RkyvAttrs::parse(&field.attrs, errors), ..Self::default() };
        each(&field.attrs, errors, |meta, errors| match name_of(meta).as_str() {
            "key" => flag(&mut attrs.key, meta, errors),
            name @ ("singleton" | "external" | "crate") => {
                errors.on(&meta.path, format!("`{name}` belongs on the type, not on a field"));
            }
            name => {
                if nearest(name, ON_FIELDS).is_some() {
                    // As if it had been written right, so that this stays the only error.
                    attrs.key = Some(meta.path.span());
                }
                unknown(meta, "a field", ON_FIELDS, errors);
            }
        });
        attrs
    }
}

impl VariantAttrs {
    pub(crate) fn check(variant: &syn::Variant, errors: &mut Errors) {
        each(&variant.attrs, errors, |meta, errors| {
            let name = name_of(meta);
            errors.on(&meta.path, format!("variants take no `#[speculo({name})]`"));
        });
    }
}

impl RkyvAttrs {
    /// What rkyv itself would refuse is left for rkyv to say.
    fn parse(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut found = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("rkyv")) {
            let _ = attr.parse_nested_meta(|meta| {
                let name = name_of(&meta);
                match name.as_str() {
                    "archived" => found.archived = Some(meta.value()?.parse()?),
                    "with" => found.with = Some(meta.value()?.parse()?),
                    "derive" | "compare" => {
                        found.seen.extend(group_names(&meta)?.iter().map(|inner| format!("{name}({inner})")));
                    }
                    "as" | "remote" => errors.on(
                        &meta.path,
                        "speculo describes the archived type that rkyv's derive makes: it cannot be replaced",
                    ),
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
fn each(attrs: &[Attribute], errors: &mut Errors, mut read: impl FnMut(&ParseNestedMeta<'_>, &mut Errors)) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("speculo")) {
        if !matches!(attr.meta, Meta::List(_)) {
            errors.on(attr, "expected `#[speculo(…)]`, for instance `#[speculo(key)]`");
            continue;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            read(&meta, errors);
            skip(&meta)
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
}

fn flag(found: &mut Option<Span>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        let name = name_of(meta);
        errors.at(meta.input.span(), format!("`{name}` takes no value: write `#[speculo({name})]`"));
    }
    if found.is_some() {
        duplicate(meta, errors);
    }
    found.get_or_insert(meta.path.span());
}

fn duplicate(meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    errors.on(&meta.path, format!("`{}` stands here a second time: remove it", name_of(meta)));
}

fn unknown(meta: &ParseNestedMeta<'_>, place: &str, names: &[&str], errors: &mut Errors) {
    let name = name_of(meta);
    let meant = nearest(&name, names).map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
    errors.on(&meta.path, format!("unknown attribute `{name}`{meant}\n{place} takes {}", list(names)));
}

fn name_of(meta: &ParseNestedMeta<'_>) -> String {
    crate::diagnostics::spell(&meta.path)
}

/// The last names of the paths in `(…)`.
fn group_names(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<String>> {
    let group;
    syn::parenthesized!(group in meta.input);
    let paths = group.parse_terminated(Path::parse_mod_style, Token![,])?;
    Ok(paths.iter().filter_map(|path| path.segments.last()).map(|last| last.ident.to_string()).collect())
}

/// Passes over everything up to the next comma.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}
