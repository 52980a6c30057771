//! Where a process may die, and what it has to do to come there.

use speculo_core::Kind;

use crate::work::Shape;

/// A kill point of a writer at work, and at which passage of it to die first.
pub(crate) struct Point {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) count: u64,
    /// Kinds of areas whose writers come there.
    pub(crate) kinds: &'static [Kind],
    /// Whether the next writer, who finds another area, comes there as well.
    pub(crate) again: bool,
}

const ALL: &[Kind] = &[Kind::Stream, Kind::Keyed, Kind::Singleton];
/// A singleton is too few chunks for steps.
const MANY: &[Kind] = &[Kind::Stream, Kind::Keyed];

const fn at(name: &'static str, shape: Shape, count: u64) -> Point {
    Point { name, shape, count, kinds: ALL, again: true }
}

/// What a takeover passes, in this order.
pub(crate) const TAKEOVER: &[&str] = &[
    "lock.directory",
    "lock.opened",
    "create.locked",
    "takeover.counted",
    "takeover.discarded",
    "takeover.bell",
    "segment.created",
    "segment.reserved",
    "segment.wiped",
    "segment.carried",
    "segment.filled",
    "takeover.built",
    "switch.before",
    "switch.after",
    "wake.moved",
    "takeover.woken",
    "takeover.retired",
];

/// What a writer passes then: publishing, rolling over, and coming to its end. The counts are those of a rollover,
/// where a takeover passes the point before.
pub(crate) const WORK: &[Point] = &[
    at("publish.filled", Shape::Small, 3),
    at("publish.marked", Shape::Small, 4),
    at("publish.sealed", Shape::Small, 5),
    at("publish.linked", Shape::Small, 12),
    at("publish.indexed", Shape::Small, 7),
    at("publish.committed", Shape::Small, 8),
    at("publish.tailed", Shape::Small, 9),
    at("draft.begun", Shape::Small, 2),
    at("draft.ended", Shape::Small, 2),
    at("segment.wiped", Shape::Small, 2),
    at("segment.carried", Shape::Small, 2),
    at("segment.filled", Shape::Small, 3),
    at("rollover.built", Shape::Small, 1),
    at("switch.before", Shape::Small, 2),
    at("switch.after", Shape::Small, 3),
    at("rollover.retired", Shape::Small, 1),
    at("spare.locked", Shape::Small, 1),
    at("segment.renamed", Shape::Small, 1),
    at("spare.freed", Shape::Small, 1),
    at("drop.begun", Shape::Small, 1),
    at("drop.freed", Shape::Small, 1),
    at("drop.cleared", Shape::Small, 1),
    at("segment.created", Shape::Steps, 2),
    at("segment.reserved", Shape::Steps, 2),
    at("stretch.reserved", Shape::Growing, 1),
    Point { kinds: &[Kind::Keyed], again: false, ..at("spare.grown", Shape::Growing, 1) },
    at("spare.deleted", Shape::Shrinking, 1),
    Point { kinds: MANY, ..at("ahead.begun", Shape::Steps, 1) },
    Point { kinds: MANY, ..at("ahead.begun", Shape::Steps, 2) },
    Point { kinds: MANY, ..at("ahead.reserved", Shape::Steps, 1) },
    Point { kinds: MANY, ..at("ahead.reserved", Shape::Steps, 4) },
    Point { kinds: MANY, ..at("ahead.walked", Shape::Steps, 1) },
    Point { kinds: MANY, ..at("ahead.walked", Shape::Steps, 25) },
    Point { kinds: &[Kind::Keyed], ..at("ahead.linked", Shape::Steps, 1) },
    Point { kinds: MANY, ..at("ahead.ended", Shape::Steps, 1) },
    Point { kinds: MANY, ..at("switch.before", Shape::Steps, 3) },
    Point { kinds: MANY, ..at("ahead.dropped", Shape::Steps, 1) },
];

/// What creating an area passes where there is none.
pub(crate) const CREATE: &[&str] = &[
    "lock.directory",
    "lock.opened",
    "create.locked",
    "create.discarded",
    "segment.created",
    "segment.reserved",
    "segment.wiped",
    "segment.filled",
    "create.segment",
    "bell.created",
    "create.bell",
    "create.manifest_empty",
    "create.manifest_reserved",
    "create.manifest_aside",
    "create.manifest",
];

/// What creating an area passes where there is one of another type.
pub(crate) const REPLACE: &[&str] = &[
    "lock.directory",
    "lock.opened",
    "create.locked",
    "segment.created",
    "segment.reserved",
    "segment.wiped",
    "segment.filled",
    "create.segment",
    "create.bell",
    "create.manifest_empty",
    "create.manifest_reserved",
    "create.manifest_aside",
    "remove.told",
    "create.replaced",
    "create.manifest",
    "create.tidied",
];

/// What removing an area passes.
pub(crate) const REMOVE: &[&str] = &[
    "lock.directory",
    "lock.opened",
    "remove.locked",
    "remove.told",
    "remove.marked",
    "remove.manifest",
    "remove.segment",
    "remove.files",
    "remove.lock",
];

/// Whether `point` is `first` of `list`, or comes behind it.
pub(crate) fn is_from(list: &[&str], point: &str, first: &str) -> bool {
    let place = |name| list.iter().position(|known| *known == name).unwrap();
    place(point) >= place(first)
}
