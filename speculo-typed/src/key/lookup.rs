//! What can stand for a key when one is looked up.

use super::KeyBuf;

/// A value that names a key of type `K`: the key itself, a borrowed or an archived form of it. A key of one's own, by
/// `#[derive(SpeculoKey)]`, is named by itself only: an archived one by `native::<Side>(&mirror.side)`.
///
/// Look-ups take it by value, so all of these work:
///
/// ```
/// use speculo_typed::{KeyBuf, Lookup};
///
/// fn get<K>(key: impl Lookup<K>) -> Vec<u8> {
///     let mut buf = KeyBuf::new();
///     key.encode_lookup(&mut buf);
///     buf.as_slice().to_vec()
/// }
///
/// assert_eq!(get::<u32>(7), get::<u32>(&7));
/// assert_eq!(get::<String>("rear"), get::<String>(String::from("rear")));
/// assert_eq!(get::<(String, u32)>(("rear", &7)), get::<(String, u32)>(&("rear".to_owned(), 7)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a key of type `{K}`",
    label = "expected `{K}`, a reference to one, or its archived form",
    note = "a `String` is looked up by `&str`, a `Vec<u8>` by `&[u8]`, and a key of several fields by a tuple: `get((\"rear\", 7))`"
)]
pub trait Lookup<K> {
    /// Appends the bytes of the key this names.
    fn encode_lookup(&self, out: &mut KeyBuf);

    /// Appends the bytes of the key this names, as a part that others follow.
    fn encode_lookup_part(&self, out: &mut KeyBuf) {
        let mut whole = KeyBuf::new();
        self.encode_lookup(&mut whole);
        out.push_delimited(whole.as_slice());
    }
}

#[diagnostic::do_not_recommend]
impl<K, Q: Lookup<K> + ?Sized> Lookup<K> for &Q {
    #[inline]
    fn encode_lookup(&self, out: &mut KeyBuf) {
        Q::encode_lookup(self, out);
    }

    #[inline]
    fn encode_lookup_part(&self, out: &mut KeyBuf) {
        Q::encode_lookup_part(self, out);
    }
}
