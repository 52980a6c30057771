//! Keys of other crates, each with the feature that has its crate's name.

use super::{Key, KeyBuf, KeyDecodeError, KeyReader, Lookup};

/// A key with the bytes of another one, and who else looks it up.
macro_rules! key_as {
    ($key:ty as $other:ty: $to:path, $from:path; also $($lookup:ty),*) => {
        impl Key for $key {
            #[inline]
            fn encode(&self, out: &mut KeyBuf) {
                Lookup::<$other>::encode_lookup($to(self), out);
            }

            #[inline]
            fn decode(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                <$other>::decode(reader).map($from)
            }

            #[inline]
            fn encode_part(&self, out: &mut KeyBuf) {
                Lookup::<$other>::encode_lookup_part($to(self), out);
            }

            #[inline]
            fn decode_part(reader: &mut KeyReader<'_>) -> Result<Self, KeyDecodeError> {
                <$other>::decode_part(reader).map($from)
            }
        }

        #[diagnostic::do_not_recommend]
        impl Lookup<$key> for $key {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                self.encode(out);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                self.encode_part(out);
            }
        }

        $(#[diagnostic::do_not_recommend]
        impl Lookup<$key> for $lookup {
            #[inline]
            fn encode_lookup(&self, out: &mut KeyBuf) {
                Lookup::<$other>::encode_lookup(self, out);
            }

            #[inline]
            fn encode_lookup_part(&self, out: &mut KeyBuf) {
                Lookup::<$other>::encode_lookup_part(self, out);
            }
        })*
    };
}

#[cfg(feature = "smol_str")]
key_as! {
    smol_str::SmolStr as String: smol_str::SmolStr::as_str, smol_str::SmolStr::from;
    also String, str, std::borrow::Cow<'_, str>, rkyv::string::ArchivedString
}

#[cfg(feature = "uuid")]
key_as! { uuid::Uuid as [u8; 16]: uuid::Uuid::as_bytes, uuid::Uuid::from_bytes; also }
