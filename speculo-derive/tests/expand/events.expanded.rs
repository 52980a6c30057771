#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[automatically_derived]
    impl __speculo::__private::Field for Event
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl __speculo::parts::Original for Event {}
    #[automatically_derived]
    impl __speculo::Speculo for Event
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        const KIND: __speculo::Kind = __speculo::Kind::Stream;
    }
    #[automatically_derived]
    impl __speculo::Stream for Event
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl __speculo::__private::Reflect for ArchivedEvent
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Enum {
                name: "Event",
                variants: __speculo::__private::list([
                    __speculo::__private::Variant {
                        name: "Quiet",
                        tag: 0u8,
                        style: __speculo::__private::Style::Unit,
                        fields: __speculo::__private::lay_out(1usize, &[]),
                    },
                    __speculo::__private::Variant {
                        name: "Moved",
                        tag: 1u8,
                        style: __speculo::__private::Style::Tuple,
                        fields: __speculo::__private::lay_out(
                            1usize,
                            &[
                                __speculo::__private::part::<
                                    __speculo::__private::Archived<i32>,
                                >("0"),
                                __speculo::__private::part::<
                                    __speculo::__private::Archived<f64>,
                                >("1"),
                            ],
                        ),
                    },
                    __speculo::__private::Variant {
                        name: "Opened",
                        tag: 2u8,
                        style: __speculo::__private::Style::Named,
                        fields: __speculo::__private::lay_out(
                            1usize,
                            &[
                                __speculo::__private::part::<
                                    __speculo::__private::Archived<u32>,
                                >("door"),
                                __speculo::__private::part::<
                                    __speculo::__private::Archived<Option<String>>,
                                >("by"),
                            ],
                        ),
                    },
                ]),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Quiet {} => ::core::fmt::Formatter::write_str(__f, "Quiet"),
                Self::Moved { 0: __a0, 1: __a1 } => {
                    __speculo::__private::show_numbered(
                        __f,
                        "Moved",
                        &[
                            &__speculo::__private::Shown(__a0),
                            &__speculo::__private::Shown(__a1),
                        ],
                    )
                }
                Self::Opened { door: __a0, by: __a1 } => {
                    __speculo::__private::show_named(
                        __f,
                        "Opened",
                        &[
                            ("door", &__speculo::__private::Shown(__a0)),
                            ("by", &__speculo::__private::Shown(__a1)),
                        ],
                    )
                }
            }
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            match (self, __other) {
                (Self::Quiet {}, Self::Quiet {}) => true,
                (Self::Moved { 0: __a0, 1: __a1 }, Self::Moved { 0: __b0, 1: __b1 }) => {
                    __speculo::__private::Reflect::same(__a0, __b0)
                        && __speculo::__private::Reflect::same(__a1, __b1)
                }
                (
                    Self::Opened { door: __a0, by: __a1 },
                    Self::Opened { door: __b0, by: __b1 },
                ) => {
                    __speculo::__private::Reflect::same(__a0, __b0)
                        && __speculo::__private::Reflect::same(__a1, __b1)
                }
                _ => false,
            }
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            match self {
                Self::Quiet {} => true,
                Self::Moved { 0: __a0, 1: __a1 } => {
                    __speculo::__private::Reflect::is_sound(__a0, __archive)
                        && __speculo::__private::Reflect::is_sound(__a1, __archive)
                }
                Self::Opened { door: __a0, by: __a1 } => {
                    __speculo::__private::Reflect::is_sound(__a0, __archive)
                        && __speculo::__private::Reflect::is_sound(__a1, __archive)
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for ArchivedEvent
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl ::core::cmp::PartialEq<Event> for ArchivedEvent
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &Event) -> ::core::primitive::bool {
            __speculo::__private::same::<Event>(self, __other)
        }
    }
    impl ::core::cmp::PartialEq<ArchivedEvent> for Event
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &ArchivedEvent) -> ::core::primitive::bool {
            __speculo::__private::same::<Event>(__other, self)
        }
    }
    #[automatically_derived]
    impl ArchivedEvent
    where
        i32: __speculo::__private::Field,
        f64: __speculo::__private::Field,
        u32: __speculo::__private::Field,
        Option<String>: __speculo::__private::Field,
    {
        ///Gives the [`Event`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        fn to_native(&self) -> Event {
            __speculo::__private::native::<Event>(self)
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
#[rkyv(resolver = EventResolver)]
enum Event {
    Quiet,
    Moved(i32, f64),
    Opened { door: u32, by: Option<String> },
}
