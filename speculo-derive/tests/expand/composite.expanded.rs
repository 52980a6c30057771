#[allow(clippy::type_repetition_in_bounds)]
const _: () = {
    use ::speculo_typed as __speculo;
    #[allow(dead_code)]
    fn __external()
    where
        Seat: __speculo::parts::External,
    {}
    #[automatically_derived]
    impl __speculo::__private::Field for Seat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {}
    #[automatically_derived]
    impl __speculo::parts::Original for Seat {}
    #[automatically_derived]
    impl __speculo::Speculo for Seat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
        __speculo::parts::Unasked<String>: __speculo::Key,
        __speculo::parts::Unasked<u8>: __speculo::Key,
    {
        const KIND: __speculo::Kind = __speculo::Kind::Keyed;
        const __KEY_FIELDS: &'static [&'static ::core::primitive::str] = &[
            "row",
            "place",
        ];
        #[inline]
        fn __encode_key(&self, __out: &mut __speculo::KeyBuf) {
            <String as __speculo::Key>::encode_part(&self.row, __out);
            <u8 as __speculo::Key>::encode(&self.number, __out);
        }
    }
    #[allow(dead_code)]
    fn __key()
    where
        String: __speculo::parts::KeyPart,
        u8: __speculo::parts::KeyPart,
    {}
    #[automatically_derived]
    impl __speculo::Keyed for Seat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
        __speculo::parts::Unasked<String>: __speculo::Key,
        __speculo::parts::Unasked<u8>: __speculo::Key,
    {
        type Key = (String, u8);
    }
    #[automatically_derived]
    impl __speculo::__private::Reflect for ArchivedSeat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {
        #[inline]
        fn shape() -> __speculo::__private::Shape {
            __speculo::__private::Shape::Struct {
                name: "Seat",
                style: __speculo::__private::Style::Named,
                fields: __speculo::__private::list([
                    __speculo::__private::found(
                        "row",
                        ::core::mem::offset_of!(Self, row),
                        |__it: &Self| &__it.row,
                    ),
                    __speculo::__private::found(
                        "place",
                        ::core::mem::offset_of!(Self, number),
                        |__it: &Self| &__it.number,
                    ),
                    __speculo::__private::found(
                        "picture",
                        ::core::mem::offset_of!(Self, picture),
                        |__it: &Self| &__it.picture,
                    ),
                ]),
            }
        }
        #[inline]
        fn show(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let Self { row: __a0, number: __a1, picture: __a2 } = self;
            __speculo::__private::show_named(
                __f,
                "Seat",
                &[
                    ("row", &__speculo::__private::Shown(__a0)),
                    ("number", &__speculo::__private::Shown(__a1)),
                    ("picture", &__speculo::__private::Shown(__a2)),
                ],
            )
        }
        #[inline]
        fn same(&self, __other: &Self) -> ::core::primitive::bool {
            let Self { row: __a0, number: __a1, picture: __a2 } = self;
            let Self { row: __b0, number: __b1, picture: __b2 } = __other;
            __speculo::__private::Reflect::same(__a0, __b0)
                && __speculo::__private::Reflect::same(__a1, __b1)
                && __speculo::__private::Reflect::same(__a2, __b2)
        }
        #[inline]
        fn is_sound(
            &self,
            __archive: &mut __speculo::__private::Soundness<'_>,
        ) -> ::core::primitive::bool {
            let Self { row: __a0, number: __a1, picture: __a2 } = self;
            __speculo::__private::Reflect::is_sound(__a0, __archive)
                && __speculo::__private::Reflect::is_sound(__a1, __archive)
                && __speculo::__private::Reflect::is_sound(__a2, __archive)
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for ArchivedSeat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {
        #[inline]
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __speculo::__private::Reflect::show(self, __f)
        }
    }
    impl ::core::cmp::PartialEq<Seat> for ArchivedSeat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &Seat) -> ::core::primitive::bool {
            __speculo::__private::same::<Seat>(self, __other)
        }
    }
    impl ::core::cmp::PartialEq<ArchivedSeat> for Seat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {
        #[inline]
        fn eq(&self, __other: &ArchivedSeat) -> ::core::primitive::bool {
            __speculo::__private::same::<Seat>(__other, self)
        }
    }
    #[automatically_derived]
    impl ArchivedSeat
    where
        String: __speculo::__private::Field,
        u8: __speculo::__private::Field,
    {
        ///Gives the [`Seat`] back that this was made from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        #[inline]
        pub fn to_native(&self) -> Seat {
            __speculo::__private::native::<Seat>(self)
        }
    }
};
