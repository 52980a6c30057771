//! The types that can be parts of shared values: the standard library's, and those of other crates, each with the feature
//! that has its crate's name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::CString;
use std::hash::{BuildHasher, Hash};
use std::marker::{PhantomData, PhantomPinned};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroU128,
};
use std::ops::{Bound, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use speculo_core::Kind;

use crate::parts::Original;
use crate::traits::{Field, Speculo, Stream};

/// Alone, too, these can be shared, as streams: generic types get along with `T: Speculo`.
///
/// None is recommended: who has forgotten a derive learns nothing from a list of other types.
macro_rules! plain {
    ($($ty:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Field for $ty {}

        #[diagnostic::do_not_recommend]
        impl Speculo for $ty {
            const KIND: Kind = Kind::Stream;
        }

        #[diagnostic::do_not_recommend]
        impl Stream for $ty {}
    )* };
}

plain! {
    () bool char u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64
    NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128
    NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128
    String Box<str> Rc<str> Arc<str> CString Duration RangeFull PhantomPinned
    Ipv4Addr Ipv6Addr IpAddr SocketAddrV4 SocketAddrV6 SocketAddr
}

#[cfg(feature = "bytes")]
plain! { bytes::Bytes }
#[cfg(feature = "smol_str")]
plain! { smol_str::SmolStr }
#[cfg(feature = "uuid")]
plain! { uuid::Uuid }

macro_rules! around {
    ($($ty:ident)*) => { $(impl<T: Field> Field for $ty<T> {})* };
}

around! { Vec VecDeque Box Option Range RangeInclusive RangeFrom RangeTo RangeToInclusive Bound }

macro_rules! streams_of {
    ($($ty:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T: Speculo> Speculo for $ty<T> {
            const KIND: Kind = Kind::Stream;
        }

        #[diagnostic::do_not_recommend]
        impl<T: Speculo> Stream for $ty<T> {}
    )* };
}

streams_of! { Vec VecDeque Box Option }

/// Archived as a `Vec`, and one in the schema: where the elements find room in it is no matter of other processes.
///
/// An `ArrayVec` is not among them. It has no room for more than it says, others may publish more, and rkyv would panic.
macro_rules! lists {
    ($($feature:literal {$($generics:tt)*} $list:ty, $item:ty;)*) => { $(
        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Field for $list where $item: Field {}

        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Speculo for $list where $item: Speculo {
            const KIND: Kind = Kind::Stream;
        }

        #[cfg(feature = $feature)]
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Stream for $list where $item: Speculo {}
    )* };
}

lists! {
    "smallvec" {A: smallvec::Array + 'static} smallvec::SmallVec<A>, A::Item;
    "thin-vec" {T} thin_vec::ThinVec<T>, T;
    "tinyvec" {A: tinyvec::Array + 'static} tinyvec::TinyVec<A>, A::Item;
}

impl<T: Field> Field for Box<[T]> {}
impl<T: Field + Original> Field for Rc<T> {}
impl<T: Field + Original> Field for Arc<T> {}
impl<T: Field + Original> Field for Rc<[T]> {}
impl<T: Field + Original> Field for Arc<[T]> {}
impl<T: Field, const N: usize> Field for [T; N] {}
impl<T: Field, E: Field> Field for Result<T, E> {}
impl<T: Send + Sync + ?Sized + 'static> Field for PhantomData<T> {}

#[cfg(feature = "triomphe")]
impl<T: Field + Original> Field for triomphe::Arc<T> {}

macro_rules! hashed {
    ($($map:ident)::+, $($set:ident)::+) => {
        impl<K, V, S> Field for $($map)::+<K, V, S>
        where
            K: Field<Archived: Eq + Hash> + Eq + Hash,
            V: Field,
            S: BuildHasher + Default + 'static,
        {
        }

        impl<K, S> Field for $($set)::+<K, S>
        where
            K: Field<Archived: Eq + Hash> + Eq + Hash,
            S: BuildHasher + Default + 'static,
        {
        }
    };
}

hashed! { HashMap, HashSet }
#[cfg(feature = "hashbrown")]
hashed! { hashbrown::HashMap, hashbrown::HashSet }
#[cfg(feature = "indexmap")]
hashed! { indexmap::IndexMap, indexmap::IndexSet }

impl<K: Field<Archived: Ord> + Ord, V: Field> Field for BTreeMap<K, V> {}
impl<K: Field<Archived: Ord> + Ord> Field for BTreeSet<K> {}

macro_rules! tuples {
    ($($($param:ident)*;)*) => { $(
        impl<$($param: Field),*> Field for ($($param,)*) {}

        #[diagnostic::do_not_recommend]
        impl<$($param: Original),*> Original for ($($param,)*) {}
    )* };
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

/// What [`Original`] says of: all of the above whose archived forms nothing else has. Not `VecDeque`, for one, which is archived
/// as a `Vec` is.
macro_rules! originals {
    (@ {$($generics:tt)*} $ty:ty) => { impl<$($generics)*> Original for $ty {} };
    ($($generics:tt $($ty:ty)*;)*) => { $($(originals! { @ $generics $ty })*)* };
}

originals! {
    {} () bool char u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64;
    {} NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128;
    {} NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128;
    {} String Box<str> Rc<str> Arc<str> CString Duration RangeFull PhantomPinned;
    {} Ipv4Addr Ipv6Addr IpAddr SocketAddrV4 SocketAddrV6 SocketAddr;
    {T: Original} Vec<T> Box<T> Box<[T]> Rc<T> Rc<[T]> Arc<T> Arc<[T]> Option<T>;
    {T: Original} Range<T> RangeInclusive<T> RangeFrom<T> RangeTo<T> RangeToInclusive<T> Bound<T>;
    {T: Original, const N: usize} [T; N];
    {T: Original, E: Original} Result<T, E>;
    {T: ?Sized} PhantomData<T>;
    {K: Original, V: Original} HashMap<K, V> BTreeMap<K, V>;
    {K: Original} HashSet<K> BTreeSet<K>;
}

#[cfg(feature = "uuid")]
originals! { {} uuid::Uuid; }
