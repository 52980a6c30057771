//! Impls for an item that was refused as a whole, so that its use elsewhere gives no further errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, GenericParam, Generics, Lifetime, parse_quote};

use crate::ast::Input;

pub(crate) fn expand(input: &Input<'_>) -> TokenStream {
    let krate = input.krate();
    let rkyv = quote!(#krate::__private::rkyv);
    let item = &input.original.ident;
    let vis = &input.original.vis;
    let archived = input.archived_ident();

    // `Speculo: 'static`: of all lifetimes only this one can have the impls.
    let arguments = input.original.generics.params.iter().map(|param| -> GenericArgument {
        match param {
            GenericParam::Lifetime(lifetime) => {
                GenericArgument::Lifetime(Lifetime::new("'static", lifetime.lifetime.span()))
            }
            GenericParam::Type(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
            GenericParam::Const(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
        }
    });
    let ty = quote!(#item<#(#arguments),*>);
    let params =
        input.original.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_)));
    let mut generics = Generics { params: params.cloned().collect(), ..Generics::default() };
    generics.lt_token = parse_quote!(<);
    generics.gt_token = parse_quote!(>);
    let owned: Vec<_> = generics.type_params().map(|param| param.ident.clone()).collect();
    let clause = generics.make_where_clause();
    for param in owned {
        clause.predicates.push(parse_quote!(#param: 'static));
    }
    let (impl_generics, _, clause) = generics.split_for_impl();
    let with = |extra: TokenStream| {
        let mut generics = generics.clone();
        generics.params.push(parse_quote!(#extra: #rkyv::rancor::Fallible + ?::core::marker::Sized));
        generics
    };
    let (serialize, deserialize) = (with(quote!(__S)), with(quote!(__D)));
    let ((serialize, ..), (deserialize, ..)) = (serialize.split_for_impl(), deserialize.split_for_impl());
    let external = input.attrs.external.is_some();
    let keys: Vec<_> = input
        .key_fields()
        .iter()
        .map(|field| field.key_as.clone().unwrap_or_else(|| field.ty.clone()))
        .collect();
    let (marker, key) = match keys.as_slice() {
        [] if input.attrs.singleton.is_some() => (quote!(Singleton), None),
        [] => (quote!(Stream), None),
        [one] => (quote!(Keyed), Some(quote!(type Key = #one;))),
        several => (quote!(Keyed), Some(quote!(type Key = (#(#several,)*);))),
    };
    let rkyv_impls = (!external).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #rkyv::Archive for #ty #clause {
                type Archived = ();
                type Resolver = ();
                fn resolve(&self, _: (), _: #rkyv::Place<()>) {}
            }
            #[automatically_derived]
            impl #serialize #rkyv::Serialize<__S> for #ty #clause {
                fn serialize(&self, _: &mut __S) -> ::core::result::Result<(), __S::Error> {
                    ::core::result::Result::Ok(())
                }
            }
            #[automatically_derived]
            impl #deserialize #rkyv::Deserialize<#ty, __D> for () #clause {
                fn deserialize(&self, _: &mut __D) -> ::core::result::Result<#ty, __D::Error> {
                    loop {}
                }
            }
            #[automatically_derived]
            impl #impl_generics #krate::Field for #ty #clause {}
            #[automatically_derived]
            impl #impl_generics #krate::parts::Original for #ty #clause {}
            #[automatically_derived]
            impl #impl_generics #krate::Speculo for #ty #clause {
                const KIND: #krate::Kind = #krate::Kind::Stream;
            }
            #[automatically_derived]
            impl #impl_generics #krate::#marker for #ty #clause { #key }
        }
    });
    let alias = (!external).then(|| {
        quote! {
            #[allow(dead_code, missing_docs)]
            #vis type #archived = ();
        }
    });
    quote! {
        #alias
        const _: () = { #rkyv_impls };
    }
}
