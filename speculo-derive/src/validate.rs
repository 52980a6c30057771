//! What the derive refuses, and why.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{Expr, GenericParam, Ident, Type, TypePath};

use crate::ast::{Body, Field, Form, Input};
use crate::diagnostics::{Errors, spell};

/// Parts of a composite key: the tuples that are keys.
const MAX_KEY_FIELDS: usize = 8;

/// What validation found.
#[derive(PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The item can be expanded; refused fields are marked as such.
    Expand,
    /// No part of the item can be used.
    Refuse,
}

pub(crate) fn validate(input: &mut Input<'_>, errors: &mut Errors) -> Verdict {
    let mut verdict = container(input, errors);
    keys(input, errors);
    let external = input.attrs.external.is_some();
    for field in input.fields_mut() {
        if !field_type(field, external, errors) {
            // There is no twin in which another form could stand for this field.
            if external {
                verdict = Verdict::Refuse;
            }
            field.form = Form::Refused;
        }
    }
    verdict
}

fn container(input: &Input<'_>, errors: &mut Errors) -> Verdict {
    let mut verdict = Verdict::Expand;
    match &input.body {
        Body::Struct(_) => {}
        Body::Enum(variants) => {
            if variants.is_empty() {
                errors.on(&input.original.ident, "an enum without variants has no values to share");
                verdict = Verdict::Refuse;
            }
            if variants.len() > 256 {
                errors.on(&input.original.ident, "an enum with more than 256 variants cannot be shared");
                verdict = Verdict::Refuse;
            }
        }
        Body::Union => {
            errors.on(
                &input.original.ident,
                "a union cannot be shared: nothing tells which of its fields is valid\nuse an enum",
            );
            return Verdict::Refuse;
        }
    }
    for param in &input.original.generics.params {
        if let GenericParam::Lifetime(lifetime) = param {
            errors.on(
                lifetime,
                format!(
                    "a shared value must own what it holds, and `{}` borrows: remove the lifetime, and use \
                     owned types (`String` for `&str`, `Vec<T>` for `&[T]`)",
                    input.original.ident
                ),
            );
            verdict = Verdict::Refuse;
        }
    }
    verdict
}

fn keys(input: &mut Input<'_>, errors: &mut Errors) {
    if let Body::Enum(_) = input.body {
        for field in input.fields() {
            if let Some(key) = field.attrs.key {
                errors.at(
                    key,
                    "a field of a variant cannot be the key: the other variants do not have it\nmake it a \
                     field of a struct that also holds the enum",
                );
            }
        }
    }
    let keys: Vec<Span> = input.fields().filter_map(|field| field.attrs.key).collect();
    if let (Some(singleton), false) = (input.attrs.singleton, keys.is_empty()) {
        errors.at(
            singleton,
            "a singleton has no key: an area holds one value of it\nremove `singleton` or `#[speculo(key)]`",
        );
        input.attrs.singleton = None;
    }
    if let Some(extra) = keys.get(MAX_KEY_FIELDS) {
        errors.at(*extra, format!("a key has at most {MAX_KEY_FIELDS} fields"));
    }
    for field in input.fields_mut() {
        if field.attrs.key.is_some() && is_one_of(&field.ty, &["f32", "f64"]) {
            errors.on(
                &field.original.ty,
                "a float cannot be a key: `NaN` differs from itself, and `0.0` equals `-0.0`\nuse an \
                 integer, for instance a count of thousandths",
            );
            // Its values cannot be told apart by it, but the type is no stream for that.
            field.attrs.key = None;
        }
    }
}

/// Whether the type can be archived, as far as its tokens tell. Also finds the form for `usize`.
fn field_type(field: &mut Field<'_>, external: bool, errors: &mut Errors) -> bool {
    if matches!(field.form, Form::With(_)) {
        return true;
    }
    if is_one_of(&field.ty, &["usize", "isize"]) && !external {
        field.form = Form::Wide;
        return true;
    }
    let mut types = Types { whole: &field.original.ty, errors, ok: true };
    types.visit_type(&field.original.ty);
    types.ok
}

/// `usize`, `core::primitive::usize`, `std::primitive::usize`.
fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let ty = match ty {
        Type::Group(group) => &group.elem,
        Type::Paren(paren) => &paren.elem,
        ty => ty,
    };
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) => {
            path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == *name))
                && (path.segments.len() == 1 || path.segments.iter().any(|part| part.ident == "primitive"))
        }
        _ => false,
    }
}

struct Types<'a> {
    whole: &'a Type,
    errors: &'a mut Errors,
    ok: bool,
}

impl Types<'_> {
    fn refuse(&mut self, tokens: impl quote::ToTokens, message: impl std::fmt::Display) {
        self.errors.on(tokens, message);
        self.ok = false;
    }
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        match ty {
            Type::Reference(reference) => {
                let owned = owned(&reference.elem);
                self.refuse(ty, format!("a reference means nothing to another process\nuse `{owned}`"));
            }
            Type::Ptr(_) => {
                self.refuse(ty, "a pointer means nothing to another process\nshare the value it points to");
            }
            Type::FnPtr(_) => self.refuse(
                ty,
                "a function has another address in every process\nshare an enum that says which one to call",
            ),
            Type::TraitObject(_) => self.refuse(
                ty,
                "a `dyn` value has no form that other processes know\nuse an enum of the types it can be",
            ),
            Type::Path(path) if is_one_of(ty, &["usize", "isize"]) => {
                let narrow = if spell(path).ends_with("usize") { "u64" } else { "i64" };
                let written = spell(path);
                let mut fixed = self.whole.clone();
                Replace(narrow).visit_type_mut(&mut fixed);
                let fixed = spell(fixed);
                self.refuse(
                    ty,
                    format!("`{written}` differs in size between machines, and would be cut to 32 bits\nuse `{fixed}`"),
                );
            }
            Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "PhantomData") => {
            }
            ty => syn::visit::visit_type(self, ty),
        }
    }

    /// The length of an array is an expression: its types are not archived.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// Turns `usize` and `isize` into their fixed forms, to show what to write.
struct Replace(&'static str);

impl VisitMut for Replace {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if is_one_of(ty, &["usize", "isize"]) {
            let fixed = Ident::new(self.0, ty.span());
            *ty = syn::parse_quote!(#fixed);
        } else {
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// What to write instead of a reference to `target`.
fn owned(target: &Type) -> String {
    match target {
        Type::Slice(slice) => format!("Vec<{}>", spell(&slice.elem)),
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "CStr") => {
            "CString".to_owned()
        }
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Path") => {
            "String".to_owned()
        }
        Type::Reference(inner) => owned(&inner.elem),
        other => spell(other),
    }
}
