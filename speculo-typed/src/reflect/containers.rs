//! Archived types with parts.

use core::fmt;

use rkyv::boxed::ArchivedBox;
use rkyv::collections::btree_map::ArchivedBTreeMap;
use rkyv::collections::btree_set::ArchivedBTreeSet;
use rkyv::collections::swiss_table::{ArchivedHashMap, ArchivedHashSet};
#[cfg(feature = "indexmap")]
use rkyv::collections::swiss_table::{ArchivedIndexMap, ArchivedIndexSet};
use rkyv::collections::util::Entry;
use rkyv::ops::{
    ArchivedBound, ArchivedRange, ArchivedRangeFrom, ArchivedRangeInclusive, ArchivedRangeTo,
    ArchivedRangeToInclusive,
};
use rkyv::option::ArchivedOption;
use rkyv::rc::{ArchivedRc, Flavor};
use rkyv::result::ArchivedResult;
use rkyv::vec::ArchivedVec;

use super::{Reflect, Shape, Shown, Soundness, Style, TypeRef, lay_out};

fn container(name: &'static str, parts: Vec<TypeRef>) -> Shape {
    Shape::Container { name, len: 0, parts }
}

fn show_list<T: Reflect>(items: &[T], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_list().entries(items.iter().map(Shown)).finish()
}

fn same_list<T: Reflect>(left: &[T], right: &[T]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same(right))
}

#[inline]
fn is_list_sound<T: Reflect>(items: &[T], archive: &mut Soundness<'_>) -> bool {
    // What takes no room holds no table, and there may be any number of it.
    T::IS_LEAF || size_of::<T>() == 0 || items.iter().all(|item| item.is_sound(archive))
}

/// Equality of tables whose order may differ. Equal tables mostly share their order, so the entry at the
/// same place is tried before all others.
fn same_unordered<T>(left: &[T], right: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(item, hint)| same(item, hint) || right.iter().any(|other| same(item, other)))
}

impl<T: Reflect> Reflect for ArchivedVec<T> {
    fn shape() -> Shape {
        container("Vec", vec![TypeRef::of::<T>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_list(self, f)
    }

    fn same(&self, other: &Self) -> bool {
        same_list(self, other)
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        is_list_sound(self, archive)
    }
}

impl<T: Reflect, const N: usize> Reflect for [T; N] {
    fn shape() -> Shape {
        Shape::Container { name: "array", len: N as u64, parts: vec![TypeRef::of::<T>()] }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_list(self, f)
    }

    fn same(&self, other: &Self) -> bool {
        same_list(self, other)
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        is_list_sound(self, archive)
    }
}

/// Pointers, to one value, to text and to a slice.
macro_rules! pointers {
    ($({$($generics:tt)*} $pointer:ident<$target:ty $(, $flavor:ident)?>, $name:literal, $shared:literal;)*) => { $(
        impl<T: Reflect, $($generics)*> Reflect for $pointer<T $(, $flavor)?> {
            fn shape() -> Shape {
                container($name, vec![TypeRef::of::<T>()])
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().show(f)
            }

            fn same(&self, other: &Self) -> bool {
                self.get().same(other.get())
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                $shared && !archive.is_first(self.get()) || self.get().is_sound(archive)
            }
        }

        impl<$($generics)*> Reflect for $pointer<str $(, $flavor)?> {
            fn shape() -> Shape {
                Shape::Leaf { name: concat!($name, "<str>") }
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.get(), f)
            }

            fn same(&self, other: &Self) -> bool {
                self.get() == other.get()
            }

            #[inline]
            fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
                true
            }
        }

        impl<T: Reflect, $($generics)*> Reflect for $pointer<[T] $(, $flavor)?> {
            fn shape() -> Shape {
                container(concat!($name, "<[]>"), vec![TypeRef::of::<T>()])
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show_list(self.get(), f)
            }

            fn same(&self, other: &Self) -> bool {
                same_list(self.get(), other.get())
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                $shared && !archive.is_first(self.get()) || is_list_sound(self.get(), archive)
            }
        }
    )* };
}

