//! Whether values of a type can contain values of the same type, and so be nested without a limit.

use super::parse::{Field, Parsed, Shape, parse};

/// Whether some type of a descriptor contains itself.
pub(super) fn is_recursive(descriptor: &[u8]) -> bool {
    let Some(Parsed { types, .. }) = parse(descriptor) else { return false };
    let mut parts: Vec<Vec<u32>> = types.iter().map(|ty| parts(&ty.shape)).collect();
    // Types whose parts are all settled are settled, until none is left, or only those of a circle are.
    loop {
        let settled: Vec<bool> = parts.iter().map(Vec::is_empty).collect();
        let is_settled = |part: u32| {
            usize::try_from(part).ok().and_then(|part| settled.get(part)).copied().unwrap_or(true)
        };
        let mut moved = false;
        for list in &mut parts {
            let before = list.len();
            list.retain(|part| !is_settled(*part));
            moved |= list.len() < before;
        }
        if !moved {
            return parts.iter().any(|list| !list.is_empty());
        }
    }
}

fn parts(shape: &Shape<'_>) -> Vec<u32> {
    let of = |fields: &[Field<'_>]| fields.iter().map(|field| field.ty).collect::<Vec<_>>();
    match shape {
        Shape::Leaf => Vec::new(),
        Shape::Container { parts, .. } => parts.clone(),
        Shape::Struct(record) => of(&record.fields),
        Shape::Enum(variants) => variants.iter().flat_map(|variant| of(&variant.record.fields)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{Speculo, schema};

    #[derive(Speculo)]
    struct Plain {
        names: Vec<String>,
        twice: (Option<u32>, Option<u32>),
    }

    #[derive(Speculo)]
    struct Chain {
        next: Option<Box<Chain>>,
    }

    #[derive(Speculo)]
    enum Tree {
        Leaf(u32),
        Node(BTreeMap<String, Tree>),
    }

    #[derive(Speculo)]
    struct Holder {
        plain: Plain,
        tree: Tree,
    }

    #[test]
    fn circles_are_found_and_shared_parts_are_none() {
        assert!(!schema::of::<Plain>().is_recursive());
        assert!(schema::of::<Chain>().is_recursive());
        assert!(schema::of::<Tree>().is_recursive());
        assert!(schema::of::<Holder>().is_recursive());
        let _ = (Plain { names: vec![], twice: (None, None) }, Chain { next: None }, Tree::Leaf(1));
    }
}
