#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[automatically_derived]
    impl __speculo::__private::Field for Door
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl __speculo::parts::Original for Door {}
    #[automatically_derived]
    impl __speculo::Speculo for Door
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
        __speculo::parts::Unasked<u32>: __speculo::Key,
    {
        const KIND: __speculo::Kind = __speculo::Kind::Keyed;
        const __KEY_FIELDS: &'static [&'static ::core::primitive::str] = &["id"];
        #[inline]
        fn __encode_key(&self, __out: &mut __speculo::KeyBuf) {
            <u32 as __speculo::Key>::encode(&self.id, __out);
        }
    }
    #[allow(dead_code)]
    fn __key()
    where
        u32: __speculo::parts::KeyPart,
    {}
    #[automatically_derived]
    impl __speculo::Keyed for Door
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
        __speculo::parts::Unasked<u32>: __speculo::Key,
    {
        type Key = u32;
    }
    #[automatically_derived]
    impl __speculo::__private::Reflect for ArchivedDoor
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Struct {
                name: "Door",
                style: __speculo::__private::Style::Named,
                fields: __speculo::__private::lay_out(
                    0usize,
                    &[
                        __speculo::__private::part::<
                            __speculo::__private::Archived<u32>,
                        >("id"),
                        __speculo::__private::part::<
                            __speculo::__private::Archived<bool>,
                        >("open"),
                        __speculo::__private::part::<
                            __speculo::__private::Archived<String>,
                        >("label"),
                    ],
                ),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let Self { id: __a0, open: __a1, label: __a2 } = self;
            __speculo::__private::show_named(
                __f,
                "Door",
                &[
                    ("id", &__speculo::__private::Shown(__a0)),
                    ("open", &__speculo::__private::Shown(__a1)),
                    ("label", &__speculo::__private::Shown(__a2)),
                ],
            )
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            let Self { id: __a0, open: __a1, label: __a2 } = self;
            let Self { id: __b0, open: __b1, label: __b2 } = __other;
            __speculo::__private::Reflect::same(__a0, __b0)
                && __speculo::__private::Reflect::same(__a1, __b1)
                && __speculo::__private::Reflect::same(__a2, __b2)
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            let Self { id: __a0, open: __a1, label: __a2 } = self;
            __speculo::__private::Reflect::is_sound(__a0, __archive)
                && __speculo::__private::Reflect::is_sound(__a1, __archive)
                && __speculo::__private::Reflect::is_sound(__a2, __archive)
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for ArchivedDoor
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl ::core::cmp::PartialEq<Door> for ArchivedDoor
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &Door) -> ::core::primitive::bool {
            __speculo::__private::same::<Door>(self, __other)
        }
    }
    impl ::core::cmp::PartialEq<ArchivedDoor> for Door
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &ArchivedDoor) -> ::core::primitive::bool {
            __speculo::__private::same::<Door>(__other, self)
        }
    }
    #[automatically_derived]
    impl ArchivedDoor
    where
        u32: __speculo::__private::Field,
        bool: __speculo::__private::Field,
        String: __speculo::__private::Field,
    {
        ///Gives the [`Door`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        pub fn to_native(&self) -> Door {
            __speculo::__private::native::<Door>(self)
        }
    }
};
#[allow(unused_imports)]
#[doc(hidden)]
use ::speculo_typed::__private::twin_prelude::*;
#[derive(
    ::speculo_typed::__private::rkyv::Archive,
    ::speculo_typed::__private::rkyv::Serialize,
    ::speculo_typed::__private::rkyv::Deserialize
)]
#[::speculo_typed::__private::erase]
#[rkyv(crate = ::speculo_typed::__private::rkyv)]
#[rkyv(resolver = DoorResolver)]
pub struct Door {
    #[rkyv(attr(doc = "", doc = " Counted from the front."))]
    pub id: u32,
    pub open: bool,
    label: String,
}
