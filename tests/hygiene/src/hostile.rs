//! Types in a place where no name means what it usually does.

/// What careless output would name, as something else.
#[expect(dead_code, non_camel_case_types, reason = "only the names matter")]
mod shadows {
    macro_rules! shadow {
        ($($name:ident)*) => { $(pub(super) struct $name;)* };
    }

    // Not `u8`, nor `Sized` below: what rkyv and bytecheck derive names them so.
    shadow! {
        Option Some None Result Ok Err Vec String Box
        bool char str u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64
    }

    macro_rules! shadow_traits {
        ($($name:ident)*) => { $(pub(super) trait $name {})* };
    }

    shadow_traits! {
        Clone Copy Debug Default Drop Eq Fn From Hash Into Iterator Ord PartialEq PartialOrd Send Sync ToString
        Archive Archived Deserialize Fallible Field Key Keyed Portable Reflect Serialize Stream
    }

    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) mod rkyv {}
    pub(super) mod speculo_typed {}
    pub(super) mod shared {}
    pub(super) mod __private {}

    macro_rules! no_macros {
        ($($name:ident)*) => { $(
            #[allow(clippy::allow_attributes, unused_macros, reason = "only the names matter")]
            macro_rules! $name {
                () => {};
            }
            #[allow(clippy::allow_attributes, unused_imports, reason = "only the names matter")]
            pub(super) use $name;
        )* };
    }

    no_macros! { vec format format_args stringify concat panic assert matches write debug_assert unreachable }

    /// Methods that everything has.
    pub(super) trait Everything {
        fn archive(&self) {}
        fn deserialize(&self) {}
        fn encode(&self) {}
        fn eq(&self) {}
        fn field(&self) {}
        fn finish(&self) {}
        fn fmt(&self) {}
        fn from(&self) {}
        fn into(&self) {}
        fn is_sound(&self) {}
        fn native(&self) {}
        fn of(&self) {}
        fn resolve(&self) {}
        fn same(&self) {}
        fn serialize(&self) {}
        fn shape(&self) {}
        fn show(&self) {}
    }

    impl<T: ?::core::marker::Sized> Everything for T {}
}

macro_rules! types {
    () => {
        use crate::dependency::{Speculo as Shared, SpeculoKey as SharedKey};

        #[expect(unused_imports, reason = "so that careless output would find these")]
        use super::shadows::*;

        /// Every form of field.
        #[derive(Shared)]
        #[speculo(crate = crate::dependency)]
        pub struct Door {
            /// With a key.
            #[speculo(key)]
            pub id: ::core::primitive::u32,
            /// And another one.
            #[speculo(key)]
            pub side: Side,
            /// Text.
            pub label: ::std::string::String,
            /// A wide number.
            pub wide: ::core::primitive::usize,
            /// A pointer, perhaps.
            pub next: ::core::option::Option<::std::boxed::Box<Door>>,
            /// A list.
            pub list: ::std::vec::Vec<::core::option::Option<::core::primitive::f64>>,
            /// An outcome.
            pub outcome: ::core::result::Result<::core::primitive::bool, ::core::primitive::char>,
            /// A map.
            pub map: ::std::collections::BTreeMap<::std::string::String, (::core::primitive::u8,)>,
            /// Opaque.
            #[speculo(opaque)]
            pub hidden: ::core::primitive::u64,
            /// In another form.
            #[rkyv(with = crate::dependency::with::AsBox)]
            pub boxed: ::core::primitive::i16,
            #[rkyv(with = crate::dependency::with::Skip)]
            skipped: ::core::primitive::i8,
        }

        /// Every form of variant.
        #[derive(Shared)]
        #[speculo(crate = crate::dependency)]
        pub enum Event {
            /// Without fields.
            Quiet,
            /// With an unnamed one.
            Moved(::core::primitive::i32, Side),
            /// With a named one.
            Opened {
                /// Which.
                door: ::std::boxed::Box<Door>,
            },
        }

        /// With everything that generics have.
        #[derive(Shared)]
        #[speculo(crate = crate::dependency, singleton)]
        pub struct Batch<T: ::core::clone::Clone = Side, const N: ::core::primitive::usize = 2>
        where
            T: ::core::marker::Send,
        {
            /// Some.
            pub items: ::std::vec::Vec<T>,
            /// More.
            pub few: [T; N],
        }

        /// Nothing.
        #[derive(Shared)]
        #[speculo(crate = crate::dependency)]
        pub struct Unit;

        /// A number of one's own.
        #[derive(Shared, SharedKey, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::cmp::Eq)]
        #[speculo(crate = crate::dependency)]
        pub struct Plate(::core::primitive::u32, ::std::string::String);

        /// A key.
        #[derive(
            Shared,
            SharedKey,
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
        )]
        #[speculo(crate = crate::dependency)]
        pub enum Side {
            /// Left.
            Left = 3,
            /// Right.
            Right,
        }

        macro_rules! debug {
            ($name:ident) => {
                impl ::core::fmt::Debug for $name {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(::core::stringify!($name))
                    }
                }
            };
        }

        debug!(Door);
        debug!(Event);
        debug!(Unit);
        debug!(Plate);
        debug!(Side);

        impl<T: ::core::clone::Clone + ::core::marker::Send, const N: ::core::primitive::usize>
            ::core::fmt::Debug for Batch<T, N>
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str("Batch")
            }
        }
    };
}

/// With the prelude behind the shadows, and a trait that all have.
pub mod shadowed {
    types!();
}

/// And with none.
#[no_implicit_prelude]
pub mod bare {
    types!();
}
