//! Payloads of any bytes where values of a type are expected.

use std::cell::RefCell;
use std::fmt::{Debug, Write};

use speculo_core::{Area, Kind, Start, To, Writer};
use speculo_typed::archived::{ArchivedIndexSet, ArchivedVec};
use speculo_typed::{Archived, Field, Publisher, Speculo, Subscriber, schema};

use super::exercise::Tally;
use super::input::Input;
use super::stage;
use super::values::{
    Deep, Door, Download, Everything, Ordered, Tree, deeps, doors, downloads, everythings, ordered, trees,
};

/// An area that says that it holds values of `T`, and a writer that puts there what it is given.
struct Lane<T> {
    writer: Writer,
    subscriber: Subscriber<T>,
}

impl<T: Speculo> Lane<T> {
    fn new(name: &str) -> Self {
        let of = schema::of::<T>();
        let core = core_schema(&of);
        stage::set(name, &[]);
        let area = Area::builder(name).root(stage::root()).initial_size(1 << 16).schema(core);
        let writer = area.create().unwrap();
        let subscriber = Subscriber::builder(name).root(stage::root()).start(Start::Newest).open().unwrap();
        Self { writer, subscriber }
    }

    /// Publishes `payload` and reads it in every way that all types have.
    fn read(&mut self, key: &[u8], payload: &[u8], look: impl Fn(&Archived<T>)) -> Tally {
        let mut tally = Tally::default();
        let to = if T::KIND == Kind::Keyed { To::Key(key) } else { To::Next };
        if tally.note(self.writer.publish_with(to, None, crate::fill(payload))).is_none() {
            return tally;
        }
        tally.opened += 1;
        let received = tally.note(self.subscriber.try_recv()).map(Option::unwrap);
        received.inspect(|value| use_up::<T>(value, &look));
        let latest = tally.note(self.subscriber.latest()).map(Option::unwrap);
        tally.values += u64::from(latest.inspect(|value| use_up::<T>(value, &look)).is_some());
        let sample = tally.note(self.subscriber.latest_sample()).map(Option::unwrap);
        if let Some(view) = tally.note(self.subscriber.view()) {
            for value in view.iter().take(2) {
                tally.note(value).inspect(|value| use_up::<T>(value, &look));
            }
        }
        sample.inspect(|sample| use_up::<T>(sample, &look));
        tally
    }
}

/// Shows a value, and makes the original of it.
fn use_up<T: Field>(value: &Archived<T>, look: &impl Fn(&Archived<T>))
where
    Archived<T>: Debug,
{
    let mut shown = Shown(0);
    write!(shown, "{value:?}").unwrap();
    let _ = speculo_typed::try_native::<T>(value);
    look(value);
}

/// Counts what is written.
struct Shown(usize);

impl Write for Shown {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

macro_rules! lanes {
    ($($name:ident: $type:ident),*) => {
        #[derive(Default)]
        struct Lanes { $($name: Option<Lane<$type>>),* }
        impl Lanes {
            $(fn $name(&mut self) -> &mut Lane<$type> {
                self.$name.get_or_insert_with(|| Lane::new(concat!("typed/", stringify!($name))))
            })*
        }
    };
}
lanes!(door: Door, tree: Tree, deep: Deep, everything: Everything, download: Download, ordered: Ordered);

thread_local! {
    static LANES: RefCell<Lanes> = RefCell::default();
}

/// A byte that chooses the type, the length of a key and the key, the payload.
pub(super) fn drive(bytes: &[u8]) -> Tally {
    let mut input = Input::new(bytes);
    let which = input.byte();
    LANES.with_borrow_mut(|lanes| match which % 6 {
        0 => {
            let len = input.byte();
            let key = input.take(len.into());
            door(lanes.door(), key, input.rest())
        }
        1 => lanes.tree().read(&[], input.rest(), |_| ()),
        2 => lanes.deep().read(&[], input.rest(), |deep| {
            std::hint::black_box(
                deep.lists.iter().flat_map(|list| list.iter()).map(ArchivedVec::len).sum::<usize>(),
            );
        }),
        3 => lanes.everything().read(&[], input.rest(), everything),
        4 => lanes.download().read(&[], input.rest(), |_| ()),
        _ => lanes.ordered().read(&[], input.rest(), look_up),
    })
}

/// A key of any bytes as well: looked up as it is, and told when it is removed.
fn door(lane: &mut Lane<Door>, key: &[u8], payload: &[u8]) -> Tally {
    let mut changes = lane.subscriber.try_clone().unwrap();
    let mut tally = lane.read(key, payload, |door| {
        std::hint::black_box(door.tags.iter().map(|tag| tag.len()).sum::<usize>());
    });
    for label in ["", "door 1"] {
        tally.note(lane.subscriber.get((1, label)));
        tally.note(lane.subscriber.sample((1, label)));
    }
    tally.note(lane.writer.remove(key));
    while let Ok(Some(change)) = changes.try_change() {
        assert!(!format!("{change:?}").is_empty());
        tally.values += 1;
    }
    tally
}

fn everything(value: &Archived<Everything>) {
    let of_map = (0..25u32).filter_map(|n| value.map.get(format!("name {n}").as_str()));
    let of_set = (0..25u32).filter(|n| value.set.contains(&(*n).into())).count();
    let of_tree = (0..25u32).filter_map(|n| value.tree.get(&n.into())).count();
    let leaves = (0..25u32).filter(|n| value.leaves.contains_key(n.to_string().as_str())).count();
    std::hint::black_box((of_map.map(ArchivedVec::len).sum::<usize>(), of_set, of_tree, leaves));
}

fn look_up(value: &Archived<Ordered>) {
    let of_map = (0..25).filter(|n| value.map.get(format!("name {n}").as_str()).is_some()).count();
    let of_set = (0..25u32).filter(|n| value.set.contains(&(*n).into())).count();
    let of_inner = (0..9u8).filter_map(|n| value.inner.get(&n)).map(ArchivedIndexSet::len).sum::<usize>();
    std::hint::black_box((of_map, of_set, of_inner));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for door in doors() {
        let label = door.label.as_bytes();
        let key = [&door.id.to_be_bytes()[..], label, &[0]].concat();
        let len = u8::try_from(key.len()).unwrap();
        seeds.push([&[0, len][..], &key, &archived(&door)].concat());
    }
    seeds.extend(trees().iter().map(|value| [&[1][..], &archived(value)].concat()));
    seeds.extend(deeps().iter().map(|value| [&[2][..], &archived(value)].concat()));
    seeds.extend(everythings().iter().map(|value| [&[3][..], &archived(value)].concat()));
    seeds.extend(downloads().iter().map(|value| [&[4][..], &archived(value)].concat()));
    seeds.extend(ordered().iter().map(|value| [&[5][..], &archived(value)].concat()));
    seeds
}

/// A typed area's schema, as the core takes it.
fn core_schema(of: &schema::Schema) -> speculo_core::Schema<'_> {
    speculo_core::Schema {
        kind: of.kind,
        fingerprint: of.fingerprint,
        descriptor: &of.descriptor,
        difference: schema::diff,
    }
}

/// The bytes that a publisher makes of a value.
fn archived<T: Speculo>(value: &T) -> Vec<u8> {
    let name = "typed/seed";
    let mut publisher = Publisher::<T>::builder(name).root(stage::root()).remove_on_drop().create().unwrap();
    publisher.publish(value).unwrap();
    let of = schema::of::<T>();
    let core = core_schema(&of);
    let mut reader = Area::builder(name).root(stage::root()).schema(core).open().unwrap();
    reader.latest().unwrap().unwrap().payload().to_vec()
}
