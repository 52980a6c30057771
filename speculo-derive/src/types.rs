//! What a field's type must not be, as far as its tokens tell; the rest is for the type checker to say.

use std::fmt::Display;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{
    Expr, GenericArgument, Ident, Lifetime, LifetimeParam, PathArguments, Type, TypePath, TypePtr,
    TypeReference,
};

use crate::ast::{Field, Form};
use crate::diagnostics::{Errors, spell};
use crate::parts;

/// What is to become of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Fine,
    /// An error was reported.
    Refused,
    /// As before, and the item has no size.
    Unsized,
}

/// Whether the type can be archived. Also finds the form for `usize`.
///
/// References with one of these `lifetimes` of the item are passed over: the lifetime has been refused.
pub(crate) fn check(
    field: &mut Field<'_>,
    external: bool,
    lifetimes: &[Lifetime],
    errors: &mut Errors,
) -> Fate {
    if matches!(field.form, Form::With(_) | Form::Refused) {
        return Fate::Fine;
    }
    if is_one_of(&field.ty, &["usize", "isize"]) && !external {
        field.form = Form::Wide;
        return Fate::Fine;
    }
    if field.endless {
        // The compiler says so as well, if this is the `Option` that it knows.
        errors.on(
            &field.original.ty,
            "a value that holds another of its own type has no end",
            "put a `Box` around the inner one, as in `Option<Box<Self>>`",
        );
        return Fate::Refused;
    }
    let mut types = Types { whole: &field.original.ty, lifetimes, errors, fate: Fate::Fine };
    types.whole();
    let fate = types.fate;
    if field.attrs.key.is_some() {
        field.key_as = match bare(&field.original.ty) {
            Type::Reference(reference) => syn::parse_str(&owned(&reference.elem)).ok(),
            _ if fate == Fate::Fine => field.key_as.take(),
            _ => Some(syn::parse_quote!(u64)),
        };
    }
    fate
}

/// Reports every float in the type of a key; returns whether there is one.
pub(crate) fn refuse_float_keys(ty: &Type, errors: &mut Errors) -> bool {
    struct Floats<'a>(&'a mut Errors, bool);

    impl<'ast> Visit<'ast> for Floats<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if is_one_of(ty, &["f32", "f64"]) {
                self.0.on(
                    ty,
                    "a float cannot be a key: `NaN` differs from itself, and `0.0` equals `-0.0`",
                    "use an integer, for instance a count of thousandths",
                );
                self.1 = true;
            } else {
                syn::visit::visit_type(self, ty);
            }
        }
    }

    let mut floats = Floats(errors, false);
    floats.visit_type(ty);
    floats.1
}

/// Reports every reference in the type of a key; returns whether there is one. `#[derive(Speculo)]` does so in the same
/// words, and the compiler repeats nothing.
pub(crate) fn refuse_references(ty: &Type, errors: &mut Errors) -> bool {
    struct References<'a>(&'a mut Errors, bool);

    impl<'ast> Visit<'ast> for References<'_> {
        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            refuse_reference(reference, self.0);
            self.1 = true;
        }
    }

    let mut references = References(errors, false);
    references.visit_type(ty);
    references.1
}

/// The same of a parameter of the item.
pub(crate) fn refuse_lifetime(item: &Ident, param: &LifetimeParam, errors: &mut Errors) {
    errors.on(
        param,
        format!("`{item}` borrows, and a shared value must own what it holds"),
        "remove the lifetime, and use owned types: `String` for `&str`, `Vec<T>` for `&[T]`",
    );
}

fn refuse_reference(reference: &TypeReference, errors: &mut Errors) {
    let owned = owned(&reference.elem);
    errors.on(reference, "a reference means nothing to another process", format!("use `{owned}`"));
}

/// `usize`, `core::primitive::usize`, `std::primitive::usize`.
pub(crate) fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    match bare(ty) {
        Type::Path(TypePath { qself: None, path, .. }) => {
            path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == *name))
                && (path.segments.len() == 1 || path.segments.iter().any(|part| part.ident == "primitive"))
        }
        _ => false,
    }
}

/// No other type is called so.
fn is_nonzero_size(ty: &Type) -> bool {
    last_name(ty).is_some_and(|last| last == "NonZeroUsize" || last == "NonZeroIsize")
}

