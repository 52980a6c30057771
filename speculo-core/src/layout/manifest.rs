//! The manifest: who the area is, which type it holds, which segment is current.

use super::{LINE, put, u32_at, u64_at, u128_at};
use crate::schema::Kind;

/// First eight bytes of a manifest.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"speculoM");

pub(crate) const AT_MAGIC: u64 = 0;
pub(crate) const AT_FORMAT: u64 = 8;
pub(crate) const AT_KIND: u64 = 12;
pub(crate) const AT_UUID: u64 = 16;
pub(crate) const AT_BOOT: u64 = 32;
pub(crate) const AT_FINGERPRINT: u64 = 48;
pub(crate) const AT_SEED: u64 = 64;
pub(crate) const AT_DESCRIPTOR_LEN: u64 = 72;
/// Control word: the current generation, or [`REMOVED`].
pub(crate) const AT_CURRENT: u64 = 128;
/// Futex word, 32 bits.
pub(crate) const AT_PULSE: u64 = 192;
/// The schema descriptor stands behind the header.
pub(crate) const AT_DESCRIPTOR: u64 = 512;

/// Value of the `current` word once the area has been removed. One load tells a reader both.
pub(crate) const REMOVED: u64 = u64::MAX;

/// Longest schema descriptor, in bytes.
pub(crate) const MAX_DESCRIPTOR: u64 = 1 << 20;

const _: () = {
    assert!(
        AT_CURRENT.is_multiple_of(LINE) && AT_PULSE.is_multiple_of(LINE),
        "control words on their own lines"
    );
    assert!(AT_PULSE - AT_CURRENT >= LINE && AT_CURRENT >= AT_DESCRIPTOR_LEN + 4 + LINE - 16);
    assert!(AT_DESCRIPTOR.is_multiple_of(LINE) && AT_DESCRIPTOR >= AT_PULSE + LINE);
};

/// The part of a manifest that never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) kind: Kind,
    pub(crate) uuid: u128,
    pub(crate) boot: u128,
    pub(crate) fingerprint: u128,
    /// Seed of the key hash, drawn per area.
    pub(crate) seed: u64,
    pub(crate) descriptor: Vec<u8>,
}

/// Why the bytes are no manifest of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Another format version.
    Format(u32),
    /// Not a manifest, or a damaged one.
    Bad(&'static str),
}

impl Identity {
    /// A whole manifest file with `current` in its control word.
    pub(crate) fn encode(&self, current: u64) -> Vec<u8> {
        let header = vec![0; super::to_usize(AT_DESCRIPTOR)];
        let mut bytes = header;
        put(&mut bytes, AT_MAGIC, &MAGIC.to_le_bytes());
        put(&mut bytes, AT_FORMAT, &super::FORMAT_VERSION.to_le_bytes());
        put(&mut bytes, AT_KIND, &self.kind.to_word().to_le_bytes());
        put(&mut bytes, AT_UUID, &self.uuid.to_le_bytes());
        put(&mut bytes, AT_BOOT, &self.boot.to_le_bytes());
        put(&mut bytes, AT_FINGERPRINT, &self.fingerprint.to_le_bytes());
        put(&mut bytes, AT_SEED, &self.seed.to_le_bytes());
        let len = u32::try_from(self.descriptor.len()).unwrap_or(u32::MAX);
        put(&mut bytes, AT_DESCRIPTOR_LEN, &len.to_le_bytes());
        put(&mut bytes, AT_CURRENT, &current.to_le_bytes());
        bytes.extend_from_slice(&self.descriptor);
        bytes
    }

    /// Reads the identity out of a manifest's bytes, checking every number.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Misfit> {
        if u64_at(bytes, AT_MAGIC) != MAGIC {
            return Err(Misfit::Bad("it does not begin with the manifest's magic number"));
        }
        let format = u32_at(bytes, AT_FORMAT);
        if format != super::FORMAT_VERSION {
            return Err(Misfit::Format(format));
        }
        let kind = Kind::from_word(u32_at(bytes, AT_KIND)).ok_or(Misfit::Bad("the kind is unknown"))?;
        let start = super::to_usize(AT_DESCRIPTOR);
        let len = u64::from(u32_at(bytes, AT_DESCRIPTOR_LEN));
        let descriptor = bytes
            .get(start..)
            .and_then(|rest| rest.get(..super::to_usize(len)))
            .filter(|_| len <= MAX_DESCRIPTOR)
            .ok_or(Misfit::Bad("it is shorter than it says"))?;
        Ok(Self {
            kind,
            uuid: u128_at(bytes, AT_UUID),
            boot: u128_at(bytes, AT_BOOT),
            fingerprint: u128_at(bytes, AT_FINGERPRINT),
            seed: u64_at(bytes, AT_SEED),
            descriptor: descriptor.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Identity {
        Identity { kind: Kind::Keyed, uuid: 1, boot: 2, fingerprint: 3, seed: 4, descriptor: vec![5; 6] }
    }

    #[test]
    fn round_trip() {
        assert_eq!(Identity::decode(&sample().encode(9)), Ok(sample()));
    }

    #[test]
    fn zeros_truncation_and_versions_are_told_apart() {
        assert!(matches!(Identity::decode(&[0; 4096]), Err(Misfit::Bad(_))));
        let mut bytes = sample().encode(9);
        bytes.pop();
        assert!(matches!(Identity::decode(&bytes), Err(Misfit::Bad(_))));
        let mut bytes = sample().encode(9);
        put(&mut bytes, AT_FORMAT, &2u32.to_le_bytes());
        assert_eq!(Identity::decode(&bytes), Err(Misfit::Format(2)));
    }
}
