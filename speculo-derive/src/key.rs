//! How values replace each other, and `#[derive(SpeculoKey)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, GenericParam, Generics, Index, Member, parse_quote};

use crate::ast::{Input, plain_name};
use crate::attr::ContainerAttrs;
use crate::diagnostics::{Errors, ours, over};
use crate::types;

/// `Speculo`, and the marker that goes with the kind.
pub(crate) fn kind(input: &Input<'_>, generics: &Generics) -> TokenStream {
    let krate = Input::short();
    let item = &ours(input.original, &input.original.ident);
    let keys = input.key_fields();
    let mut generics = generics.clone();
    let clause = generics.make_where_clause();
    for ty in keys.iter().filter(|field| field.key_as.is_none()).map(|field| &field.ty) {
        clause.predicates.push(parse_quote!(#krate::parts::Unasked<#ty>: #krate::Key));
    }
    let generics = &generics;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();

    let (kind, marker, key) = if !keys.is_empty() {
        let types: Vec<_> = keys.iter().map(|field| field.key_as.as_ref().unwrap_or(&field.ty)).collect();
        let members: Vec<_> = keys.iter().map(|field| &field.member).collect();
        let names = keys.iter().map(|field| field.schema_name());
        let key = match types.as_slice() {
            [one] => quote!(#one),
            several => quote!((#(#several,)*)),
        };
        let asked = keys.iter().filter(|field| field.key_as.is_none()).map(|field| &field.ty);
        let asked = asked.filter(|ty| input.params_in(ty).is_empty()).map(|ty| {
            let part = over(ty, quote!(#krate::parts::KeyPart));
            quote!(#ty: #part)
        });
        let marker = quote! {
            #[allow(dead_code)]
            fn __key() where #(#asked),* {}

            #[automatically_derived]
            impl #impl_generics #krate::Keyed for #item #ty_generics #clause {
                type Key = #key;
            }
        };
        let last = members.len() - 1;
        let parts = types.iter().zip(&members).zip(&keys).enumerate().map(|(at, ((ty, member), field))| {
            let encode = if at == last { quote!(encode) } else { quote!(encode_part) };
            field.key_as.is_none().then(|| quote!(<#ty as #krate::Key>::#encode(&self.#member, __out);))
        });
        let body = quote! {
            const __KEY_FIELDS: &'static [&'static ::core::primitive::str] = &[#(#names),*];

            #[inline]
            fn __encode_key(&self, __out: &mut #krate::KeyBuf) {
                #(#parts)*
            }
        };
        (quote!(Keyed), marker, Some(body))
    } else if input.attrs.singleton.is_some() {
        (quote!(Singleton), marker(input, generics, &quote!(Singleton)), None)
    } else {
        (quote!(Stream), marker(input, generics, &quote!(Stream)), None)
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Speculo for #item #ty_generics #clause {
            const KIND: #krate::Kind = #krate::Kind::#kind;
            #key
        }

        #marker
    }
}

fn marker(input: &Input<'_>, generics: &Generics, name: &TokenStream) -> TokenStream {
    let krate = Input::short();
    let item = &ours(input.original, &input.original.ident);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::#name for #item #ty_generics #clause {}
    }
}

pub(crate) fn derive(item: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let output = expand(item, &mut errors);
    let errors = errors.into_tokens();
    quote!(#errors #output)
}

fn expand(item: &DeriveInput, errors: &mut Errors) -> Option<TokenStream> {
    // Of the attributes only `crate` matters here; `#[derive(Speculo)]` reports the others.
    let mut ignored = Errors::new();
    let attrs = ContainerAttrs::parse(item, &mut ignored);
    drop(ignored.into_tokens());
    let krate = attrs.krate.unwrap_or_else(|| syn::parse_quote!(::speculo_typed));

    if let Some(GenericParam::Lifetime(lifetime)) = item.generics.params.first() {
        types::refuse_lifetime(&item.ident, lifetime, errors);
        return None;
    }
    if let Some(param) = item.generics.params.first() {
        errors.on(
            param,
            "a type with parameters cannot derive `SpeculoKey`",
            "remove them, or implement `speculo_typed::Key` by hand",
        );
        return None;
    }
    let ident = &ours(item, &item.ident);
    let code = match &item.data {
        Data::Enum(data) => of_enum(item, data, errors, &krate),
        Data::Struct(data) if !data.fields.is_empty() => of_struct(item, &data.fields, errors, &krate),
        Data::Struct(_) => {
            errors.on(&item.ident, "a struct without fields tells no values apart", "give it a field");
            None
        }
        Data::Union(_) => {
            errors.on(
                &item.ident,
                "a union cannot be a key: nothing tells which of its fields is valid",
                "use an enum without fields, or a struct of keys",
            );
            None
        }
    };
    // After an error as well: whoever uses the key shall not get errors that follow from this one.
    let asked = code.is_some().then(|| {
        let whole = syn::parse_quote!(#ident);
        let bound = over(&whole, quote!(#krate::parts::KeyTraits));
        quote! {
            #[allow(dead_code)]
            fn __traits() where #ident: #bound {}
        }
    });
    let code = code.unwrap_or_else(|| {
        quote! {
            fn encode(&self, _: &mut #krate::KeyBuf) {}

            fn decode(_: &mut #krate::KeyReader<'_>) -> ::core::result::Result<Self, #krate::KeyDecodeError> {
                loop {}
            }
        }
    });
    let traits = quote! {
        #krate::parts::Unasked<#ident>: ::core::clone::Clone + ::core::fmt::Debug + ::core::cmp::Eq
    };
    Some(quote! {
        const _: () = {
            #asked

            #[automatically_derived]
            impl #krate::Key for #ident
            where
                #traits,
            {
                #code
            }

            #[automatically_derived]
            impl #krate::Lookup<#ident> for #ident
            where
                #traits,
            {
                #[inline]
                fn encode_lookup(&self, __out: &mut #krate::KeyBuf) {
                    <Self as #krate::Key>::encode(self, __out)
                }

                #[inline]
                fn encode_lookup_part(&self, __out: &mut #krate::KeyBuf) {
                    <Self as #krate::Key>::encode_part(self, __out)
                }
            }
        };
    })
}

/// One byte: the position of the variant.
fn of_enum(
    item: &DeriveInput,
    data: &syn::DataEnum,
    errors: &mut Errors,
    krate: &syn::Path,
) -> Option<TokenStream> {
    let mut ok = true;
    for variant in data.variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit)) {
        errors.on(
            &variant.fields,
            format!("`{}` has fields, and only an enum without fields is a key", plain_name(&variant.ident)),
            "remove the fields, or use a struct of keys",
        );
        ok = false;
    }
    if data.variants.is_empty() {
        errors.on(&item.ident, "an enum without variants has no values to tell apart", "give it a variant");
        ok = false;
    }
    if data.variants.len() > 256 {
        errors.on(&item.ident, "a key has at most 256 variants: it is one byte", "use an integer");
        ok = false;
    }
    if !ok {
        return None;
    }
    let variants: Vec<_> = data.variants.iter().map(|variant| ours(item, &variant.ident)).collect();
    let numbers: Vec<u8> = (0..=u8::MAX).take(variants.len()).collect();
    let refuse = (variants.len() < 256)
        .then(|| quote!(_ => ::core::result::Result::Err(#krate::KeyDecodeError::Invalid),));
    Some(quote! {
        #[inline]
        fn encode(&self, __out: &mut #krate::KeyBuf) {
            let __number: ::core::primitive::u8 = match self { #(Self::#variants => #numbers,)* };
            #krate::KeyBuf::push(__out, &[__number]);
        }

        #[inline]
        fn decode(
            __reader: &mut #krate::KeyReader<'_>,
        ) -> ::core::result::Result<Self, #krate::KeyDecodeError> {
            let [__number] = #krate::KeyReader::take::<1>(__reader)?;
            match __number {
                #(#numbers => ::core::result::Result::Ok(Self::#variants),)*
                #refuse
            }
        }

        #[inline]
        fn encode_part(&self, __out: &mut #krate::KeyBuf) {
            <Self as #krate::Key>::encode(self, __out)
        }

        #[inline]
        fn decode_part(
            __reader: &mut #krate::KeyReader<'_>,
        ) -> ::core::result::Result<Self, #krate::KeyDecodeError> {
            <Self as #krate::Key>::decode(__reader)
        }
    })
}

/// The fields in order, as in a tuple.
fn of_struct(
    item: &DeriveInput,
    fields: &Fields,
    errors: &mut Errors,
    krate: &syn::Path,
) -> Option<TokenStream> {
    let mut refused = false;
    for field in fields {
        refused |= types::refuse_float_keys(&field.ty, errors);
        refused |= types::refuse_references(&field.ty, errors);
    }
    if refused {
        return None;
    }
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let members: Vec<Member> = fields
        .iter()
        .zip(0..)
        .map(|(field, index)| match &field.ident {
            Some(ident) => Member::Named(ours(item, ident)),
            None => Member::Unnamed(Index { index, span: proc_macro2::Span::call_site() }),
        })
        .collect();
    let last = members.len() - 1;
    let method = |at: usize, whole: &str, part: &str| {
        quote::format_ident!("{}", if at == last { whole } else { part })
    };
    let encode = types.iter().zip(&members).enumerate().map(|(at, (ty, member))| {
        let method = method(at, "encode", "encode_part");
        quote!(<#ty as #krate::Key>::#method(&self.#member, __out);)
    });
    let decode = types.iter().zip(&members).enumerate().map(|(at, (ty, member))| {
        let method = method(at, "decode", "decode_part");
        quote!(#member: <#ty as #krate::Key>::#method(__reader)?,)
    });
    Some(quote! {
        #[inline]
        fn encode(&self, __out: &mut #krate::KeyBuf) {
            #(#encode)*
        }

        #[inline]
        fn decode(
            __reader: &mut #krate::KeyReader<'_>,
        ) -> ::core::result::Result<Self, #krate::KeyDecodeError> {
            ::core::result::Result::Ok(Self { #(#decode)* })
        }

        #[inline]
        fn encode_part(&self, __out: &mut #krate::KeyBuf) {
            #(<#types as #krate::Key>::encode_part(&self.#members, __out);)*
        }

        #[inline]
        fn decode_part(
            __reader: &mut #krate::KeyReader<'_>,
        ) -> ::core::result::Result<Self, #krate::KeyDecodeError> {
            ::core::result::Result::Ok(Self {
                #(#members: <#types as #krate::Key>::decode_part(__reader)?,)*
            })
        }
    })
}
