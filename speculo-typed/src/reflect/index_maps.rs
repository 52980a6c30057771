//! `IndexMap` and `IndexSet`, with the feature `indexmap`. They are archived as lists of their entries, in their order,
//! with a hash table of the numbers of these.

use core::fmt;

use rkyv::collections::swiss_table::{ArchivedIndexMap, ArchivedIndexSet};

use super::containers::{container, same_unordered};
use super::{Reflect, Shape, Shown, Soundness, TypeRef};

impl<K: Reflect, V: Reflect, H: 'static> Reflect for ArchivedIndexMap<K, V, H> {
    fn shape() -> Shape {
        container("IndexMap", vec![TypeRef::of::<K>(), TypeRef::of::<V>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (Shown(key), Shown(value)))).finish()
    }

    /// In whatever order, as `IndexMap`s are compared.
    fn same(&self, other: &Self) -> bool {
        let (left, right): (Vec<_>, Vec<_>) = (self.iter().collect(), other.iter().collect());
        same_unordered(&left, &right, |left, right| left.0.same(right.0) && left.1.same(right.1))
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        archive.indexes(self)
            && self.iter().all(|(key, value)| key.is_sound(archive) && value.is_sound(archive))
    }
}

impl<K: Reflect, H: 'static> Reflect for ArchivedIndexSet<K, H> {
    fn shape() -> Shape {
        container("IndexSet", vec![TypeRef::of::<K>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Shown)).finish()
    }

    /// In whatever order, as `IndexSet`s are compared.
    fn same(&self, other: &Self) -> bool {
        let (left, right): (Vec<_>, Vec<_>) = (self.iter().collect(), other.iter().collect());
        same_unordered(&left, &right, |left, right| left.same(right))
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        archive.indexes_set(self) && self.iter().all(|key| key.is_sound(archive))
    }
}
