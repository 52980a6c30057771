//! The copy of the item that rkyv's derives work on, and that is erased behind them.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Visibility, parse_quote};

use crate::ast::{Field, Form, Input, plain_name};
use crate::bounds::Bounds;
use crate::diagnostics::{ours, place};
use crate::tags;

pub(crate) fn expand(input: &Input<'_>) -> TokenStream {
    let krate = input.krate();
    let private = quote!(#krate::__private);
    let rkyv = quote!(#private::rkyv);

    let mut twin = input.original.clone();
    twin.ident = ours(input.original, &twin.ident);
    twin.vis = our_vis(&twin.vis);
    twin.attrs.retain(is_rkyv);
    twin.attrs.push(parse_quote!(#[rkyv(crate = #rkyv)]));
    if !input.attrs.derives.is_empty() {
        let traits = &input.attrs.derives;
        twin.attrs.push(parse_quote!(#[rkyv(derive(#(#traits),*))]));
    }
    if !input.attrs.rkyv.has("resolver") {
        // rkyv would give its resolver the span of the user's name, and lints would hold the user to it.
        let name = format!("{}Resolver", plain_name(&input.original.ident));
        let resolver = Ident::new(&name, Span::call_site());
        twin.attrs.push(parse_quote!(#[rkyv(resolver = #resolver)]));
    }
    twin.attrs.extend(Bounds::of(input).into_attributes(input));

    let mut fields = input.fields();
    match &mut twin.data {
        Data::Struct(data) => twin_fields(input.original, &mut data.fields, &mut fields, &private),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                variant.attrs.retain(is_rkyv);
                variant.ident = ours(input.original, &variant.ident);
                if let Some((_, number)) = &mut variant.discriminant {
                    *number = tags::of(input.original, number, &private);
                }
                twin_fields(input.original, &mut variant.fields, &mut fields, &private);
            }
        }
        Data::Union(_) => {}
    }

    if input.attrs.rkyv.lays_out && is_copied(input) {
        archive_one_by_one(&mut twin.data, &rkyv);
    }

    quote! {
        #[derive(#rkyv::Archive, #rkyv::Serialize, #rkyv::Deserialize)]
        #[#private::erase]
        #twin
    }
}

/// Whether rkyv may copy many values at once, which it does where fields lie at the same places in both types. Never of
/// types with parameters or with wrappers.
fn is_copied(input: &Input<'_>) -> bool {
    let is_wrapped = |field: &Field<'_>| matches!(field.form, Form::With(_) | Form::Wide | Form::Refused);
    input.original.generics.params.is_empty() && !input.fields().any(is_wrapped)
}

/// Keeps rkyv from that: where the archived type alone takes more room, by `attr(repr(align(…)))`, all values but the first
/// would lie wrong.
fn archive_one_by_one(twin: &mut Data, rkyv: &TokenStream) {
    if let Data::Struct(data) = twin
        && let Some(first) = data.fields.iter_mut().next()
    {
        first.attrs.push(parse_quote!(#[rkyv(with = #rkyv::with::Identity)]));
    }
}

/// The same, as if we had written it: what begins with it is no code of the user's, for lints.
fn our_vis(vis: &Visibility) -> Visibility {
    let tokens = vis.to_token_stream().into_iter().map(|token| place(token, Span::call_site()));
    syn::parse2(tokens.collect()).unwrap_or(Visibility::Inherited)
}

fn is_rkyv(attr: &Attribute) -> bool {
    attr.path().is_ident("rkyv")
}

fn twin_fields<'a>(
    item: &DeriveInput,
    twin: &mut Fields,
    fields: &mut impl Iterator<Item = &'a Field<'a>>,
    private: &TokenStream,
) {
    for (twin, field) in twin.iter_mut().zip(fields) {
        let docs: Vec<syn::Meta> = twin
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("doc"))
            .map(|attr| attr.meta.clone())
            .collect();
        twin.attrs.retain(is_rkyv);
        twin.ident = twin.ident.as_ref().map(|ident| ours(item, ident));
        if !docs.is_empty() && !field.attrs.rkyv.has("attr") {
            // One `attr`, as a second would replace the first; an empty line parts it from rkyv's words.
            twin.attrs.push(parse_quote!(#[rkyv(attr(doc = "", #(#docs),*))]));
        }
        match field.form {
            Form::Wide => twin.attrs.push(parse_quote!(#[rkyv(with = #private::Wide)])),
            Form::Refused => {
                twin.ty = field.ty.clone();
                twin.attrs.push(parse_quote!(#[rkyv(with = #private::Refused)]));
            }
            Form::Plain | Form::Parts | Form::Opaque | Form::Recursive | Form::With(_) => {}
        }
        if field.omits_bounds() && !field.attrs.rkyv.has("omit_bounds") {
            twin.attrs.push(parse_quote!(#[rkyv(omit_bounds)]));
        }
    }
}
