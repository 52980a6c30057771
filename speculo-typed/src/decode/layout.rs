//! Where the compiler and rkyv put things, told anew from sizes and alignments.

use crate::schema::parse;

/// Room and alignment of a type, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) size: usize,
    pub(super) align: usize,
}

impl Layout {
    /// What a descriptor says, if it is possible.
    pub(super) fn of(ty: &parse::Type<'_>) -> Option<Self> {
        let (size, align) = (usize::try_from(ty.size).ok()?, usize::from(ty.align));
        (align.is_power_of_two() && align <= 16 && size.is_multiple_of(align)).then_some(Self { size, align })
    }

    pub(super) fn times(self, count: usize) -> Option<Self> {
        Some(Self { size: self.size.checked_mul(count)?, align: self.align })
    }

    /// Room for either, as an enum has it.
    pub(super) fn or(self, other: Self) -> Self {
        let align = self.align.max(other.align);
        Self { size: self.size.max(other.size).next_multiple_of(align), align }
    }
}

/// Where parts lie in a `#[repr(C)]` struct that has `start` bytes before them, and the whole.
pub(super) fn lay_out(
    start: usize,
    parts: impl IntoIterator<Item = Option<Layout>>,
) -> Option<(Vec<usize>, Layout)> {
    let (mut end, mut align, mut places) = (start, 1, Vec::new());
    for part in parts {
        let part = part?;
        let at = end.checked_next_multiple_of(part.align)?;
        places.push(at);
        end = at.checked_add(part.size)?;
        align = part.align.max(align);
    }
    Some((places, Layout { size: end.checked_next_multiple_of(align)?, align }))
}

/// The nodes of a B-tree. Each begins with its kind, and has room for `entries` keys and values; behind that a leaf has
/// its length, and any other node the pointers to its children, one more than entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree {
    pub(super) entries: usize,
    pub(super) key_size: usize,
    pub(super) keys_at: usize,
    pub(super) value_size: usize,
    pub(super) values_at: usize,
    /// A leaf's length, or the first pointer.
    pub(super) tail_at: usize,
}

/// More than any B-tree has in a node.
const MAX_ENTRIES: usize = 1 << 16;

pub(super) fn tree(entries: usize, key: Layout, value: Layout) -> Option<Tree> {
    if !(1..=MAX_ENTRIES).contains(&entries) {
        return None;
    }
    let (places, node) = lay_out(1, [key.times(entries), value.times(entries)])?;
    let [keys_at, values_at] = *places else { return None };
    let tail_at = node.size.checked_next_multiple_of(4)?;
    Some(Tree { entries, key_size: key.size, keys_at, value_size: value.size, values_at, tail_at })
}
