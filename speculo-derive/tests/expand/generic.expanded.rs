#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[automatically_derived]
    impl<T, const N: usize> __speculo::__private::Field for Batch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl<T, const N: usize> __speculo::parts::Original for Batch<T, N>
    where
        T: Clone,
    {}
    #[automatically_derived]
    impl<T, const N: usize> __speculo::Speculo for Batch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        const KIND: __speculo::Kind = __speculo::Kind::Stream;
    }
    #[automatically_derived]
    impl<T, const N: usize> __speculo::Stream for Batch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl<T, const N: usize> __speculo::__private::Reflect for ArchivedBatch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Struct {
                name: "Batch",
                style: __speculo::__private::Style::Named,
                fields: __speculo::__private::lay_out(
                    0usize,
                    &[
                        __speculo::__private::part::<
                            __speculo::__private::Archived<Vec<T>>,
                        >("items"),
                        __speculo::__private::part::<
                            __speculo::__private::Archived<[T; N]>,
                        >("few"),
                        __speculo::__private::part::<
                            <__speculo::__private::Wide as __speculo::__private::rkyv::with::ArchiveWith<
                                usize,
                            >>::Archived,
                        >("total"),
                    ],
                ),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let Self { items: __a0, few: __a1, total: __a2 } = self;
            __speculo::__private::show_named(
                __f,
                "Batch",
                &[
                    ("items", &__speculo::__private::Shown(__a0)),
                    ("few", &__speculo::__private::Shown(__a1)),
                    ("total", &__speculo::__private::Shown(__a2)),
                ],
            )
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            let Self { items: __a0, few: __a1, total: __a2 } = self;
            let Self { items: __b0, few: __b1, total: __b2 } = __other;
            __speculo::__private::Reflect::same(__a0, __b0)
                && __speculo::__private::Reflect::same(__a1, __b1)
                && __speculo::__private::Reflect::same(__a2, __b2)
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            let Self { items: __a0, few: __a1, total: __a2 } = self;
            __speculo::__private::Reflect::is_sound(__a0, __archive)
                && __speculo::__private::Reflect::is_sound(__a1, __archive)
                && __speculo::__private::Reflect::is_sound(__a2, __archive)
        }
    }
    #[automatically_derived]
    impl<T, const N: usize> ::core::fmt::Debug for ArchivedBatch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl<T, const N: usize> ::core::cmp::PartialEq<Batch<T, N>> for ArchivedBatch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &Batch<T, N>) -> ::core::primitive::bool {
            __speculo::__private::same::<Batch<T, N>>(self, __other)
        }
    }
    impl<T, const N: usize> ::core::cmp::PartialEq<ArchivedBatch<T, N>> for Batch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &ArchivedBatch<T, N>) -> ::core::primitive::bool {
            __speculo::__private::same::<Batch<T, N>>(__other, self)
        }
    }
    #[automatically_derived]
    impl<T, const N: usize> ArchivedBatch<T, N>
    where
        T: Clone,
        T: 'static,
        Vec<T>: __speculo::__private::Field,
        [T; N]: __speculo::__private::Field,
    {
        ///Gives the [`Batch`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        pub fn to_native(&self) -> Batch<T, N> {
            __speculo::__private::native::<Batch<T, N>>(self)
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
#[rkyv(resolver = BatchResolver)]
pub struct Batch<T, const N: usize = 4>
where
    T: Clone,
{
    pub items: Vec<T>,
    pub few: [T; N],
    #[rkyv(with = ::speculo_typed::__private::Wide)]
    total: usize,
}
