//! What a field's type is made of, as far as its tokens tell.
//!
//! Where `Vec<Option<Lock>>: Archive` does not hold, the compiler says so once for each impl that asks, and again of
//! `Option<Lock>` and `Lock`. So bounds are put on `Lock` alone, in our words and where the user wrote it.

use quote::quote;
use syn::{GenericArgument, Ident, Path, PathArguments, Type, TypePath, WherePredicate, parse_quote};

use crate::diagnostics::over;
use crate::types::{is_one_of, last_name};

/// A type that somebody else has to have made shareable.
pub(crate) struct Part<'a> {
    pub ty: &'a Type,
    pub role: Role,
}

/// What a type is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Value,
    /// The key of a `HashMap`, or the element of a `HashSet`.
    Hashed,
    /// The key of a `BTreeMap`, or the element of a `BTreeSet`.
    Ordered,
}

/// The types of the standard library that can be shared and have no parameters. Whoever gives another type one of
/// these names gets longer errors, and nothing worse; who does so with one of `CONTAINERS`, and has parameters that are
/// no parts, needs `with::Identity` or an alias.
const LEAVES: &[&str] = &[
    "bool",
    "char",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "f32",
    "f64",
    "str",
    "String",
    "CString",
    "Duration",
    "RangeFull",
    "PhantomPinned",
    "NonZeroU8",
    "NonZeroU16",
    "NonZeroU32",
    "NonZeroU64",
    "NonZeroU128",
    "NonZeroI8",
    "NonZeroI16",
    "NonZeroI32",
    "NonZeroI64",
    "NonZeroI128",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
];

/// Those with parameters, each with what the parameters are used for.
const CONTAINERS: &[(&str, &[Role])] = &[
    ("Vec", &[Role::Value]),
    ("VecDeque", &[Role::Value]),
    ("Box", &[Role::Value]),
    ("Rc", &[Role::Value]),
    ("Arc", &[Role::Value]),
    ("Option", &[Role::Value]),
    ("Result", &[Role::Value, Role::Value]),
    ("Range", &[Role::Value]),
    ("RangeInclusive", &[Role::Value]),
    ("RangeFrom", &[Role::Value]),
    ("RangeTo", &[Role::Value]),
    ("RangeToInclusive", &[Role::Value]),
    ("Bound", &[Role::Value]),
    ("PhantomData", &[]),
    ("HashMap", &[Role::Hashed, Role::Value]),
    ("HashSet", &[Role::Hashed]),
    ("BTreeMap", &[Role::Ordered, Role::Value]),
    ("BTreeSet", &[Role::Ordered]),
    // Where these cannot be shared, the compiler is to say so of all of the type, once.
    #[cfg(feature = "indexmap")]
    ("IndexMap", &[Role::Hashed, Role::Value]),
    #[cfg(feature = "indexmap")]
    ("IndexSet", &[Role::Hashed]),
];

/// Those whose archived forms refer to other bytes, by their distance.
const REFERRING: &[&str] = &[
    "String", "CString", "Vec", "VecDeque", "Box", "Rc", "Arc", "HashMap", "HashSet", "BTreeMap", "BTreeSet",
];

/// The parts of `ty` that are not the standard library's own; `ty` itself if nothing is known of it.
pub(crate) fn parts(ty: &Type) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    collect(ty, Role::Value, &mut |part, known| {
        if !known {
            found.push(part);
        }
    });
    found
}

/// The floats that a map in `ty` has in its keys.
pub(crate) fn float_keys(ty: &Type) -> Vec<&Type> {
    let mut found = Vec::new();
    collect(ty, Role::Value, &mut |Part { ty, role }, _| {
        if role != Role::Value && is_one_of(ty, &["f32", "f64"]) {
            found.push(ty);
        }
    });
    found
}

/// Whether there is a map or a set in `ty`, of `indexmap` as well, whatever the features.
pub(crate) fn has_map(ty: &Type) -> bool {
    let mut found = false;
    collect(ty, Role::Value, &mut |Part { ty, role }, _| {
        found |=
            role != Role::Value || last_name(ty).is_some_and(|last| last == "IndexMap" || last == "IndexSet");
    });
    found
}

/// The name of what refers to other bytes of the archive: in `Option<String>`, it is `String`.
pub(crate) fn referring(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Group(group) => referring(&group.elem),
        Type::Paren(paren) => referring(&paren.elem),
        Type::Array(array) => referring(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(referring),
        Type::Path(path) => {
            let last = path.path.segments.last().map(|last| &last.ident);
            last.filter(|last| REFERRING.iter().any(|name| *last == name))
                .or_else(|| known(path)?.into_iter().find_map(|(inner, _)| referring(inner)))
        }
        _ => None,
    }
}

