//! Archived types without parts.

use core::fmt;
use core::marker::{PhantomData, PhantomPinned};
use core::num::{NonZeroI8, NonZeroU8};
use core::time::Duration;

use rkyv::primitive as archived;

use super::{Reflect, Shape, Soundness};

/// Leaves show and compare as rkyv's own types do.
macro_rules! leaves {
    ($($name:literal = $ty:ty,)*) => { $(
        impl Reflect for $ty {
            const IS_LEAF: bool = true;

            fn shape() -> Shape {
                Shape::Leaf { name: $name }
            }

            #[inline]
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }

            #[inline]
            fn same(&self, other: &Self) -> bool {
                self == other
            }

            #[inline]
            fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
                true
            }
        }
    )* };
}

leaves! {
    "()" = (),
    "bool" = bool,
    "char" = archived::ArchivedChar,
    "u8" = u8,
    "u16" = archived::ArchivedU16,
    "u32" = archived::ArchivedU32,
    "u64" = archived::ArchivedU64,
    "u128" = archived::ArchivedU128,
    "i8" = i8,
    "i16" = archived::ArchivedI16,
    "i32" = archived::ArchivedI32,
    "i64" = archived::ArchivedI64,
    "i128" = archived::ArchivedI128,
    "f32" = archived::ArchivedF32,
    "f64" = archived::ArchivedF64,
    "NonZeroU8" = NonZeroU8,
    "NonZeroU16" = archived::ArchivedNonZeroU16,
    "NonZeroU32" = archived::ArchivedNonZeroU32,
    "NonZeroU64" = archived::ArchivedNonZeroU64,
    "NonZeroU128" = archived::ArchivedNonZeroU128,
    "NonZeroI8" = NonZeroI8,
    "NonZeroI16" = archived::ArchivedNonZeroI16,
    "NonZeroI32" = archived::ArchivedNonZeroI32,
    "NonZeroI64" = archived::ArchivedNonZeroI64,
    "NonZeroI128" = archived::ArchivedNonZeroI128,
    "String" = rkyv::string::ArchivedString,
    "CString" = rkyv::ffi::ArchivedCString,
    "RangeFull" = rkyv::ops::ArchivedRangeFull,
    "PhantomPinned" = PhantomPinned,
}

#[cfg(feature = "uuid")]
leaves! { "Uuid" = uuid::Uuid, }

/// Leaves that are shown as the original.
macro_rules! restored {
    ($($name:literal = $ty:ty, $this:ident => $original:expr;)*) => { $(
        impl Reflect for $ty {
            const IS_LEAF: bool = true;

            fn shape() -> Shape {
                Shape::Leaf { name: $name }
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $this = self;
                fmt::Debug::fmt(&$original, f)
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }

            #[inline]
            fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
                true
            }
        }
    )* };
}

restored! {
    "Duration" = rkyv::time::ArchivedDuration, it => Duration::new(it.as_secs(), it.subsec_nanos());
    "Ipv4Addr" = rkyv::net::ArchivedIpv4Addr, it => it.as_ipv4();
    "Ipv6Addr" = rkyv::net::ArchivedIpv6Addr, it => it.as_ipv6();
    "IpAddr" = rkyv::net::ArchivedIpAddr, it => it.as_ipaddr();
    "SocketAddrV4" = rkyv::net::ArchivedSocketAddrV4, it => it.as_socket_addr_v4();
    "SocketAddrV6" = rkyv::net::ArchivedSocketAddrV6, it => it.as_socket_addr_v6();
    "SocketAddr" = rkyv::net::ArchivedSocketAddr, it => it.as_socket_addr();
}

impl<T: ?Sized + 'static> Reflect for PhantomData<T> {
    const IS_LEAF: bool = true;

    fn shape() -> Shape {
        Shape::Leaf { name: "PhantomData" }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhantomData")
    }

    fn same(&self, _: &Self) -> bool {
        true
    }

    #[inline]
    fn is_sound(&self, _: &mut Soundness<'_>) -> bool {
        true
    }
}
