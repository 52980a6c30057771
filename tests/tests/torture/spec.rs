//! The areas that are tortured.

use std::path::Path;

use speculo_core::{Area, AreaBuilder, Kind, Overflow, Root, Schema};
use speculo_tests::random::{Random, mix};

use crate::history::{History, Name, Op, Shape, Sizes};

/// An area and what happens in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) history: History,
    pub(crate) max_size: u64,
    initial_size: u64,
    pub(crate) overflow: Overflow,
    /// One in so many batches of the writer is followed by a `compact`.
    pub(crate) compacts: u64,
    /// How long a writer lives at most, in milliseconds.
    pub(crate) life: u64,
}

/// All areas, their histories made from `seed`.
pub(crate) fn all(seed: u64) -> Vec<Spec> {
    let areas = keyed().into_iter().chain(streams());
    let seeded = (1..)
        .zip(areas)
        .map(|(n, spec)| Spec { history: History { seed: mix(seed ^ mix(n)), ..spec.history }, ..spec });
    seeded.collect()
}

const BLANK: Spec = Spec {
    name: "",
    kind: Kind::Keyed,
    history: HISTORY,
    max_size: 64 << 10,
    initial_size: 4096,
    overflow: Overflow::DropOldest,
    compacts: 40,
    life: 250,
};

const HISTORY: History =
    History { seed: 0, shape: Shape::Blocks, sizes: sizes(0, 0, 0), clears: 0, removals: 0, mortal: false };

const fn cycles(hot: u64, cold: u64, groups: u64) -> Shape {
    Shape::Cycles { hot, cold, groups }
}

const fn sizes(small: u64, large: u64, every: u64) -> Sizes {
    Sizes { small, large, every }
}

fn keyed() -> Vec<Spec> {
    vec![
        // A handful of keys, written over and over.
        Spec {
            name: "tiny",
            history: History {
                shape: cycles(6, 0, 1),
                sizes: sizes(300, 3000, 50),
                clears: 200,
                removals: 6,
                ..HISTORY
            },
            ..BLANK
        },
        // A thousand keys, most of which are seldom written: a live set that is copied in steps, often.
        Spec {
            name: "wide",
            history: History {
                shape: cycles(63, 64, 16),
                sizes: sizes(700, 20_000, 400),
                clears: 150,
                removals: 30,
                ..HISTORY
            },
            max_size: 16 << 20,
            compacts: 100,
            life: 600,
            ..BLANK
        },
        // The same, larger and without clears: megabytes that never become few again.
        Spec {
            name: "full",
            history: History {
                shape: cycles(15, 64, 32),
                sizes: sizes(2000, 60_000, 1000),
                removals: 100,
                ..HISTORY
            },
            max_size: 32 << 20,
            initial_size: 64 << 10,
            compacts: 200,
            life: 1200,
            ..BLANK
        },
        // Values of several megabytes.
        Spec {
            name: "vast",
            history: History {
                shape: cycles(2, 1, 2),
                sizes: sizes(100, 3 << 20, 3),
                clears: 50,
                removals: 5,
                ..HISTORY
            },
            max_size: 32 << 20,
            ..BLANK
        },
        // Keys whose values expire.
        Spec {
            name: "mortal",
            history: History {
                shape: cycles(20, 40, 8),
                sizes: sizes(400, 2000, 20),
                clears: 100,
                removals: 4,
                mortal: true,
                ..HISTORY
            },
            max_size: 1 << 20,
            ..BLANK
        },
        Spec {
            name: "single",
            kind: Kind::Singleton,
            history: History {
                shape: cycles(0, 0, 1),
                sizes: sizes(2000, 200_000, 20),
                clears: 300,
                removals: 5,
                ..HISTORY
            },
            max_size: 1 << 20,
            ..BLANK
        },
    ]
}

fn streams() -> Vec<Spec> {
    vec![
        // A stream that is always at its limit.
        Spec {
            name: "brief",
            kind: Kind::Stream,
            history: History { sizes: sizes(300, 0, 0), clears: 400, ..HISTORY },
            ..BLANK
        },
        // One with room, and large messages.
        Spec {
            name: "roomy",
            kind: Kind::Stream,
            history: History { sizes: sizes(500, 300_000, 8), clears: 2000, ..HISTORY },
            max_size: 4 << 20,
            initial_size: 64 << 10,
            ..BLANK
        },
        // Messages that expire; at the limit its writer waits until they do.
        Spec {
            name: "fading",
            kind: Kind::Stream,
            history: History { sizes: sizes(300, 3000, 3), clears: 500, mortal: true, ..HISTORY },
            max_size: 256 << 10,
            overflow: Overflow::Reject,
            ..BLANK
        },
    ]
}

impl Spec {
    pub(crate) fn builder(&self, root: &Path) -> AreaBuilder<'static> {
        Area::builder(self.name)
            .root(Root::new(root))
            .schema(Schema::untyped(self.kind))
            .max_size(self.max_size)
            .initial_size(self.initial_size)
            .overflow(self.overflow)
    }

    /// Files in the area's directory.
    pub(crate) fn files(&self, root: &Path) -> (Vec<String>, Vec<String>) {
        let entries = std::fs::read_dir(root.join(self.name)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names.into_iter().partition(|name| name.ends_with(".segment"))
    }

    /// Panics if anything is left over beside the control files and at most so many segments.
    pub(crate) fn assert_tidy(&self, root: &Path, most: usize) {
        let (segments, others) = self.files(root);
        let is_tidy = (1..=most).contains(&segments.len()) && others == [".bell", ".lock", ".manifest"];
        assert!(is_tidy, "left over: {segments:?} {others:?}");
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.kind == Kind::Stream
    }

    pub(crate) fn drops(&self) -> bool {
        self.is_stream() && self.overflow == Overflow::DropOldest
    }

    /// The bytes of a key: short and long ones.
    pub(crate) fn key(&self, name: Name) -> Vec<u8> {
        if self.kind != Kind::Keyed {
            return Vec::new();
        }
        let mut key = name.to_le_bytes().to_vec();
        match name % 8 {
            1 if name < 256 => key.truncate(1),
            2 | 6 => key.resize(24, 0x5a),
            3 => key.resize(200, 0xa5),
            _ => {}
        }
        key
    }

    /// A key, or the id of a message that was published not long before commit `upto`.
    pub(crate) fn any_name(&self, random: &mut Random, upto: u64) -> Name {
        if !self.is_stream() {
            return random.below(self.history.names());
        }
        let about = upto.saturating_sub(random.below(40));
        (1..=about).rev().find(|n| self.history.op(*n) == Op::Put(*n)).unwrap_or(1)
    }

    /// Bytes that the value of commit `n` takes at most.
    pub(crate) fn bytes(&self, n: u64) -> u64 {
        self.history.len(n) + 128
    }

    /// Whether retention may have dropped commit `n` by commit `upto`: it keeps the newest half of the limit, but for
    /// one message.
    pub(crate) fn may_be_dropped(&self, n: u64, upto: u64) -> bool {
        self.drops() && {
            let mut behind = 0;
            let most = self.kept();
            (n + 1..=upto).rev().any(|n| {
                behind += self.bytes(n);
                behind >= most
            })
        }
    }

    /// Bytes of a stream that stay for sure.
    pub(crate) fn kept(&self) -> u64 {
        let Sizes { small, large, .. } = self.history.sizes;
        self.max_size / 2 - small.max(large) - 128
    }
}
