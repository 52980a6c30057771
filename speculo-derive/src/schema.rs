//! `Reflect` for the archived type: its shape, `Debug`, and equality.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Fields, Ident};

use crate::ast::{Body, Field, Form, Input, Record, plain_name};
use crate::diagnostics::ours;
use crate::tags;

/// The type of a field in the archived item.
pub(crate) fn archived_ty(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match &field.form {
        Form::Plain | Form::Parts | Form::Opaque | Form::Recursive => {
            quote!(#private::Archived<#ty>)
        }
        Form::With(with) => quote!(<#with as #private::rkyv::with::ArchiveWith<#ty>>::Archived),
        Form::Wide => quote!(<#private::Wide as #private::rkyv::with::ArchiveWith<#ty>>::Archived),
        Form::Refused => quote!(()),
    }
}

/// The methods of `Reflect`.
pub(crate) fn methods(input: &Input<'_>, private: &TokenStream) -> TokenStream {
    let name = plain_name(&input.original.ident);
    let schema_name = input.schema_name();
    let (shape, show, same, sound) = match &input.body {
        Body::Struct(record) => {
            let described = if input.attrs.external.is_some() {
                found(record, private)
            } else {
                described(record, 0, private)
            };
            let bindings = bindings(record, "__a");
            let pattern = pattern(record, &bindings);
            let others = self::bindings(record, "__b");
            let other_pattern = self::pattern(record, &others);
            let show = show(&name, record, &bindings, private);
            let same = same(&bindings, &others, private);
            let (all, sound) = sound(record, private);
            (
                quote!(#private::Shape::Struct { name: #schema_name, #described }),
                quote! { let Self #pattern = self; #show },
                quote! {
                    let Self #pattern = self;
                    let Self #other_pattern = __other;
                    #same
                },
                quote! {
                    let Self #all = self;
                    #sound
                },
            )
        }
        Body::Enum(variants) => {
            let tags = tags::all(input.original, variants, private);
            let shapes = variants.iter().zip(tags).map(|(variant, tag)| {
                let name = variant.schema_name();
                let described = described(&variant.record, 1, private);
                quote!(#private::Variant { name: #name, tag: #tag, #described })
            });
            let shows = variants.iter().map(|variant| {
                let ident = &ours(input.original, &variant.original.ident);
                let bindings = bindings(&variant.record, "__a");
                let pattern = pattern(&variant.record, &bindings);
                let show = show(&plain_name(ident), &variant.record, &bindings, private);
                quote!(Self::#ident #pattern => { #show })
            });
            let sames = variants.iter().map(|variant| {
                let ident = &ours(input.original, &variant.original.ident);
                let (left, right) = (bindings(&variant.record, "__a"), bindings(&variant.record, "__b"));
                let (left_pattern, right_pattern) =
                    (pattern(&variant.record, &left), pattern(&variant.record, &right));
                let same = same(&left, &right, private);
                quote!((Self::#ident #left_pattern, Self::#ident #right_pattern) => { #same })
            });
            let sounds = variants.iter().map(|variant| {
                let ident = &ours(input.original, &variant.original.ident);
                let (all, sound) = sound(&variant.record, private);
                quote!(Self::#ident #all => #sound)
            });
            let others = (variants.len() > 1).then(|| quote!(_ => false,));
            (
                quote! {
                    #private::Shape::Enum {
                        name: #schema_name,
                        variants: #private::list([#(#shapes),*]),
                    }
                },
                quote!(match self { #(#shows)* }),
                quote!(match (self, __other) { #(#sames)* #others }),
                quote!(match self { #(#sounds,)* }),
            )
        }
        Body::Union => return TokenStream::new(),
    };
    quote! {
        #[inline]
        fn shape() -> #private::Shape {
            #shape
        }

        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            #show
        }

        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            #same
        }

        #[inline]
        fn is_sound(&self, __archive: &mut #private::Soundness<'_>) -> ::core::primitive::bool {
            #sound
        }
    }
}

/// How the fields are written, and which they are, behind `start` bytes.
fn described(record: &Record<'_>, start: usize, private: &TokenStream) -> TokenStream {
    let parts = record.fields.iter().map(|field| {
        let name = field.schema_name();
        let ty = archived_ty(field, private);
        let ty = if field.attrs.opaque.is_some() { quote!(#private::Opaque<#ty>) } else { ty };
        quote!(#private::part::<#ty>(#name))
    });
    let style = style(record, private);
    quote!(style: #style, fields: #private::lay_out(#start, &[#(#parts),*]))
}

/// The same of an archived struct that is not of our making: its fields may be of other types, and at other places.
fn found(record: &Record<'_>, private: &TokenStream) -> TokenStream {
    let fields = record.fields.iter().map(|field| {
        let (name, member) = (field.schema_name(), &field.member);
        let of = if field.attrs.opaque.is_some() { quote!(found_opaque) } else { quote!(found) };
        quote!(#private::#of(#name, ::core::mem::offset_of!(Self, #member), |__it: &Self| &__it.#member))
    });
    let style = style(record, private);
    quote!(style: #style, fields: #private::list([#(#fields),*]))
}

fn style(record: &Record<'_>, private: &TokenStream) -> TokenStream {
    match record.style {
        Fields::Unit => quote!(#private::Style::Unit),
        Fields::Unnamed(_) => quote!(#private::Style::Tuple),
        Fields::Named(_) => quote!(#private::Style::Named),
    }
}

/// The fields that are not opaque.
fn visible<'a>(record: &'a Record<'_>) -> impl Iterator<Item = &'a Field<'a>> {
    record.fields.iter().filter(|field| field.attrs.opaque.is_none())
}

/// A name for each of them.
fn bindings(record: &Record<'_>, prefix: &str) -> Vec<Ident> {
    numbered(visible(record).count(), prefix)
}

fn numbered(count: usize, prefix: &str) -> Vec<Ident> {
    (0..count).map(|at| format_ident!("{prefix}{at}", span = Span::mixed_site())).collect()
}

fn pattern(record: &Record<'_>, bindings: &[Ident]) -> TokenStream {
    let members = visible(record).map(|field| &field.member);
    let rest = (bindings.len() < record.fields.len()).then(|| quote!(..));
    quote!({ #(#members: #bindings,)* #rest })
}

fn same(left: &[Ident], right: &[Ident], private: &TokenStream) -> TokenStream {
    all(left.iter().zip(right).map(|(left, right)| quote!(#private::Reflect::same(#left, #right))))
}

/// A pattern of all fields, and whether each is sound: opaque ones as far as they can tell.
fn sound(record: &Record<'_>, private: &TokenStream) -> (TokenStream, TokenStream) {
    let bindings = numbered(record.fields.len(), "__a");
    let members = record.fields.iter().map(|field| &field.member);
    let sound = all(record.fields.iter().zip(&bindings).map(|(field, binding)| {
        if field.attrs.opaque.is_some() {
            quote!((&#private::Asked(#binding)).__is_sound(__archive))
        } else {
            quote!(#private::Reflect::is_sound(#binding, __archive))
        }
    }));
    let pattern = quote!({ #(#members: #bindings,)* });
    if visible(record).count() == record.fields.len() {
        return (pattern, sound);
    }
    let asked = quote! {{
        #[allow(unused_imports)]
        use #private::Unasked as _;
        #sound
    }};
    (pattern, asked)
}

fn all(mut conditions: impl Iterator<Item = TokenStream>) -> TokenStream {
    let first = conditions.next().unwrap_or_else(|| quote!(true));
    quote!(#first #(&& #conditions)*)
}

fn show(name: &str, record: &Record<'_>, bindings: &[Ident], private: &TokenStream) -> TokenStream {
    let names = record.fields.iter().map(Field::name);
    let mut bindings = bindings.iter();
    let values = record.fields.iter().map(|field| {
        let binding = if field.attrs.opaque.is_some() { None } else { bindings.next() };
        binding
            .map_or_else(|| quote!(&::core::format_args!("..")), |binding| quote!(&#private::Shown(#binding)))
    });
    match record.style {
        Fields::Unit => quote!(::core::fmt::Formatter::write_str(__f, #name)),
        Fields::Named(_) => quote!(#private::show_named(__f, #name, &[#((#names, #values)),*])),
        Fields::Unnamed(_) => quote!(#private::show_numbered(__f, #name, &[#(#values),*])),
    }
}