/// The type without parentheses.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The last name of a path.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match bare(ty) {
        Type::Path(TypePath { qself: None, path, .. }) => path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// Types of the standard library that change in place; all but the first have no other meaning anywhere.
const CELLS: &[&str] =
    &["Cell", "RefCell", "UnsafeCell", "OnceCell", "LazyCell", "Mutex", "RwLock", "OnceLock", "LazyLock"];

/// What to write instead of a type whose values change in place: what it holds.
fn without_cell(ty: &Type) -> Option<String> {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return None };
    let last = path.segments.last()?;
    let name = last.ident.to_string();
    if let Some(number) = name.strip_prefix("Atomic") {
        let number = number.to_lowercase();
        let plain = ["bool", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
        return match number.as_str() {
            "usize" => Some("u64".to_owned()),
            "isize" => Some("i64".to_owned()),
            number => plain.contains(&number).then(|| number.to_owned()),
        };
    }
    // Others may call their types so: in a grid, for instance.
    let ambiguous = name == "Cell" && !path.segments.iter().any(|part| part.ident == "cell");
    if ambiguous || !CELLS.contains(&name.as_str()) {
        return None;
    }
    argument(&last.arguments).map(spell)
}

/// The first type in `<…>`.
fn argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}

/// A type of the standard library that has no form of its own, by itself or within `Option` and `Vec`, and the wrapper
/// for all of `ty`.
fn wrapper(ty: &Type) -> Option<(&Type, String)> {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return None };
    let last = path.segments.last()?;
    if last.ident == "Option" || last.ident == "Vec" {
        let (inner, wrapper) = wrapper(argument(&last.arguments)?)?;
        return Some((inner, format!("speculo_typed::with::Map<{wrapper}>")));
    }
    if last.ident == "PathBuf" || last.ident == "OsString" {
        return Some((ty, "speculo_typed::with::AsString".to_owned()));
    }
    // Other types may be called so, in a simulation for instance, and be shareable.
    let is_of_std = path.segments.iter().any(|part| part.ident == "time");
    (last.ident == "SystemTime" && is_of_std).then(|| (ty, "speculo_typed::with::AsUnixTime".to_owned()))
}

/// What to write instead of a `Cow`. Only that of the standard library has a lifetime here.
fn without_cow(ty: &Type) -> Option<String> {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return None };
    let last = path.segments.last().filter(|last| last.ident == "Cow")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let borrows = arguments.args.iter().any(|argument| matches!(argument, GenericArgument::Lifetime(_)));
    argument(&last.arguments).filter(|_| borrows).map(owned)
}

/// What is wrong with some other types of the standard library, and what to write instead.
fn without_form(ty: &Type) -> Option<(&'static str, &'static str)> {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return None };
    let last = path.segments.last()?;
    match last.ident.to_string().as_str() {
        // As `SystemTime`, it may be another one's.
        "Instant" if path.segments.iter().any(|part| part.ident == "time") => Some((
            "an `Instant` can only be compared with others of its own process",
            "use `SystemTime` with `#[rkyv(with = speculo_typed::with::AsUnixTime)]`, or the `Duration` since something that \
             readers know",
        )),
        "Weak" if argument(&last.arguments).is_some() => {
            Some(("a `Weak` may lead to what is not published with it", "use the key of what it leads to"))
        }
        _ => None,
    }
}

struct Types<'a> {
    whole: &'a Type,
    lifetimes: &'a [Lifetime],
    errors: &'a mut Errors,
    fate: Fate,
}