pointers! {
    {} ArchivedBox<T>, "Box", false;
    {F: Flavor} ArchivedRc<T, F>, "Rc", true;
}

impl<T: Reflect> Reflect for ArchivedOption<T> {
    fn shape() -> Shape {
        container("Option", vec![TypeRef::of::<T>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Some(value) => f.debug_tuple("Some").field(&Shown(value)).finish(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Some(left), Self::Some(right)) => left.same(right),
            _ => false,
        }
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        self.as_ref().is_none_or(|value| value.is_sound(archive))
    }
}

impl<T: Reflect, E: Reflect> Reflect for ArchivedResult<T, E> {
    fn shape() -> Shape {
        container("Result", vec![TypeRef::of::<T>(), TypeRef::of::<E>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(value) => f.debug_tuple("Ok").field(&Shown(value)).finish(),
            Self::Err(error) => f.debug_tuple("Err").field(&Shown(error)).finish(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ok(left), Self::Ok(right)) => left.same(right),
            (Self::Err(left), Self::Err(right)) => left.same(right),
            _ => false,
        }
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        match self {
            Self::Ok(value) => value.is_sound(archive),
            Self::Err(error) => error.is_sound(archive),
        }
    }
}

/// A hash map and a hash set, each with what is checked of its table. They are compared in whatever order, as the originals are.
macro_rules! tables {
    ($map:ident as $map_name:literal: $map_sound:ident, $set:ident as $set_name:literal: $set_sound:ident) => {
        impl<K: Reflect, V: Reflect, H: 'static> Reflect for $map<K, V, H> {
            fn shape() -> Shape {
                container($map_name, vec![TypeRef::of::<K>(), TypeRef::of::<V>()])
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_map().entries(self.iter().map(|(key, value)| (Shown(key), Shown(value)))).finish()
            }

            fn same(&self, other: &Self) -> bool {
                let (left, right): (Vec<_>, Vec<_>) = (self.iter().collect(), other.iter().collect());
                same_unordered(&left, &right, |left, right| left.0.same(right.0) && left.1.same(right.1))
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                archive.$map_sound(self)
                    && self.iter().all(|(key, value)| key.is_sound(archive) && value.is_sound(archive))
            }
        }

        impl<K: Reflect, H: 'static> Reflect for $set<K, H> {
            fn shape() -> Shape {
                container($set_name, vec![TypeRef::of::<K>()])
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.iter().map(Shown)).finish()
            }

            fn same(&self, other: &Self) -> bool {
                let (left, right): (Vec<_>, Vec<_>) = (self.iter().collect(), other.iter().collect());
                same_unordered(&left, &right, |left, right| left.same(right))
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                archive.$set_sound(self) && self.iter().all(|key| key.is_sound(archive))
            }
        }
    };
}

tables! { ArchivedHashMap as "HashMap": repeats, ArchivedHashSet as "HashSet": repeats_set }
#[cfg(feature = "indexmap")]
tables! { ArchivedIndexMap as "IndexMap": indexes, ArchivedIndexSet as "IndexSet": indexes_set }

impl<K: Reflect, V: Reflect, const E: usize> Reflect for ArchivedBTreeMap<K, V, E> {
    fn shape() -> Shape {
        Shape::Container {
            name: "BTreeMap",
            len: E as u64,
            parts: vec![TypeRef::of::<K>(), TypeRef::of::<V>()],
        }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (Shown(key), Shown(value)))).finish()
    }

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().zip(other.iter()).all(|(left, right)| left.0.same(right.0) && left.1.same(right.1))
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        archive.leads(self)
            && self.iter().all(|(key, value)| key.is_sound(archive) && value.is_sound(archive))
    }
}

