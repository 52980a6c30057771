//! Composite keys.

use super::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};

/// A tuple is its parts in order; all but the last are written so that their end can be told.
macro_rules! tuple {
    ($archived:ident: $($key:ident $query:ident $at:tt,)* ; $last:ident $last_query:ident $last_at:tt) => {
        impl<$($key: Key,)* $last: Key> Key for ($($key,)* $last,) {
            #[inline]
            fn encode(&self, out: &mut KeyBuf) {
                $(self.$at.encode_part(out);)*
                self.$last_at.encode(out);
            }

            #[inline]
            fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                Ok(($($key::decode_part(reader)?,)* $last::decode(reader)?,))
            }

            #[inline]
            fn encode_part(&self, out: &mut KeyBuf) {
                $(self.$at.encode_part(out);)*
                self.$last_at.encode_part(out);
            }

            #[inline]
            fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                Ok(($($key::decode_part(reader)?,)* $last::decode_part(reader)?,))
            }
        }

        tuple!(@lookup ($($query,)* $last_query,) ; $($key $query $at,)* ; $last $last_query $last_at);
        tuple!(@lookup rkyv::tuple::$archived<$($query,)* $last_query> ;
            $($key $query $at,)* ; $last $last_query $last_at);
    };
    (@lookup $from:ty ; $($key:ident $query:ident $at:tt,)* ; $last:ident $last_query:ident $last_at:tt) => {
        #[diagnostic::do_not_recommend]
        impl<$($key, $query: Lookup<$key>,)* $last, $last_query: Lookup<$last>> Lookup<($($key,)* $last,)>
            for $from
        {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                $(self.$at.encode_lookup_part(out);)*
                self.$last_at.encode_lookup(out);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                $(self.$at.encode_lookup_part(out);)*
                self.$last_at.encode_lookup_part(out);
            }
        }
    };
}

tuple!(ArchivedTuple1: ; K0 Q0 0);
tuple!(ArchivedTuple2: K0 Q0 0, ; K1 Q1 1);
tuple!(ArchivedTuple3: K0 Q0 0, K1 Q1 1, ; K2 Q2 2);
tuple!(ArchivedTuple4: K0 Q0 0, K1 Q1 1, K2 Q2 2, ; K3 Q3 3);
tuple!(ArchivedTuple5: K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, ; K4 Q4 4);
tuple!(ArchivedTuple6: K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, ; K5 Q5 5);
tuple!(ArchivedTuple7: K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, ; K6 Q6 6);
tuple!(ArchivedTuple8: K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, ; K7 Q7 7);