/// What stands behind the shared pointers in `ty`: what they lead to themselves is in it.
pub(crate) fn pointees(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Group(group) => pointees(&group.elem),
        Type::Paren(paren) => pointees(&paren.elem),
        Type::Array(array) => pointees(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(pointees).collect(),
        Type::Path(path) => {
            let inner = known(path).into_iter().flatten().map(|(inner, _)| inner);
            if last_name(ty).is_some_and(|last| last == "Rc" || last == "Arc") {
                inner.map(sized).collect()
            } else {
                inner.flat_map(pointees).collect()
            }
        }
        _ => Vec::new(),
    }
}

/// The elements, of a slice.
fn sized(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => sized(&group.elem),
        Type::Paren(paren) => sized(&paren.elem),
        Type::Slice(slice) => &slice.elem,
        _ => ty,
    }
}

/// What every impl needs of the parts of a type. Errors that are equal in text and place are reported once, whichever
/// impl they are of.
pub(crate) fn bounds(parts: &[Part<'_>], krate: &Path) -> Vec<WherePredicate> {
    let bounds = parts.iter().map(|Part { ty, role }| {
        let bound = match role {
            Role::Value => quote!(#krate::__private::Field),
            Role::Hashed => quote!(#krate::parts::HashedField),
            Role::Ordered => quote!(#krate::parts::OrderedField),
        };
        let bound = over(ty, bound);
        parse_quote!(#ty: #bound)
    });
    bounds.collect()
}

/// What one impl asks first of those parts that are hashed or ordered: an error in our words, before the compiler's
/// on every trait that is missing.
pub(crate) fn asked(parts: &[Part<'_>], krate: &Path) -> Vec<WherePredicate> {
    let bounds = parts.iter().filter_map(|Part { ty, role }| {
        let bound = match role {
            Role::Value => return None,
            Role::Hashed => quote!(#krate::parts::HashedPart),
            Role::Ordered => quote!(#krate::parts::OrderedPart),
        };
        let bound = over(ty, bound);
        Some(parse_quote!(#ty: #bound))
    });
    bounds.collect()
}

/// What is asked of what stands behind a shared pointer.
pub(crate) fn original(ty: &Type, krate: &Path) -> WherePredicate {
    let bound = over(ty, quote!(#krate::parts::Original));
    parse_quote!(#ty: #bound)
}

/// Hands over every part that has no known parts itself, and whether it is of the standard library.
fn collect<'a>(ty: &'a Type, role: Role, found: &mut impl FnMut(Part<'a>, bool)) {
    match ty {
        Type::Group(group) => collect(&group.elem, role, found),
        Type::Paren(paren) => collect(&paren.elem, role, found),
        Type::Array(array) => collect(&array.elem, role, found),
        Type::Slice(slice) => collect(&slice.elem, role, found),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| collect(elem, role, found)),
        Type::Path(path) => match known(path) {
            Some(inner) if inner.is_empty() => found(Part { ty, role }, true),
            Some(inner) => inner.into_iter().for_each(|(ty, inner)| {
                // What is hashed is hashed with all its parts.
                let role = if role == Role::Value { inner } else { role };
                collect(ty, role, found);
            }),
            None => found(Part { ty, role }, false),
        },
        _ => found(Part { ty, role }, false),
    }
}

/// The parameters of a type that is known by its name, each with what it is used for.
fn known(ty: &TypePath) -> Option<Vec<(&Type, Role)>> {
    let last = ty.path.segments.last().filter(|_| ty.qself.is_none())?;
    match &last.arguments {
        PathArguments::None => LEAVES.iter().any(|leaf| last.ident == leaf).then(Vec::new),
        PathArguments::AngleBracketed(arguments) => {
            let (_, roles) = CONTAINERS.iter().find(|(name, _)| last.ident == name)?;
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            Some(types.zip(roles.iter().copied()).collect())
        }
        PathArguments::Parenthesized(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_found_with_and_without_the_feature() {
        assert!(has_map(&parse_quote!(Option<indexmap::IndexSet<u8>>)));
        assert!(has_map(&parse_quote!((u8, Vec<IndexMap<String, u8>>))));
        assert!(!has_map(&parse_quote!(Vec<Index>)));
    }
}
