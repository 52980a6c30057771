//! The item, as the later stages want to see it.

use proc_macro2::Span;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{
    Data, DeriveInput, Expr, ExprPath, Fields, GenericArgument, Ident, Index, LitStr, Member, Path,
    PathArguments, Type, TypePath,
};

use crate::attr::{ContainerAttrs, FieldAttrs, VariantAttrs};
use crate::diagnostics::{Errors, ours};
use crate::parts::{self, Part};

/// The item with its attributes read.
pub(crate) struct Input<'a> {
    pub original: &'a DeriveInput,
    pub attrs: ContainerAttrs,
    pub body: Body<'a>,
}

pub(crate) enum Body<'a> {
    Struct(Record<'a>),
    Enum(Vec<Variant<'a>>),
    /// Refused as a whole.
    Union,
}

/// The fields of a struct or a variant.
pub(crate) struct Record<'a> {
    pub style: &'a Fields,
    pub fields: Vec<Field<'a>>,
}

pub(crate) struct Variant<'a> {
    pub original: &'a syn::Variant,
    pub attrs: VariantAttrs,
    pub record: Record<'a>,
}

pub(crate) struct Field<'a> {
    pub original: &'a syn::Field,
    pub member: Member,
    /// The type, with `Self` replaced by the item's name.
    pub ty: Type,
    pub attrs: FieldAttrs,
    /// How the field is archived.
    pub form: Form,
    /// Whether the item would have to hold itself, without a `Box` in between.
    pub endless: bool,
    /// Whether the bounds on an opaque field, or on the wrapper of a field, are ours in rkyv's impls as well.
    pub own_bounds: bool,
    /// Stands for the type of a key that was refused, so that look-ups give no further errors.
    pub key_as: Option<Type>,
}

/// How a field is archived.
pub(crate) enum Form {
    /// As its type says: the type must be a `Field`.
    Plain,
    /// As its type says, which is made of types of the standard library and of others: those must be `Field`s.
    Parts,
    /// As its type says, which nothing is known of: `#[speculo(opaque)]`.
    Opaque,
    /// Its type contains the item itself: no bound may be put on it.
    Recursive,
    /// `usize` or `isize`: as 64 bits.
    Wide,
    /// As the user's `#[rkyv(with = …)]` says.
    With(Box<Type>),
    /// Not at all: an error was reported.
    Refused,
}

impl<'a> Input<'a> {
    pub(crate) fn new(original: &'a DeriveInput, errors: &mut Errors) -> Self {
        let attrs = ContainerAttrs::parse(original, errors);
        let body = match &original.data {
            Data::Struct(data) => Body::Struct(Record::new(original, &data.fields, errors)),
            Data::Enum(data) => {
                let variants = data.variants.iter().map(|variant| Variant {
                    original: variant,
                    attrs: VariantAttrs::parse(variant, errors),
                    record: Record::new(original, &variant.fields, errors),
                });
                Body::Enum(variants.collect())
            }
            Data::Union(_) => Body::Union,
        };
        let mut input = Self { original, attrs, body };
        input.take_over_bounds();
        input
    }

    /// Finds the fields whose bounds can be our own, on the parts of their types and in our words. Where a type
    /// parameter is mentioned, it is for the user of the type to say whether a bound holds.
    fn take_over_bounds(&mut self) {
        let item = self.original;
        let params: Vec<&Ident> = item.generics.type_params().map(|param| &param.ident).collect();
        let free = |ty: &Type| !mentions(ty, |ident| *ident == item.ident || params.contains(&ident));
        let by_hand = self.attrs.bounds_by_hand();
        for field in self.fields_mut() {
            let free = free(&field.ty) && !by_hand && !field.attrs.rkyv.has("omit_bounds");
            match &field.form {
                Form::Plain if free && !parts::parts(&field.ty).is_empty() => field.form = Form::Parts,
                Form::Opaque | Form::With(_) => field.own_bounds = free,
                _ => {}
            }
        }
    }

