//! The stages in order, and the impls that are ours.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Fields, Visibility, WherePredicate};

use crate::ast::{Body, Field, Input};
use crate::diagnostics::{Errors, has_attr, ours, place};
use crate::validate::Verdict;
use crate::{bounds, fallback, key, parts, schema, twin, validate};

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let mut input = Input::new(item, &mut errors);
    let verdict = validate::validate(&mut input, &mut errors);
    // After an error as well: whoever uses the type shall not get errors that follow from this one.
    let output = match verdict {
        Verdict::Expand => expand(&input),
        Verdict::Refuse => fallback::expand(&input),
        Verdict::Drop => TokenStream::new(),
    };
    let errors = errors.into_tokens();
    quote!(#errors #output)
}

fn expand(input: &Input<'_>) -> TokenStream {
    let path = input.krate();
    let krate = Input::short();
    let private = quote!(#krate::__private);
    let item = &ours(input.original, &input.original.ident);
    let vis = &input.original.vis;
    let archived = input.archived_ident();
    let generics = bounds::bounded(input);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();

    let kind = key::kind(input, &generics);
    let reflect = schema::methods(input, &private);
    let doc = format!("Gives the [`{item}`] back that this was made from.");

    let debug = (!input.attrs.rkyv.has("derive(Debug)")).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Debug for #archived #ty_generics #clause {
                #[inline]
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #private::Reflect::show(self, __f)
                }
            }
        }
    });
    let equality = (!input.attrs.rkyv.has("compare(PartialEq)")).then(|| {
        // Not `automatically_derived`: for clippy that is equality with itself, to which `Eq` should be added.
        quote! {
            impl #impl_generics ::core::cmp::PartialEq<#item #ty_generics> for #archived #ty_generics #clause {
                #[inline]
                fn eq(&self, __other: &#item #ty_generics) -> ::core::primitive::bool {
                    #private::same::<#item #ty_generics>(self, __other)
                }
            }

            impl #impl_generics ::core::cmp::PartialEq<#archived #ty_generics> for #item #ty_generics #clause {
                #[inline]
                fn eq(&self, __other: &#archived #ty_generics) -> ::core::primitive::bool {
                    #private::same::<#item #ty_generics>(__other, self)
                }
            }
        }
    });
    let asked = input.fields().flat_map(|field| parts::asked(&input.parts(field), &krate));
    let asked = ask("__keys_of_maps", asked);
    let pointees = input.fields().flat_map(Field::pointees);
    let pointees = pointees.filter(|pointee| input.params_in(pointee).is_empty());
    let pointees = ask("__behind_pointers", pointees.map(|pointee| parts::original(pointee, &krate)));
    let (own_generics, _, own_clause) = input.original.generics.split_for_impl();
    let external = input.attrs.external.filter(|_| input.original.generics.params.is_empty()).map(|span| {
        let bound = quote!(#item: #krate::parts::External).into_iter().map(|token| place(token, span));
        quote! {
            #[allow(dead_code)]
            fn __external() where #(#bound)* {}
        }
    });
    let ours = quote! {
        #[allow(clippy::type_repetition_in_bounds)]
        const _: () = {
            use #path as #krate;

            #external
            #asked

            #[automatically_derived]
            impl #impl_generics #private::Field for #item #ty_generics #clause {}

            #[automatically_derived]
            impl #own_generics #krate::parts::Original for #item #ty_generics #own_clause {}

            #kind

            #[automatically_derived]
            impl #impl_generics #private::Reflect for #archived #ty_generics #clause {
                #reflect
            }

            #pointees

            #debug
            #equality

            #[automatically_derived]
            impl #impl_generics #archived #ty_generics #clause {
                #[doc = #doc]
                #[allow(dead_code, unreachable_pub)]
                #[must_use]
                #[inline]
                #vis fn to_native(&self) -> #item #ty_generics {
                    #private::native::<#item #ty_generics>(self)
                }
            }
        };
    };
    if input.attrs.external.is_some() {
        return ours;
    }
    let twin = twin::expand(input);
    // Of what is deprecated, rkyv names the fields in the compiler's own macros, for which lints make no exception.
    if repeats_undocumented_fields(input) || has_attr(input.original, &["deprecated"]) {
        return in_scope(input, &ours, &twin);
    }
    quote! {
        // First, so that the first error is about a field, in our words.
        #ours

        #[allow(unused_imports)]
        #[doc(hidden)]
        use #path::__private::twin_prelude::*;
        #twin
    }
}

/// A function that nobody calls, which is there for its bounds.
fn ask(name: &str, bounds: impl Iterator<Item = WherePredicate>) -> Option<TokenStream> {
    let bounds: Vec<_> = bounds.collect();
    let name = Ident::new(name, Span::call_site());
    (!bounds.is_empty()).then(|| {
        quote! {
            #[allow(dead_code)]
            fn #name() where #(#bounds),* {}
        }
    })
}

/// rkyv repeats the named fields of variants in its resolver, as public as the enum and without docs. Where that
/// could break a crate that denies `missing_docs`, rkyv's types stay in a scope that no path leads to.
fn repeats_undocumented_fields(input: &Input<'_>) -> bool {
    let named = |variant: &crate::ast::Variant<'_>| matches!(variant.record.style, Fields::Named(_));
    matches!(input.original.vis, Visibility::Public(_))
        && matches!(&input.body, Body::Enum(variants) if variants.iter().any(named))
}

/// All of it in a scope of its own, where lints are allowed.
fn in_scope(input: &Input<'_>, ours: &TokenStream, twin: &TokenStream) -> TokenStream {
    let path = input.krate();
    let alias = alias(input, &quote!(#path::__private));
    quote! {
        #alias
        #[allow(deprecated, missing_docs, unused_imports)]
        const _: () = {
            #ours
            use #path::__private::twin_prelude::*;
            #twin
        };
    }
}

/// The name of the archived type, where the type itself stands in a scope of its own.
fn alias(input: &Input<'_>, private: &TokenStream) -> TokenStream {
    let item = &ours(input.original, &input.original.ident);
    let vis = &input.original.vis;
    let archived = ours(input.original, &input.archived_ident());
    let doc = format!("An archived [`{item}`].");
    let mut generics = input.original.generics.clone();
    generics.where_clause = None;
    for param in generics.type_params_mut() {
        // Bounds of an alias are not checked, and the compiler warns of them.
        param.bounds.clear();
        param.colon_token = None;
    }
    let (_, ty_generics, _) = input.original.generics.split_for_impl();
    quote! {
        #[doc = #doc]
        #vis type #archived #generics = <#item #ty_generics as #private::rkyv::Archive>::Archived;
    }
}
