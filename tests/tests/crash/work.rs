//! What a writer does until it dies, and what its area says then: numbered steps, each of which follows from its number.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use speculo_core::{AreaBuilder, Kind, To, View, Writer};
use speculo_tests::{area, assert_tidy, files, number, sys};

/// The sizes of an area, and of what is published there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Few values, and rollovers at once.
    Small,
    /// A live set that is copied in steps.
    Steps,
    /// Segments that are reserved piece by piece.
    Growing,
    /// Now and then a value that makes the segment large, and nothing left of it soon after.
    Shrinking,
}

impl Shape {
    pub(crate) const ALL: [Self; 4] = [Self::Small, Self::Steps, Self::Growing, Self::Shrinking];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Steps => "steps",
            Self::Growing => "growing",
            Self::Shrinking => "shrinking",
        }
    }

    fn keys(self) -> u64 {
        match self {
            Self::Small | Self::Shrinking => 11,
            Self::Steps => 80,
            Self::Growing => 30,
        }
    }

    fn len(self, n: u64) -> usize {
        match self {
            Self::Steps => 2048,
            Self::Growing => 60_000,
            Self::Shrinking if n % 64 == 8 => 3 << 19,
            Self::Small | Self::Shrinking => 100,
        }
    }

    fn is_clearing(self, n: u64) -> bool {
        match self {
            Self::Shrinking => n % 64 == 10,
            // Twice in a row, so that a segment is left that has little memory yet.
            Self::Growing => matches!(n % 256, 4 | 6),
            _ => false,
        }
    }

    fn initial_size(self) -> u64 {
        if self == Self::Growing { 8 << 20 } else { 4096 }
    }

    fn max_size(self) -> u64 {
        match self {
            Self::Small => 8 << 10,
            Self::Steps => 1 << 20,
            Self::Growing | Self::Shrinking => 16 << 20,
        }
    }

    /// Steps before the first crash, so that there is something to be lost.
    fn prelude(self) -> u64 {
        match self {
            Self::Small => 30,
            Self::Steps => 300,
            Self::Growing => 2,
            Self::Shrinking => 5,
        }
    }

    /// Steps of a writer that does not die.
    fn steps(self) -> u64 {
        match self {
            Self::Small => 240,
            Self::Steps => 2400,
            Self::Growing => 200,
            Self::Shrinking => 260,
        }
    }
}

/// An area of some kind and shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
}