impl<K: Reflect, const E: usize> Reflect for ArchivedBTreeSet<K, E> {
    fn shape() -> Shape {
        Shape::Container { name: "BTreeSet", len: E as u64, parts: vec![TypeRef::of::<K>()] }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Shown)).finish()
    }

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(left, right)| left.same(right))
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        archive.leads_set(self) && self.iter().all(|key| key.is_sound(archive))
    }
}

/// rkyv's structs with public fields: ranges, and the entries of maps that are archived as lists. Texts are what stands
/// before, between and behind the fields.
macro_rules! structs {
    ($($ty:ident<$($param:ident),*> as $name:literal: $before:literal $($field:ident: $part:ident $behind:literal)*;)*)
        => { $(
        impl<$($param: Reflect),*> Reflect for $ty<$($param),*> {
            fn shape() -> Shape {
                let fields = lay_out(0, &[$((stringify!($field), TypeRef::of::<$part>())),*]);
                Shape::Struct { name: $name, style: Style::Named, fields }
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($before)?;
                $(
                    self.$field.show(f)?;
                    f.write_str($behind)?;
                )*
                Ok(())
            }

            fn same(&self, other: &Self) -> bool {
                $(self.$field.same(&other.$field))&&*
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                $(self.$field.is_sound(archive))&&*
            }
        }
    )* };
}

structs! {
    ArchivedRange<T> as "Range": "" start: T ".." end: T "";
    ArchivedRangeInclusive<T> as "RangeInclusive": "" start: T "..=" end: T "";
    ArchivedRangeFrom<T> as "RangeFrom": "" start: T "..";
    ArchivedRangeTo<T> as "RangeTo": ".." end: T "";
    ArchivedRangeToInclusive<T> as "RangeToInclusive": "..=" end: T "";
    Entry<K, V> as "Entry": "" key: K ": " value: V "";
}

impl<T: Reflect> Reflect for ArchivedBound<T> {
    fn shape() -> Shape {
        container("Bound", vec![TypeRef::of::<T>()])
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Included(value) => f.debug_tuple("Included").field(&Shown(value)).finish(),
            Self::Excluded(value) => f.debug_tuple("Excluded").field(&Shown(value)).finish(),
            Self::Unbounded => f.write_str("Unbounded"),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unbounded, Self::Unbounded) => true,
            (Self::Included(left), Self::Included(right)) | (Self::Excluded(left), Self::Excluded(right)) => {
                left.same(right)
            }
            _ => false,
        }
    }

    #[inline]
    fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
        match self {
            Self::Included(value) | Self::Excluded(value) => value.is_sound(archive),
            Self::Unbounded => true,
        }
    }
}

/// Tuples, laid out as structs.
macro_rules! tuples {
    ($($ty:ident: $($param:ident $at:tt)*;)*) => { $(
        impl<$($param: Reflect),*> Reflect for rkyv::tuple::$ty<$($param),*> {
            fn shape() -> Shape {
                container("tuple", vec![$(TypeRef::of::<$param>()),*])
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple("")$(.field(&Shown(&self.$at)))*.finish()
            }

            fn same(&self, other: &Self) -> bool {
                $(self.$at.same(&other.$at))&&*
            }

            #[inline]
            fn is_sound(&self, archive: &mut Soundness<'_>) -> bool {
                $(self.$at.is_sound(archive))&&*
            }
        }
    )* };
}

tuples! {
    ArchivedTuple1: A 0;
    ArchivedTuple2: A 0 B 1;
    ArchivedTuple3: A 0 B 1 C 2;
    ArchivedTuple4: A 0 B 1 C 2 D 3;
    ArchivedTuple5: A 0 B 1 C 2 D 3 E 4;
    ArchivedTuple6: A 0 B 1 C 2 D 3 E 4 F 5;
    ArchivedTuple7: A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    ArchivedTuple8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    ArchivedTuple9: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    ArchivedTuple10: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    ArchivedTuple11: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    ArchivedTuple12: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}