    /// The path of `speculo_typed`.
    pub(crate) fn krate(&self) -> Path {
        self.attrs.krate.clone().unwrap_or_else(|| syn::parse_quote!(::speculo_typed))
    }

    /// What `speculo_typed` is called next to our impls, which stand in a scope of their own.
    pub(crate) fn short() -> Path {
        syn::parse_quote!(__speculo)
    }

    /// The name in the schema.
    pub(crate) fn schema_name(&self) -> String {
        self.attrs.rename.as_ref().map_or_else(|| plain_name(&self.original.ident), LitStr::value)
    }

    /// The name of the archived type, which rkyv's derive makes.
    pub(crate) fn archived_ident(&self) -> Ident {
        self.attrs.rkyv.archived.clone().unwrap_or_else(|| {
            let name = plain_name(&self.original.ident);
            // Where somebody else has to have made it, that is what an error about it has to point at.
            let span = self.attrs.external.unwrap_or_else(|| self.original.ident.span());
            Ident::new(&format!("Archived{name}"), span)
        })
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let (record, variants) = match &self.body {
            Body::Struct(record) => (Some(record), [].iter()),
            Body::Enum(variants) => (None, variants.iter()),
            Body::Union => (None, [].iter()),
        };
        record.into_iter().chain(variants.map(|variant| &variant.record)).flat_map(|record| &record.fields)
    }

    pub(crate) fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field<'a>> {
        let (record, variants) = match &mut self.body {
            Body::Struct(record) => (Some(record), [].iter_mut()),
            Body::Enum(variants) => (None, variants.iter_mut()),
            Body::Union => (None, [].iter_mut()),
        };
        record
            .into_iter()
            .chain(variants.map(|variant| &mut variant.record))
            .flat_map(|record| &mut record.fields)
    }

    /// The fields that make the key, in order; empty for enums.
    pub(crate) fn key_fields(&self) -> Vec<&Field<'a>> {
        match &self.body {
            Body::Struct(record) => record.fields.iter().filter(|field| field.attrs.key.is_some()).collect(),
            Body::Enum(_) | Body::Union => Vec::new(),
        }
    }

    /// The parts of a field's type that have a bound: none that mention the item, or a type parameter.
    pub(crate) fn parts<'f>(&self, field: &'f Field<'_>) -> Vec<Part<'f>> {
        let by_hand = self.attrs.bounds_by_hand() || field.attrs.rkyv.has("omit_bounds");
        match field.form {
            Form::Parts => parts::parts(&field.ty),
            Form::Recursive if !by_hand => {
                let mut parts = parts::parts(&field.ty);
                parts.retain(|part| {
                    !mentions(part.ty, |ident| *ident == self.original.ident)
                        && self.params_in(part.ty).is_empty()
                });
                parts
            }
            _ => Vec::new(),
        }
    }

    /// The type parameters that `ty` mentions.
    pub(crate) fn params_in(&self, ty: &Type) -> Vec<&Ident> {
        self.original
            .generics
            .type_params()
            .map(|param| &param.ident)
            .filter(|param| mentions(ty, |ident| ident == *param))
            .collect()
    }
}

impl<'a> Record<'a> {
    fn new(item: &DeriveInput, style: &'a Fields, errors: &mut Errors) -> Self {
        let fields = style.iter().enumerate().map(|(at, original)| {
            let attrs = FieldAttrs::parse(original, errors);
            let mut ty = original.ty.clone();
            ReplaceSelf(item).visit_type_mut(&mut ty);
            let form = match &attrs.rkyv.with {
                Some(with) => Form::With(Box::new(with.clone())),
                None if attrs.rkyv.has("omit_bounds") || mentions(&ty, |ident| *ident == item.ident) => {
                    Form::Recursive
                }
                None if attrs.opaque.is_some() => Form::Opaque,
                None => Form::Plain,
            };
            let endless = matches!(form, Form::Recursive) && holds(&original.ty, item);
            let member = original.ident.as_ref().map(|ident| ours(item, ident)).map_or_else(
                || {
                    Member::Unnamed(Index {
                        index: u32::try_from(at).unwrap_or(u32::MAX),
                        span: Span::call_site(),
                    })
                },
                Member::Named,
            );
            Field { original, member, ty, attrs, form, endless, own_bounds: false, key_as: None }
        });
        Self { style, fields: fields.collect() }
    }
}

