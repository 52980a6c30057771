//! Errors: all of them, each where the mistake is.

use std::fmt::Display;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Fields, Type};

/// Collects errors. Dropping it without looking at them is a bug of ours, and panics.
pub(crate) struct Errors {
    all: Option<Vec<syn::Error>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { all: Some(Vec::new()) }
    }

    /// `message` says what is wrong, `help` what to write instead.
    pub(crate) fn at(&mut self, span: Span, message: impl Display, help: impl Display) {
        self.push(syn::Error::new(span, format!("{message}\nhelp: {help}")));
    }

    /// Spans everything from the first to the last of the tokens.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display, help: impl Display) {
        self.push(syn::Error::new_spanned(tokens, format!("{message}\nhelp: {help}")));
    }

    fn push(&mut self, error: syn::Error) {
        if let Some(all) = &mut self.all {
            all.push(error);
        }
    }

    /// The errors as the tokens that make the compiler report them; empty if there are none.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.all.take().unwrap_or_default().iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.all.is_none() || std::thread::panicking(), "speculo-derive dropped its errors unseen");
    }
}

/// "`a`, `b` and `c`".
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [init @ .., last] => {
            let init = init.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("{init} and `{last}`")
        }
    }
}

/// The name that was most likely meant.
pub(crate) fn nearest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    names
        .iter()
        .map(|name| (if swapped(written, name) { 1 } else { distance(written, name) }, *name))
        .filter(|(distance, name)| *distance * 2 <= name.len().max(2))
        .min()
        .map(|(_, name)| name)
}

/// Whether both have the same letters, in another order: the most common slip.
fn swapped(from: &str, to: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(from) == sorted(to)
}

/// How many characters must be inserted, removed or replaced to turn `from` into `to`.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, wanted) in from.chars().enumerate() {
        let mut next = vec![line + 1];
        let mut left = line + 1;
        for ((pair, above), letter) in row.windows(2).map(|pair| (pair.first(), pair.last())).zip(&to) {
            let replace = pair.copied().unwrap_or_default() + usize::from(wanted != *letter);
            left = replace.min(left + 1).min(above.copied().unwrap_or_default() + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A type as a person would write it.
pub(crate) fn spell(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" ::", "::"),
        (":: ", "::"),
        ("& ", "&"),
        (" ;", ";"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// The same tokens, from the start of `ty` to its end: an error about them points at all of `ty`. A span that
/// mixed in one of ours would point at the derive.
pub(crate) fn over(ty: &Type, tokens: TokenStream) -> TokenStream {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let count = tokens.clone().into_iter().count();
    let placed = tokens.into_iter().enumerate().map(|(at, token)| {
        let span = if at + 1 == count { last } else { first };
        place(token, span)
    });
    placed.collect()
}

/// The same token, and all within it, at `span`.
pub(crate) fn place(mut token: TokenTree, span: Span) -> TokenTree {
    if let TokenTree::Group(group) = &token {
        let inner = group.stream().into_iter().map(|token| place(token, span)).collect();
        token = Group::new(group.delimiter(), inner).into();
    }
    token.set_span(span);
    token
}

/// The same name at the same place, as if we had written it, where lints are allowed on the item, which the archived type
/// is not told of, or where it is deprecated: lints leave alone what a derive writes. Elsewhere errors are shorter with
/// the user's own name.
pub(crate) fn ours(item: &DeriveInput, ident: &Ident) -> Ident {
    /// Names in some edition; ours is the newest.
    const LATER_KEYWORDS: [&str; 5] = ["async", "await", "dyn", "gen", "try"];
    if !has_attr(item, &["allow", "deprecated", "expect"]) {
        return ident.clone();
    }
    let span = Span::call_site().located_at(ident.span());
    let name = ident.to_string();
    if LATER_KEYWORDS.contains(&name.as_str()) {
        return Ident::new_raw(&name, span);
    }
    let mut ident = ident.clone();
    ident.set_span(span);
    ident
}

/// Whether an attribute of one of these names stands on the item or on one of its parts.
pub(crate) fn has_attr(item: &DeriveInput, names: &[&str]) -> bool {
    let on =
        |attrs: &[Attribute]| attrs.iter().any(|attr| names.iter().any(|name| attr.path().is_ident(name)));
    let on_fields = |fields: &Fields| fields.iter().any(|field| on(&field.attrs));
    on(&item.attrs)
        || match &item.data {
            Data::Struct(data) => on_fields(&data.fields),
            Data::Enum(data) => {
                data.variants.iter().any(|variant| on(&variant.attrs) || on_fields(&variant.fields))
            }
            Data::Union(_) => false,
        }
}