impl Types<'_> {
    fn whole(&mut self) {
        let ty = self.whole;
        for key in parts::float_keys(ty) {
            self.refuse(
                key,
                "a float cannot be the key of a map: `NaN` differs from itself, and has no place in an order",
                "use an integer, for instance a count of thousandths",
            );
        }
        match bare(ty) {
            Type::Slice(slice) => {
                let owned = format!("use `Vec<{}>`", spell(&slice.elem));
                self.refuse(ty, "a slice has no size of its own", owned);
                self.fate = Fate::Unsized;
            }
            Type::Path(path) if path.path.is_ident("str") => {
                self.refuse(ty, "`str` has no size of its own", "use `String`");
                self.fate = Fate::Unsized;
            }
            _ => match wrapper(ty) {
                Some((ty, wrapper)) => self.refuse(
                    ty,
                    format!("`{}` has more than one form that other processes can read", spell(ty)),
                    format!("choose one: write for instance `#[rkyv(with = {wrapper})]` on the field"),
                ),
                None => self.visit_type(ty),
            },
        }
    }

    fn refuse_dyn(&mut self, ty: &Type) {
        self.refuse(
            ty,
            "a `dyn` value has no form that other processes know",
            "use an enum of the types that it can be",
        );
    }

    fn refuse_pointer(&mut self, ty: &Type, target: &Type) {
        self.refuse(
            ty,
            "a pointer means nothing to another process",
            format!("share what it points to: use `{}`", pointed(target)),
        );
    }

    fn refuse(&mut self, tokens: impl ToTokens, message: impl Display, help: impl Display) {
        self.errors.on(tokens, message, help);
        self.fate = Fate::Refused;
    }
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        match ty {
            Type::Reference(reference)
                if reference.lifetime.as_ref().is_some_and(|named| self.lifetimes.contains(named)) => {}
            Type::Reference(TypeReference { elem, .. }) | Type::Ptr(TypePtr { elem, .. }) if is_dyn(elem) => {
                self.refuse_dyn(ty);
            }
            Type::Reference(reference) => {
                refuse_reference(reference, self.errors);
                self.fate = Fate::Refused;
            }
            Type::Ptr(pointer) => self.refuse_pointer(ty, &pointer.elem),
            Type::FnPtr(_) => self.refuse(
                ty,
                "a function has another address in every process",
                "use an enum that says which one to call",
            ),
            Type::TraitObject(_) => self.refuse_dyn(ty),
            Type::Path(path) if is_one_of(ty, &["usize", "isize"]) || is_nonzero_size(ty) => {
                let written = spell(path);
                // At its end, as everything before is a path.
                let fixed = written.strip_suffix("size").unwrap_or(&written);
                self.refuse(
                    ty,
                    format!("`{written}` differs in size between machines, and would be cut to 32 bits"),
                    format!("use `{fixed}64`"),
                );
            }
            Type::Path(_) if last_name(ty).is_some_and(|last| last == "PhantomData") => {}
            Type::Path(TypePath { path, .. }) if last_name(ty).is_some_and(|last| last == "NonNull") => {
                if let Some(target) = path.segments.last().and_then(|last| argument(&last.arguments)) {
                    self.refuse_pointer(ty, target);
                }
            }
            ty => {
                if let Some(owned) = without_cow(ty) {
                    self.refuse(
                        ty,
                        "a `Cow` may borrow, and a shared value must own what it holds",
                        format!("use `{owned}`"),
                    );
                } else if let Some(inner) = without_cell(ty) {
                    self.refuse(
                        ty,
                        "what is published never changes, so nothing in it can be changed in place",
                        format!("use `{inner}`, and publish the value again when it changes"),
                    );
                } else if let Some((message, help)) = without_form(ty) {
                    self.refuse(ty, message, help);
                } else {
                    syn::visit::visit_type(self, ty);
                }
            }
        }
    }

    /// The length of an array is an expression: its types are not archived.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// What to write instead of a pointer to `target`.
fn pointed(target: &Type) -> String {
    match last_name(target).map(ToString::to_string).as_deref() {
        Some("c_void") => "Vec<u8>".to_owned(),
        Some("c_char") => "std::ffi::CString".to_owned(),
        _ => owned(target),
    }
}

fn is_dyn(ty: &Type) -> bool {
    matches!(bare(ty), Type::TraitObject(_))
}

/// What to write instead of a reference to `target`.
fn owned(target: &Type) -> String {
    match target {
        Type::Slice(slice) => format!("Vec<{}>", owned(&slice.elem)),
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        ty if last_name(ty).is_some_and(|last| last == "CStr") => "std::ffi::CString".to_owned(),
        ty if last_name(ty).is_some_and(|last| last == "Path" || last == "OsStr") => "String".to_owned(),
        Type::Reference(inner) => owned(&inner.elem),
        other => spell(other),
    }
}