impl Field<'_> {
    /// What stands behind shared pointers in it, if its type has no bound as a whole.
    pub(crate) fn pointees(&self) -> impl Iterator<Item = &Type> {
        let in_parts = matches!(self.form, Form::Parts | Form::Recursive);
        in_parts.then(|| parts::pointees(&self.ty)).into_iter().flatten()
    }

    /// Whether rkyv leaves the bounds of this field to us.
    pub(crate) fn omits_bounds(&self) -> bool {
        self.own_bounds || matches!(self.form, Form::Recursive | Form::Parts)
    }

    /// The name in the schema.
    pub(crate) fn schema_name(&self) -> String {
        self.attrs.rename.as_ref().map_or_else(|| self.name(), LitStr::value)
    }

    /// The name in `Debug`.
    pub(crate) fn name(&self) -> String {
        match &self.member {
            Member::Named(ident) => plain_name(ident),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }
}

impl Variant<'_> {
    /// The name in the schema.
    pub(crate) fn schema_name(&self) -> String {
        self.attrs.rename.as_ref().map_or_else(|| plain_name(&self.original.ident), LitStr::value)
    }
}

/// An identifier without `r#`.
pub(crate) fn plain_name(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or_else(|| name.clone(), ToOwned::to_owned)
}

/// Whether a value of type `ty` has a value of the item within itself, as far as tokens tell.
fn holds(ty: &Type, item: &DeriveInput) -> bool {
    match ty {
        Type::Group(group) => holds(&group.elem, item),
        Type::Paren(paren) => holds(&paren.elem, item),
        Type::Array(array) => holds(&array.elem, item),
        Type::Tuple(tuple) => tuple.elems.iter().any(|elem| holds(elem, item)),
        Type::Path(TypePath { qself: None, path, .. }) => match path.segments.last() {
            Some(last) if path.segments.len() == 1 && (last.ident == "Self" || last.ident == item.ident) => {
                item.generics.type_params().all(|param| param.ident != last.ident)
            }
            Some(last) if last.ident == "Option" || last.ident == "Result" => match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments
                    .args
                    .iter()
                    .any(|argument| matches!(argument, GenericArgument::Type(ty) if holds(ty, item))),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Whether a path in `ty` contains an identifier that `wanted` accepts.
fn mentions(ty: &Type, wanted: impl Fn(&Ident) -> bool) -> bool {
    struct Search<F>(F, bool);

    impl<'ast, F: Fn(&Ident) -> bool> Visit<'ast> for Search<F> {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            self.1 |= (self.0)(ident);
        }
    }

    let mut search = Search(wanted, false);
    search.visit_type(ty);
    search.1
}

/// `Self` in a field, or in a variant's number, means the item; where that is used again it would mean something else. A
/// reference without a lifetime is refused, which should not be said of every use.
pub(crate) struct ReplaceSelf<'a>(pub(crate) &'a DeriveInput);

impl VisitMut for ReplaceSelf<'_> {
    /// `Self::LEN`, as in the length of an array.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        if let Expr::Path(ExprPath { qself: None, path, .. }) = expr
            && path.segments.len() > 1
            && path.segments.first().is_some_and(|first| first.ident == "Self")
        {
            let ident = &self.0.ident;
            let (_, generics, _) = self.0.generics.split_for_impl();
            let rest = path.segments.iter().skip(1);
            *expr = syn::parse_quote!(<#ident #generics>::#(#rest)::*);
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && path.path.is_ident("Self")
        {
            let ident = &self.0.ident;
            let (_, generics, _) = self.0.generics.split_for_impl();
            *ty = syn::parse_quote!(#ident #generics);
        } else {
            if let Type::Reference(reference) = ty {
                reference.lifetime.get_or_insert_with(|| syn::parse_quote!('static));
            }
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
}
