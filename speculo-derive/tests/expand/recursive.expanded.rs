#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[automatically_derived]
    impl<T> __speculo::__private::Field for Node<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl<T> __speculo::parts::Original for Node<T> {}
    #[automatically_derived]
    impl<T> __speculo::Speculo for Node<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        const KIND: __speculo::Kind = __speculo::Kind::Stream;
    }
    #[automatically_derived]
    impl<T> __speculo::Stream for Node<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl<T> __speculo::__private::Reflect for ArchivedNode<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Struct {
                name: "Node",
                style: __speculo::__private::Style::Named,
                fields: __speculo::__private::lay_out(
                    0usize,
                    &[
                        __speculo::__private::part::<
                            __speculo::__private::Archived<T>,
                        >("value"),
                        __speculo::__private::part::<
                            __speculo::__private::Archived<Option<Box<Node<T>>>>,
                        >("next"),
                        __speculo::__private::part::<
                            __speculo::__private::Archived<Vec<Node<T>>>,
                        >("children"),
                    ],
                ),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let Self { value: __a0, next: __a1, children: __a2 } = self;
            __speculo::__private::show_named(
                __f,
                "Node",
                &[
                    ("value", &__speculo::__private::Shown(__a0)),
                    ("next", &__speculo::__private::Shown(__a1)),
                    ("children", &__speculo::__private::Shown(__a2)),
                ],
            )
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            let Self { value: __a0, next: __a1, children: __a2 } = self;
            let Self { value: __b0, next: __b1, children: __b2 } = __other;
            __speculo::__private::Reflect::same(__a0, __b0)
                && __speculo::__private::Reflect::same(__a1, __b1)
                && __speculo::__private::Reflect::same(__a2, __b2)
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            let Self { value: __a0, next: __a1, children: __a2 } = self;
            __speculo::__private::Reflect::is_sound(__a0, __archive)
                && __speculo::__private::Reflect::is_sound(__a1, __archive)
                && __speculo::__private::Reflect::is_sound(__a2, __archive)
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for ArchivedNode<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl<T> ::core::cmp::PartialEq<Node<T>> for ArchivedNode<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &Node<T>) -> ::core::primitive::bool {
            __speculo::__private::same::<Node<T>>(self, __other)
        }
    }
    impl<T> ::core::cmp::PartialEq<ArchivedNode<T>> for Node<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &ArchivedNode<T>) -> ::core::primitive::bool {
            __speculo::__private::same::<Node<T>>(__other, self)
        }
    }
    #[automatically_derived]
    impl<T> ArchivedNode<T>
    where
        T: 'static,
        T: __speculo::__private::Field,
    {
        ///Gives the [`Node`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        fn to_native(&self) -> Node<T> {
            __speculo::__private::native::<Node<T>>(self)
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
#[rkyv(resolver = NodeResolver)]
#[rkyv(archive_bounds(T: ::speculo_typed::__private::rkyv::Archive))]
#[rkyv(
    serialize_bounds(
        __S: ::speculo_typed::__private::rkyv::ser::Writer + ::speculo_typed::__private::rkyv::ser::Allocator + ::speculo_typed::__private::rkyv::ser::Sharing,
        <__S
        as::speculo_typed::__private::rkyv::rancor::Fallible>::Error: ::speculo_typed::__private::rkyv::rancor::Source,
        ::speculo_typed::parts::Unasked<T>: ::speculo_typed::__private::rkyv::Serialize<__S>,
    )
)]
#[rkyv(
    deserialize_bounds(
        __D: ::speculo_typed::__private::rkyv::de::Pooling,
        <__D
        as::speculo_typed::__private::rkyv::rancor::Fallible>::Error: ::speculo_typed::__private::rkyv::rancor::Source,
        <T
        as::speculo_typed::__private::rkyv::Archive>::Archived: ::speculo_typed::__private::rkyv::Deserialize<T,
        __D>,
    )
)]
#[rkyv(
    bytecheck(
        bounds(
            __C: ::speculo_typed::__private::rkyv::validation::ArchiveContext + ::speculo_typed::__private::rkyv::validation::SharedContext,
            <__C
            as::speculo_typed::__private::rkyv::rancor::Fallible>::Error: ::speculo_typed::__private::rkyv::rancor::Source,
            <T
            as::speculo_typed::__private::rkyv::Archive>::Archived: ::speculo_typed::__private::rkyv::bytecheck::CheckBytes<__C>,
        )
    )
)]
struct Node<T> {
    value: T,
    #[rkyv(omit_bounds)]
    next: Option<Box<Self>>,
    #[rkyv(omit_bounds)]
    children: Vec<Node<T>>,
}
