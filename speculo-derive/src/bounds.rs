//! The bounds of the impls: ours, and those of rkyv where it leaves them to us.

use std::collections::HashSet;

use quote::{ToTokens, quote};
use syn::{Attribute, Generics, Path, Type, WherePredicate, parse_quote};

use crate::ast::{Field, Form, Input};
use crate::diagnostics::over;
use crate::parts;

/// The item's generics, with a bound for every field: those of our own impls.
pub(crate) fn bounded(input: &Input<'_>) -> Generics {
    let krate = Input::short();
    let private = quote!(#krate::__private);
    let mut generics = input.original.generics.clone();
    // Of parameters a bound is asked once; a type that is wrong is to be told of at each field.
    let mut asked = HashSet::new();
    let mut once = |ty: &dyn ToTokens| asked.insert(ty.to_token_stream().to_string());
    let params: Vec<_> = generics.type_params().map(|param| param.ident.clone()).collect();
    let clause = generics.make_where_clause();
    for param in &params {
        clause.predicates.push(parse_quote!(#param: 'static));
    }
    clause.predicates.extend(input.attrs.rkyv.archive_bounds.iter().cloned());
    for field in input.fields() {
        let ty = &field.ty;
        match &field.form {
            Form::Plain if input.params_in(ty).is_empty() || once(ty) => {
                let field = over(ty, quote!(#private::Field));
                clause.predicates.push(parse_quote!(#ty: #field));
            }
            Form::Parts => clause.predicates.extend(parts::bounds(&input.parts(field), &krate)),
            Form::Opaque => clause.predicates.push(opaque(ty, &krate)),
            Form::With(with)
                if field.own_bounds
                    || !input.params_in(ty).is_empty()
                    || !input.params_in(with).is_empty() =>
            {
                clause.predicates.push(wrapper(field, with, &krate));
            }
            Form::Recursive => {
                clause.predicates.extend(parts::bounds(&input.parts(field), &krate));
                let of_params = field.pointees().filter(|pointee| !input.params_in(pointee).is_empty());
                clause.predicates.extend(of_params.map(|pointee| parts::original(pointee, &krate)));
                for param in input.params_in(ty).into_iter().filter(|param| once(param)) {
                    clause.predicates.push(parse_quote!(#param: #private::Field));
                }
            }
            Form::Plain | Form::Wide | Form::With(_) | Form::Refused => {}
        }
    }
    generics
}

fn opaque(ty: &Type, krate: &Path) -> WherePredicate {
    let bound = over(ty, quote!(#krate::parts::OpaqueField));
    parse_quote!(#ty: #bound)
}

fn wrapper(field: &Field<'_>, with: &Type, krate: &Path) -> WherePredicate {
    let ty = &field.ty;
    let opaque = field.attrs.opaque.is_some();
    let bound = if opaque { quote!(FieldWrapper) } else { quote!(FieldWith) };
    let bound = over(with, quote!(#krate::parts::#bound<#ty>));
    parse_quote!(#with: #bound)
}

/// What rkyv's impls need of the fields whose bounds it leaves to us: said once, for the whole item.
///
/// The first of them are those of our impls, token by token: errors that are equal in text and place are reported
/// once. The others are `Unasked`, or depend on a parameter and so cannot be wrong by themselves.
#[derive(Default)]
pub(crate) struct Bounds {
    archive: Vec<WherePredicate>,
    serialize: Vec<WherePredicate>,
    deserialize: Vec<WherePredicate>,
    check: Vec<WherePredicate>,
    /// Types and bounds that are in already.
    seen: HashSet<String>,
}

impl Bounds {
    pub(crate) fn of(input: &Input<'_>) -> Self {
        let krate = input.krate();
        let rkyv = quote!(#krate::__private::rkyv);
        let mut bounds = Self::default();
        for field in input.fields().filter(|field| field.omits_bounds()) {
            let ty = &field.ty;
            let parts = input.parts(field);
            // Once for each type: the impls that are ours have complained of the others.
            for bound in parts::bounds(&parts, &krate) {
                if bounds.seen.insert(bound.to_token_stream().to_string()) {
                    bounds.archive.push(bound);
                }
            }
            for part in parts {
                bounds.of_type(part.ty, input);
            }
            match &field.form {
                Form::Recursive => {
                    for param in input.params_in(ty) {
                        if !bounds.seen.contains(&param.to_string()) {
                            bounds.archive.push(parse_quote!(#param: #rkyv::Archive));
                        }
                        bounds.of_type(&param, input);
                    }
                }
                Form::Opaque => {
                    bounds.archive.push(opaque(ty, &krate));
                    bounds.of_type(ty, input);
                }
                Form::With(with) => {
                    bounds.archive.push(wrapper(field, with, &krate));
                    let unasked = quote!(#krate::parts::Unasked<#with>);
                    let archived = quote!(<#with as #rkyv::with::ArchiveWith<#ty>>::Archived);
                    bounds.serialize.push(parse_quote!(#unasked: #rkyv::with::SerializeWith<#ty, __S>));
                    bounds
                        .deserialize
                        .push(parse_quote!(#with: #rkyv::with::DeserializeWith<#archived, #ty, __D>));
                    bounds.check.push(parse_quote!(#archived: #rkyv::bytecheck::CheckBytes<__C>));
                }
                Form::Plain | Form::Parts | Form::Wide | Form::Refused => {}
            }
        }
        bounds
    }

    fn of_type(&mut self, ty: &impl ToTokens, input: &Input<'_>) {
        if !self.seen.insert(ty.to_token_stream().to_string()) {
            return;
        }
        let krate = input.krate();
        let rkyv = quote!(#krate::__private::rkyv);
        let archived = quote!(<#ty as #rkyv::Archive>::Archived);
        self.serialize.push(parse_quote!(#krate::parts::Unasked<#ty>: #rkyv::Serialize<__S>));
        self.deserialize.push(parse_quote!(#archived: #rkyv::Deserialize<#ty, __D>));
        self.check.push(parse_quote!(#archived: #rkyv::bytecheck::CheckBytes<__C>));
    }

    /// As rkyv takes them; none where the user has said them by hand.
    pub(crate) fn into_attributes(self, input: &Input<'_>) -> Vec<Attribute> {
        if !input.fields().any(Field::omits_bounds) {
            return Vec::new();
        }
        let krate = input.krate();
        let rkyv = quote!(#krate::__private::rkyv);
        let Self { archive, serialize, deserialize, check, .. } = self;
        let mut attrs = Vec::new();
        if !archive.is_empty() && !input.attrs.rkyv.has("archive_bounds") {
            attrs.push(parse_quote!(#[rkyv(archive_bounds(#(#archive),*))]));
        }
        if !input.attrs.rkyv.has("serialize_bounds") {
            attrs.push(parse_quote!(#[rkyv(serialize_bounds(
                __S: #rkyv::ser::Writer + #rkyv::ser::Allocator + #rkyv::ser::Sharing,
                <__S as #rkyv::rancor::Fallible>::Error: #rkyv::rancor::Source,
                #(#serialize,)*
            ))]));
        }
        if !input.attrs.rkyv.has("deserialize_bounds") {
            attrs.push(parse_quote!(#[rkyv(deserialize_bounds(
                __D: #rkyv::de::Pooling,
                <__D as #rkyv::rancor::Fallible>::Error: #rkyv::rancor::Source,
                #(#deserialize,)*
            ))]));
        }
        if !input.attrs.rkyv.has("bytecheck") {
            attrs.push(parse_quote!(#[rkyv(bytecheck(bounds(
                __C: #rkyv::validation::ArchiveContext + #rkyv::validation::SharedContext,
                <__C as #rkyv::rancor::Fallible>::Error: #rkyv::rancor::Source,
                #(#check,)*
            )))]));
        }
        attrs
    }
}
