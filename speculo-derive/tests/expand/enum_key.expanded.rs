#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[automatically_derived]
    impl __speculo::__private::Field for Side {}
    #[automatically_derived]
    impl __speculo::parts::Original for Side {}
    #[automatically_derived]
    impl __speculo::Speculo for Side {
        const KIND: __speculo::Kind = __speculo::Kind::Singleton;
    }
    #[automatically_derived]
    impl __speculo::Singleton for Side {}
    #[automatically_derived]
    impl __speculo::__private::Reflect for ArchivedSide {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Enum {
                name: "Side",
                variants: __speculo::__private::list([
                    __speculo::__private::Variant {
                        name: "Left",
                        tag: {
                            const __TAG: ::core::primitive::u8 = 3;
                            __TAG + 0u8
                        },
                        style: __speculo::__private::Style::Unit,
                        fields: __speculo::__private::lay_out(1usize, &[]),
                    },
                    __speculo::__private::Variant {
                        name: "Right",
                        tag: {
                            const __TAG: ::core::primitive::u8 = 3;
                            __TAG + 1u8
                        },
                        style: __speculo::__private::Style::Unit,
                        fields: __speculo::__private::lay_out(1usize, &[]),
                    },
                ]),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Left {} => ::core::fmt::Formatter::write_str(__f, "Left"),
                Self::Right {} => ::core::fmt::Formatter::write_str(__f, "Right"),
            }
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            match (self, __other) {
                (Self::Left {}, Self::Left {}) => true,
                (Self::Right {}, Self::Right {}) => true,
                _ => false,
            }
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            match self {
                Self::Left {} => true,
                Self::Right {} => true,
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for ArchivedSide {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl ::core::cmp::PartialEq<Side> for ArchivedSide {
        #[inline]
        fn eq(&self, __other: &Side) -> ::core::primitive::bool {
            __speculo::__private::same::<Side>(self, __other)
        }
    }
    impl ::core::cmp::PartialEq<ArchivedSide> for Side {
        #[inline]
        fn eq(&self, __other: &ArchivedSide) -> ::core::primitive::bool {
            __speculo::__private::same::<Side>(__other, self)
        }
    }
    #[automatically_derived]
    impl ArchivedSide {
        ///Gives the [`Side`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        pub fn to_native(&self) -> Side {
            __speculo::__private::native::<Side>(self)
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
#[rkyv(resolver = SideResolver)]
pub enum Side {
    Left = 3,
    Right,
}
const _: () = {
    #[allow(dead_code)]
    fn __traits()
    where
        Side: ::speculo_typed::parts::KeyTraits,
    {}
    #[automatically_derived]
    impl ::speculo_typed::Key for Side
    where
        ::speculo_typed::parts::Unasked<
            Side,
        >: ::core::clone::Clone + ::core::fmt::Debug + ::core::cmp::Eq,
    {
        #[inline]
        fn encode(&self, __out: &mut ::speculo_typed::KeyBuf) {
            let __number: ::core::primitive::u8 = match self {
                Self::Left => 0u8,
                Self::Right => 1u8,
            };
            ::speculo_typed::KeyBuf::push(__out, &[__number]);
        }
        #[inline]
        fn decode(
            __reader: &mut ::speculo_typed::KeyReader<'_>,
        ) -> ::core::result::Result<Self, ::speculo_typed::KeyDecodeError> {
            let [__number] = ::speculo_typed::KeyReader::take::<1>(__reader)?;
            match __number {
                0u8 => ::core::result::Result::Ok(Self::Left),
                1u8 => ::core::result::Result::Ok(Self::Right),
                _ => {
                    ::core::result::Result::Err(::speculo_typed::KeyDecodeError::Invalid)
                }
            }
        }
        #[inline]
        fn encode_part(&self, __out: &mut ::speculo_typed::KeyBuf) {
            <Self as ::speculo_typed::Key>::encode(self, __out)
        }
        #[inline]
        fn decode_part(
            __reader: &mut ::speculo_typed::KeyReader<'_>,
        ) -> ::core::result::Result<Self, ::speculo_typed::KeyDecodeError> {
            <Self as ::speculo_typed::Key>::decode(__reader)
        }
    }
    #[automatically_derived]
    impl ::speculo_typed::Lookup<Side> for Side
    where
        ::speculo_typed::parts::Unasked<
            Side,
        >: ::core::clone::Clone + ::core::fmt::Debug + ::core::cmp::Eq,
    {
        #[inline]
        fn encode_lookup(&self, __out: &mut ::speculo_typed::KeyBuf) {
            <Self as ::speculo_typed::Key>::encode(self, __out)
        }
        #[inline]
        fn encode_lookup_part(&self, __out: &mut ::speculo_typed::KeyBuf) {
            <Self as ::speculo_typed::Key>::encode_part(self, __out)
        }
    }
};