impl Plan {
    pub(crate) fn area(self, root: &Path) -> AreaBuilder<'static> {
        area(root, self.kind).initial_size(self.shape.initial_size()).max_size(self.shape.max_size())
    }

    /// Does step `n`.
    fn step(self, writer: &mut Writer, n: u64) {
        if self.shape.is_clearing(n) {
            return writer.clear().unwrap();
        }
        let key = (n % self.shape.keys()).to_le_bytes();
        let to = if self.kind == Kind::Keyed { To::Key(&key) } else { To::Next };
        let value = self.value(n);
        if n % 8 == 3 {
            // Set aside, and thought better of.
            drop(writer.chunk(to, value.len()).unwrap());
        }
        if n.is_multiple_of(2) {
            let mut draft = writer.chunk(to, value.len()).unwrap();
            draft.copy_from_slice(&value);
            draft.commit().unwrap();
        } else if self.kind == Kind::Keyed {
            writer.put(&key, &value).unwrap();
        } else {
            writer.publish(&value).unwrap();
        }
    }

    fn value(self, n: u64) -> Vec<u8> {
        let mut value = vec![n.to_le_bytes()[0]; self.shape.len(n)];
        value[..8].copy_from_slice(&n.to_le_bytes());
        value
    }

    /// Numbers that are live after step `n`.
    fn live(self, n: u64) -> Vec<u64> {
        let cleared = (1..=n).rev().find(|step| self.shape.is_clearing(*step)).unwrap_or(0);
        let first = match self.kind {
            Kind::Keyed => n.saturating_sub(self.shape.keys() - 1),
            Kind::Singleton => n,
            Kind::Stream => 0,
        };
        (first.max(cleared + 1)..=n).collect()
    }

    /// Whether `view` is what step `n` leaves. A stream may have dropped its oldest, where its limit was reached.
    pub(crate) fn is_after(self, view: &View, n: u64) -> bool {
        let values: Vec<u64> = view
            .iter()
            .map(|chunk| {
                let payload = chunk.unwrap().payload().to_vec();
                let n = number(&payload);
                assert!(payload == self.value(n), "a value is damaged");
                n
            })
            .collect();
        let live = self.live(n);
        let is_enough = || {
            let bytes: usize = values.iter().map(|n| self.shape.len(*n)).sum();
            self.kind == Kind::Stream && bytes as u64 >= self.shape.max_size() / 4
        };
        values == live || (is_enough() && live.ends_with(&values))
    }

    /// The step that `view` stands at, which must be one of the two that a crash allows.
    pub(crate) fn stands_at(self, view: &View, acks: &Acks, what: &str) -> u64 {
        let (done, begun) = (acks.done(), acks.begun());
        assert!(done == begun || done + 1 == begun);
        let found = [done, begun].into_iter().find(|n| self.is_after(view, *n));
        let Some(n) = found else { panic!("{what}: neither {done} nor {begun}: {view:?}") };
        if self.kind == Kind::Keyed {
            for value in self.live(n) {
                let chunk = view.get(&(value % self.shape.keys()).to_le_bytes()).unwrap().unwrap();
                assert_eq!(number(chunk.payload()), value, "{what}");
            }
        }
        n
    }

    /// Goes on from where the area stands, by `steps`.
    fn go_on(self, writer: &mut Writer, acks: &Acks, steps: u64) {
        let from = self.stands_at(&writer.view().unwrap(), acks, "the writer itself");
        // The last step of the one who died may have been its last but for saying so.
        acks.end(from);
        acks.begin(from);
        let mut is_compact = false;
        for n in from + 1..=from + steps {
            acks.begin(n);
            self.step(writer, n);
            acks.end(n);
            // Where a segment is on its way, if there is ever one.
            let is_late = n > from + steps / 4 * 3;
            if is_late && !is_compact && (self.shape != Shape::Steps || writer.stats().next_bytes > 0) {
                is_compact = true;
                writer.compact().unwrap();
            }
        }
    }

    /// The first writer, who does not die.
    pub(crate) fn begin(self, root: &Path) {
        self.go_on(&mut self.area(root).create().unwrap(), &Acks::of(root), self.shape.prelude());
    }

    pub(crate) fn work(self, root: &Path) {
        self.go_on(&mut self.area(root).create().unwrap(), &Acks::of(root), self.shape.steps());
    }

    /// The last writer: takes over, goes on, and leaves nothing but the area.
    pub(crate) fn end(self, root: &Path) {
        let mut writer = self.area(root).create().unwrap();
        let found = files(root);
        // What is current, and what the dead writer's was, to be used again.
        let (segments, others): (Vec<_>, Vec<_>) = found.iter().partition(|name| name.ends_with(".segment"));
        assert!(segments.len() <= 2 && others == [".bell", ".lock", ".manifest"], "left over: {found:?}");
        self.go_on(&mut writer, &Acks::of(root), 40);
        drop(writer);
        assert_tidy(root);
    }

    /// What `follower` has to come to when the area stands at step `n`: a number, unless that was no publish.
    pub(crate) fn last(self, n: u64) -> Option<u64> {
        (n > 0 && !self.shape.is_clearing(n)).then_some(n)
    }
}

/// How far a writer has come, in memory that outlives it.
pub(crate) struct Acks(&'static [AtomicU64]);

impl Acks {
    pub(crate) fn of(root: &Path) -> Self {
        Self(sys::shared_words(&root.join("acks"), 2))
    }

    fn begin(&self, n: u64) {
        self.0[0].store(n, Ordering::Release);
    }

    fn end(&self, n: u64) {
        self.0[1].store(n, Ordering::Release);
    }

    fn begun(&self) -> u64 {
        self.0[0].load(Ordering::Acquire)
    }

    fn done(&self) -> u64 {
        self.0[1].load(Ordering::Acquire)
    }
}
