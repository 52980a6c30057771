//! The tag of each variant: its number, which rkyv gives the archived enum as well, as one byte.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{DeriveInput, Expr, ExprLit, Ident, Lit, parse_quote};

use crate::ast::{ReplaceSelf, Variant};

/// The tags of all variants, in order.
pub(crate) fn all(item: &DeriveInput, variants: &[Variant<'_>], private: &TokenStream) -> Vec<TokenStream> {
    let mut base: Option<Expr> = None;
    let mut after = 0_u8;
    let mut tags = Vec::new();
    for variant in variants {
        if let Some((_, number)) = &variant.original.discriminant {
            base = Some(of(item, number, private));
            after = 0;
        }
        tags.push(base.as_ref().map_or_else(
            || quote!(#after),
            |base| quote!({ const __TAG: ::core::primitive::u8 = #base; __TAG + #after }),
        ));
        after = after.wrapping_add(1);
    }
    tags
}

/// What a variant's number is as a `u8`, whichever type `repr` gives it.
pub(crate) fn of(item: &DeriveInput, number: &Expr, private: &TokenStream) -> Expr {
    let mut of_item = number.clone();
    ReplaceSelf(item).visit_expr_mut(&mut of_item);
    match (repr(item), number) {
        (_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) if number.suffix().is_empty() => of_item,
        (Some(repr), _) if repr == "u8" => of_item,
        (repr, _) => {
            let repr = repr.map_or_else(|| quote!(isize), |repr| quote!(#repr));
            parse_quote!({
                const __NUMBER: ::core::primitive::#repr = #of_item;
                #private::tag(__NUMBER as ::core::primitive::i128)
            })
        }
    }
}

/// The integer that `#[repr(…)]` names.
fn repr(item: &DeriveInput) -> Option<Ident> {
    const INTEGERS: [&str; 12] =
        ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
    let mut found = None;
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        // Other forms are for the compiler to read.
        let _ = attr.parse_nested_meta(|meta| {
            let integer = meta.path.get_ident().filter(|name| INTEGERS.iter().any(|integer| name == integer));
            found = found.take().or_else(|| integer.cloned());
            Ok(())
        });
    }
    found
}
