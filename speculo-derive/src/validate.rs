//! What the derive refuses, and why.

use std::collections::BTreeMap;

use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, GenericParam, Lit, LitStr, UnOp};

use crate::ast::{Body, Field, Form, Input, Record, Variant};
use crate::diagnostics::Errors;
use crate::parts;
use crate::types::{self, Fate};

/// Parts of a composite key: the tuples that are keys.
const MAX_KEY_FIELDS: usize = 8;

/// What validation found.
#[derive(PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The item can be expanded; refused fields are marked as such.
    Expand,
    /// No part of the item can be used.
    Refuse,
    /// Not even impls for its users' sake are possible, for it has no size.
    Drop,
}

pub(crate) fn validate(input: &mut Input<'_>, errors: &mut Errors) -> Verdict {
    let mut verdict = container(input, errors);
    keys(input, errors);
    conflicts(input, errors);
    derives(input, errors);
    spelled(input, errors);
    names(input, errors);
    let external = input.attrs.external.is_some();
    let lifetimes: Vec<_> = input.original.generics.lifetimes().map(|param| param.lifetime.clone()).collect();
    for field in input.fields_mut() {
        match types::check(field, external, &lifetimes, errors) {
            Fate::Fine => {}
            Fate::Refused => {
                // There is no twin in which another form could stand for this field.
                if external {
                    verdict = Verdict::Refuse;
                }
                field.form = Form::Refused;
            }
            Fate::Unsized => verdict = Verdict::Drop,
        }
    }
    verdict
}

fn container(input: &Input<'_>, errors: &mut Errors) -> Verdict {
    let mut refused = input.attrs.rkyv.refused || input.fields().any(|field| field.attrs.rkyv.refused);
    if let Body::Enum(variants) = &input.body {
        refused |= variants.iter().any(|variant| variant.attrs.rkyv.refused);
        // Of too many variants something else is said.
        refused |= variants.len() <= 256 && !tags_fit(variants, errors);
    }
    refused |= is_packed(input, errors);
    let mut verdict = if refused { Verdict::Refuse } else { Verdict::Expand };
    match &input.body {
        Body::Struct(_) => {}
        Body::Enum(variants) => {
            if variants.is_empty() {
                errors.on(
                    &input.original.ident,
                    "an enum without variants has no values to share",
                    "give it a variant, or leave the field of this type out",
                );
                verdict = Verdict::Refuse;
            }
            if variants.len() > 256 {
                errors.on(
                    &input.original.ident,
                    "an enum with more than 256 variants cannot be shared: its tag is one byte",
                    "use a number, or an enum of enums",
                );
                verdict = Verdict::Refuse;
            }
        }
        Body::Union => {
            errors.on(
                &input.original.ident,
                "a union cannot be shared: nothing tells which of its fields is valid",
                "use an enum",
            );
            return Verdict::Refuse;
        }
    }
    for param in &input.original.generics.params {
        if let GenericParam::Lifetime(lifetime) = param {
            types::refuse_lifetime(&input.original.ident, lifetime, errors);
            verdict = Verdict::Refuse;
        }
    }
    verdict
}

/// Whether the tag of every variant fits into its byte, as far as it is written in numbers.
fn tags_fit(variants: &[Variant<'_>], errors: &mut Errors) -> bool {
    let mut fit = true;
    let mut next = Some(0_u128);
    for variant in variants {
        let place: &dyn ToTokens = match &variant.original.discriminant {
            Some((_, discriminant)) => {
                next = match discriminant {
                    Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
                    Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => Some(u128::MAX),
                    _ => None,
                };
                discriminant
            }
            None => &variant.original.ident,
        };
        if next.is_some_and(|tag| tag > 255) {
            errors.on(
                place,
                "the discriminant of a variant is archived in one byte",
                "use discriminants from 0 to 255, or none",
            );
            fit = false;
            next = None;
        }
        next = next.map(|tag| tag + 1);
    }
    fit
}

fn is_packed(input: &Input<'_>, errors: &mut Errors) -> bool {
    let mut packed = false;
    for attr in input.original.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        // Other forms are for the compiler to read.
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("packed") {
                errors.on(
                    &meta.path,
                    "a packed struct cannot be shared: nothing can refer to its fields",
                    "remove `packed`, which the archived form would not follow anyway",
                );
                packed = true;
            }
            if meta.input.peek(syn::token::Paren) {
                let group;
                syn::parenthesized!(group in meta.input);
                group.parse::<TokenStream>()?;
            }
            Ok(())
        });
    }
    packed
}

