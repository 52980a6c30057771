//! What an area holds, as the core sees it: a kind, a fingerprint, and a descriptor that it does not interpret.

/// How the chunks of an area replace each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Messages. Each has an id of its own; a stream keeps what has not expired, within its size.
    Stream,
    /// Values by key: a newer one replaces the older one with the same key.
    Keyed,
    /// One value, replaced as a whole: keyed by the empty key.
    Singleton,
}

impl Kind {
    pub(crate) const fn to_word(self) -> u32 {
        match self {
            Self::Stream => 1,
            Self::Keyed => 2,
            Self::Singleton => 3,
        }
    }

    pub(crate) const fn from_word(word: u32) -> Option<Self> {
        match word {
            1 => Some(Self::Stream),
            2 => Some(Self::Keyed),
            3 => Some(Self::Singleton),
            _ => None,
        }
    }
}

/// The type of an area: compared by [`fingerprint`](Self::fingerprint) when the area is opened or taken over,
/// explained by [`difference`](Self::difference) when the fingerprints differ.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    /// How chunks replace each other.
    pub kind: Kind,
    /// 128 bits that differ whenever the types differ.
    pub fingerprint: u128,
    /// What is stored in the manifest for tools and error messages, 1 MiB at most. The core does not look inside.
    pub descriptor: &'a [u8],
    /// Says in words how a published descriptor (first) and ours (second) differ; empty if only the kinds do.
    pub difference: fn(&[u8], &[u8]) -> String,
}

impl Schema<'static> {
    /// Bytes without a type: every untyped area of the same kind fits.
    #[must_use]
    pub const fn untyped(kind: Kind) -> Self {
        Self {
            kind,
            fingerprint: 0,
            descriptor: &[],
            difference: |published, ours| {
                let both_untyped = published.is_empty() && ours.is_empty();
                if both_untyped {
                    String::new()
                } else {
                    "one side has a type, the other has none".to_owned()
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_type_says_so_to_those_who_have_one() {
        let difference = Schema::untyped(Kind::Keyed).difference;
        assert_eq!(difference(b"", b""), "", "only the kinds differ");
        for (published, ours) in [(&b"a type"[..], &b""[..]), (b"", b"a type"), (b"a type", b"another")] {
            assert_eq!(difference(published, ours), "one side has a type, the other has none");
        }
    }
}
