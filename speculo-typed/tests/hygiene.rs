//! The derive's output asks nothing of the code around it.
#![no_implicit_prelude]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub, warnings)]
#![forbid(unsafe_code)]
#![expect(clippy::allow_attributes, reason = "what the compiler finds here is up to the derive")]

/// Shadows what careless output would name.
#[allow(dead_code, non_camel_case_types, reason = "only the names matter")]
mod shadows {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Ok;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Box;
    pub(crate) trait Key {}
    pub(crate) trait Debug {}
    pub(crate) type u32 = ();
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod rkyv {}
}

/// Public items in a public module: lints look at them.
pub mod public {
    #[expect(unused_imports, reason = "so that careless output would find these")]
    use crate::shadows::{Box, Debug, Key, Ok, Option, Result, String, Vec, core, rkyv, std, u32};

    /// A struct.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    pub struct Door {
        /// With a key.
        #[speculo(key)]
        pub id: ::core::primitive::u32,
        /// And text.
        pub label: ::std::string::String,
        hidden: ::core::primitive::usize,
        /// A raw name.
        pub r#type: ::core::primitive::u8,
    }

    /// An enum.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    pub enum Event {
        /// Without fields.
        Quiet,
        /// With an unnamed one.
        Moved(::core::primitive::i32),
    }

    /// An enum with a named field, which rkyv repeats in its resolver.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    pub enum Turn<T> {
        /// With a named one.
        Opened {
            /// Which door.
            door: T,
        },
        /// And one without.
        Shut,
    }

    /// A generic struct.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    pub struct Batch<T, const N: ::core::primitive::usize> {
        /// Some of them.
        pub items: ::std::vec::Vec<T>,
        /// Some more.
        pub few: [T; N],
    }

    /// A recursive type with a raw name.
    #[derive(::std::fmt::Debug, ::speculo_typed::Speculo)]
    #[allow(non_camel_case_types, reason = "a raw name")]
    pub struct r#loop {
        /// More of the same.
        pub next: ::std::option::Option<::std::boxed::Box<r#loop>>,
    }

    /// A key.
    #[derive(
        ::std::fmt::Debug,
        ::std::clone::Clone,
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::speculo_typed::Speculo,
        ::speculo_typed::SpeculoKey,
    )]
    pub enum Side {
        /// Left.
        Left,
        /// Right.
        Right,
    }
}

mod renamed {
    mod inner {
        pub(super) use ::speculo_typed as shared;
    }

    #[derive(::speculo_typed::Speculo)]
    #[speculo(crate = inner::shared, singleton)]
    pub(crate) struct Config {
        pub(crate) level: ::core::primitive::u8,
    }
}

/// Two derives in one module, in a function, and from a macro.
#[::core::prelude::v1::test]
fn items_in_functions() {
    #[derive(::speculo_typed::Speculo)]
    struct One {
        one: ::core::primitive::u8,
    }

    #[derive(::speculo_typed::Speculo)]
    struct Two {
        two: ::std::vec::Vec<One>,
    }

    let two = Two { two: ::std::vec::Vec::new() };
    ::core::assert!(two.two.first().is_none_or(|one| one.one == 0));
    let config = renamed::Config { level: 1 };
    ::core::assert_eq!(config.level, 1);
    let _: ::speculo_typed::Kind = <public::Batch<public::Door, 2> as ::speculo_typed::Speculo>::KIND;
    let archived: ::std::option::Option<&public::ArchivedTurn<::core::primitive::u8>> =
        ::std::option::Option::None;
    let door = archived.map(|turn| match turn {
        public::ArchivedTurn::Opened { door } => *door,
        public::ArchivedTurn::Shut => 0,
    });
    ::core::assert!(door.is_none());
}