fn keys(input: &mut Input<'_>, errors: &mut Errors) {
    if let Body::Enum(_) = input.body {
        for field in input.fields() {
            if let Some(key) = field.attrs.key {
                errors.at(
                    key,
                    "a field of a variant cannot be the key: the other variants do not have it",
                    "make a struct with two fields: the key, with `#[speculo(key)]` on it, and the enum",
                );
            }
        }
    }
    let keys: Vec<Span> = input.fields().filter_map(|field| field.attrs.key).collect();
    if let (Some(singleton), false) = (input.attrs.singleton, keys.is_empty()) {
        errors.at(
            singleton,
            "a singleton has no key: an area holds one value of it",
            "remove `#[speculo(singleton)]`, or `#[speculo(key)]`",
        );
        input.attrs.singleton = None;
    }
    if let Some(extra) = keys.get(MAX_KEY_FIELDS) {
        errors.at(
            *extra,
            format!("a key has at most {MAX_KEY_FIELDS} fields"),
            "put some of them in a struct with `#[derive(Speculo, SpeculoKey, Debug, Clone, PartialEq, Eq)]`",
        );
    }
    for field in input.fields_mut().filter(|field| field.attrs.key.is_some()).skip(MAX_KEY_FIELDS) {
        field.attrs.key = None;
    }
    for field in input.fields_mut().filter(|field| field.attrs.key.is_some()) {
        if types::refuse_float_keys(&field.original.ty, errors) {
            field.key_as = Some(syn::parse_quote!(u64));
        }
        if let Form::With(with) = &field.form
            && types::last_name(with).is_some_and(|last| last == "Skip")
        {
            errors.on(
                with,
                "a key cannot be skipped: it is what readers tell values apart by",
                "remove `#[rkyv(with = …)]`, or make another field the key",
            );
            field.form = Form::Refused;
        }
    }
}

fn conflicts(input: &mut Input<'_>, errors: &mut Errors) {
    if let (Some(krate), None) = (input.attrs.rkyv.krate, input.attrs.external) {
        errors.at(
            krate,
            "speculo brings its own rkyv",
            "add `#[speculo(external)]` to the type if it derives rkyv's traits itself; else remove `crate = …`",
        );
        // Most likely it does.
        input.attrs.external = Some(krate);
    }
    for field in input.fields() {
        if let (Some(opaque), Some(_)) = (field.attrs.opaque, field.attrs.key) {
            errors.at(
                opaque,
                "a key cannot be opaque: it is what everybody tells values apart by",
                "remove `opaque`, or `key`",
            );
        }
        if let (Some(opaque), true) = (field.attrs.opaque, parts::has_map(&field.ty)) {
            errors.at(
                opaque,
                "a map or a set cannot be opaque: rkyv alone does not check all of its bytes",
                "remove `opaque`",
            );
        }
    }
    if let (Some(_), Some(first)) = (input.attrs.external, input.attrs.derives.first()) {
        errors.on(
            first,
            "with `external`, rkyv makes the archived type",
            "write `#[rkyv(derive(…))]` instead of `#[speculo(derive(…))]`",
        );
    }
}

/// What is copied out of an archive loses what it refers to.
fn derives(input: &mut Input<'_>, errors: &mut Errors) {
    let plain = |field: &&Field<'_>| matches!(field.form, Form::Plain | Form::Parts | Form::Recursive);
    let referring = input.fields().filter(plain).find_map(|field| parts::referring(&field.original.ty));
    let Some(referring) = referring.map(ToString::to_string) else { return };
    if input.attrs.external.is_some() {
        return;
    }
    input.attrs.derives.retain(|derive| {
        let name = derive.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let copies = name == "Clone" || name == "Copy";
        if copies {
            errors.on(
                derive,
                format!(
                    "an archived `{referring}` is never `{name}`: it refers to bytes that stay where they are"
                ),
                format!("remove `{name}`; `to_native()` gives a copy, and a `Sample` can be cloned"),
            );
        }
        !copies
    });
}

/// Longer names are cut in the schema.
const MAX_NAME: usize = 1024;

/// A schema with other names could not be read again: they end up in messages, one line each.
fn spelled(input: &Input<'_>, errors: &mut Errors) {
    let variants = match &input.body {
        Body::Enum(variants) => variants.as_slice(),
        Body::Struct(_) | Body::Union => &[],
    };
    let renames = input.attrs.rename.iter();
    let renames = renames.chain(variants.iter().filter_map(|variant| variant.attrs.rename.as_ref()));
    for name in renames.chain(input.fields().filter_map(|field| field.attrs.rename.as_ref())) {
        if name.value().contains(char::is_control) {
            errors.on(
                name,
                "a name is one line, without control characters",
                "remove them, for instance `\\n` and `\\t`",
            );
        }
        if name.value().len() > MAX_NAME {
            errors.on(name, format!("a name has at most {MAX_NAME} bytes"), "write a shorter one");
        }
    }
}

/// Names of the schema tell fields and variants apart.
fn names(input: &Input<'_>, errors: &mut Errors) {
    let of_fields = |record: &Record<'_>| -> Vec<_> {
        record.fields.iter().map(|field| (field.schema_name(), field.attrs.rename.clone())).collect()
    };
    let lists = match &input.body {
        Body::Struct(record) => vec![("another field", of_fields(record))],
        Body::Enum(variants) => {
            let names = |variant: &Variant<'_>| (variant.schema_name(), variant.attrs.rename.clone());
            let mut lists = vec![("another variant", variants.iter().map(names).collect())];
            lists.extend(variants.iter().map(|variant| ("another field", of_fields(&variant.record))));
            lists
        }
        Body::Union => Vec::new(),
    };
    for (what, list) in lists {
        // One error for each name, on the last `rename` to it.
        let mut last: BTreeMap<&str, (usize, Option<&LitStr>)> = BTreeMap::new();
        for (name, rename) in &list {
            let (count, place) = last.entry(name).or_default();
            *count += 1;
            *place = rename.as_ref().or(*place);
        }
        for (name, (_, place)) in last.into_iter().filter(|(_, (count, _))| *count > 1) {
            if let Some(place) = place {
                errors.on(place, format!("{what} is called `{name}` already"), "choose another name");
            }
        }
    }
}
