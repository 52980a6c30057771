//! Where the elements of containers are.

use super::bytes::Bytes;
use super::error::DecodeError;
use super::form::Order;
use super::layout::Tree;
use super::value::Value;

/// A B-tree of more than a billion entries is not as high; a forged one may be a circle.
const MAX_HEIGHT: usize = 32;
/// What a node of a B-tree begins with.
const LEAF: u8 = 0;
const INNER: u8 = 1;
/// A pointer to its own second byte: to nothing.
const NOWHERE: u32 = 1;

/// The places of keys and values, one after the other; a list's elements are keys.
#[derive(Clone, Debug)]
pub(super) enum Places {
    Row { next: usize, stride: usize, value_at: usize, left: usize },
    Hash { control: usize, buckets: usize, index: usize, stride: usize, value_at: usize, left: usize },
    Tree { tree: Tree, path: Vec<Node>, left: usize },
}

/// A node on the way to the next entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    at: usize,
    is_leaf: bool,
    /// The number of its entry that comes next.
    next: usize,
    count: usize,
}

impl Places {
    pub(super) fn row(of: &Value<'_>, part: u32, start: usize, len: usize) -> Result<Self, DecodeError> {
        let part = usize::try_from(part).ok().and_then(|part| of.types.get(part));
        Self::strided(of, start, part.map_or(0, |part| part.size), 0, len)
    }

    fn strided(
        of: &Value<'_>,
        start: usize,
        stride: usize,
        value_at: usize,
        len: usize,
    ) -> Result<Self, DecodeError> {
        let room = len.checked_mul(stride).and_then(|room| of.bytes.slice(start, room));
        if room.is_none() {
            return Err(of.damaged("has more elements than there are bytes"));
        }
        Ok(Self::Row { next: start, stride, value_at, left: len })
    }

    pub(super) fn table(of: &Value<'_>, order: Order) -> Result<Self, DecodeError> {
        let left = of.within(Bytes::length, 4)?;
        match order {
            _ if left == 0 => Ok(Self::Row { next: 0, stride: 0, value_at: 0, left }),
            Order::Row { stride, value_at } => Self::strided(of, of.follow(12)?, stride, value_at, left),
            Order::Hash { stride, value_at } => {
                let (control, buckets) = (of.follow(0)?, of.within(Bytes::length, 8)?);
                // Tables are an eighth empty, small ones up to a half.
                if buckets <= left || buckets > left.saturating_mul(2) {
                    return Err(of.damaged("has more or fewer buckets than its entries take"));
                }
                let before = buckets.checked_mul(stride);
                if of.bytes.slice(control, buckets).is_none() || before.is_none_or(|before| before > control)
                {
                    return Err(of.damaged("has more buckets than there are bytes"));
                }
                Ok(Self::Hash { control, buckets, index: 0, stride, value_at, left })
            }
            Order::Tree(tree) => {
                let mut path = Vec::new();
                descend(of, &tree, of.follow(0)?, &mut path)?;
                Ok(Self::Tree { tree, path, left })
            }
        }
    }

    pub(super) fn left(&self) -> usize {
        match self {
            Self::Row { left, .. } | Self::Hash { left, .. } | Self::Tree { left, .. } => *left,
        }
    }

    /// The next place, of `of`'s. The last one after an error.
    pub(super) fn next(&mut self, of: &Value<'_>) -> Option<Result<(usize, usize), DecodeError>> {
        let remaining = self.left().checked_sub(1)?;
        let place = self.step(of);
        match self {
            Self::Row { left, .. } | Self::Hash { left, .. } | Self::Tree { left, .. } => {
                *left = if place.is_ok() { remaining } else { 0 };
            }
        }
        Some(place)
    }

    fn step(&mut self, of: &Value<'_>) -> Result<(usize, usize), DecodeError> {
        match self {
            Self::Row { next, stride, value_at, .. } => {
                let at = *next;
                *next += *stride;
                Ok((at, at + *value_at))
            }
            Self::Hash { control, buckets, index, stride, value_at, .. } => loop {
                if index == buckets {
                    break Err(of.damaged("has fewer entries than it says"));
                }
                let byte = of.within(|bytes, _| bytes.u8(*control + *index), 0)?;
                *index += 1;
                // A full bucket's byte has its top bit clear.
                if byte < 0x80 {
                    // `table` has seen that there is room for all of them.
                    let bucket = control.saturating_sub(*index * *stride);
                    break Ok((bucket, bucket + *value_at));
                }
            },
            Self::Tree { tree, path, .. } => loop {
                let Some(node) = path.last_mut() else {
                    break Err(of.damaged("has fewer entries than it says"));
                };
                let (Node { at, is_leaf, next, count }, tree) = (*node, &*tree);
                if next == count {
                    path.pop();
                    continue;
                }
                node.next += 1;
                if !is_leaf {
                    child(of, tree, at, next + 1, path)?;
                }
                let key = at + tree.keys_at + next * tree.key_size;
                break Ok((key, at + tree.values_at + next * tree.value_size));
            },
        }
    }
}

/// Goes to the child with this number, and on to its first entry.
fn child(
    of: &Value<'_>,
    tree: &Tree,
    node: usize,
    number: usize,
    path: &mut Vec<Node>,
) -> Result<(), DecodeError> {
    let pointer = node + tree.tail_at + 4 * number;
    let outside = || of.damaged("has a node outside of the payload");
    if of.bytes.u32(pointer).ok_or_else(outside)? == NOWHERE {
        return Ok(());
    }
    descend(of, tree, of.bytes.follow(pointer, pointer).ok_or_else(outside)?, path)
}

fn descend(of: &Value<'_>, tree: &Tree, at: usize, path: &mut Vec<Node>) -> Result<(), DecodeError> {
    let outside = || of.damaged("has a node outside of the payload");
    if path.len() == MAX_HEIGHT {
        return Err(of.damaged("is a tree without an end"));
    }
    match of.bytes.u8(at).ok_or_else(outside)? {
        LEAF => {
            let count = of.bytes.length(at + tree.tail_at).ok_or_else(outside)?;
            if count > tree.entries {
                return Err(of.damaged("has a node with more entries than there is room for"));
            }
            path.push(Node { at, is_leaf: true, next: 0, count });
            Ok(())
        }
        INNER => {
            path.push(Node { at, is_leaf: false, next: 0, count: tree.entries });
            child(of, tree, at, 0, path)
        }
        _ => Err(of.damaged("has a node of no kind")),
    }
}
