//! A manifest of any bytes, beside a good segment.

use std::sync::OnceLock;

use speculo_core::{Flags, Kind};

use super::base::{Base, SHAPES, Shape, UUID};
use super::exercise::{self, Tally};
use super::input::Input;
use super::offsets::{MANIFEST_BOOT, MANIFEST_DESCRIPTOR, MANIFEST_UUID, put};
use super::{schema, stage, values};

/// Bits of the first byte: what is put right before the area is opened, for no chance would do so.
const OF_THIS_BOOT: u8 = 1;
const OF_THE_SEGMENT: u8 = 2;
/// What is done with the area.
const FRESH: u8 = 4;
const REPLACE: u8 = 8;

/// A byte of flags, a byte that chooses the segment, the manifest.
pub(super) fn drive(bytes: &[u8]) -> Tally {
    let mut input = Input::new(bytes);
    let (flags, shape) = (input.byte(), SHAPES[usize::from(input.byte()) % 6]);
    let base = Base::of(shape);
    let mut manifest = input.rest().to_vec();
    if flags & OF_THIS_BOOT != 0 {
        put(&mut manifest, MANIFEST_BOOT, &base.manifest[MANIFEST_BOOT..MANIFEST_BOOT + 16]);
    }
    if flags & OF_THE_SEGMENT != 0 {
        put(&mut manifest, MANIFEST_UUID, &UUID);
    }
    let segment = stage::segment_name(base.generation());
    let mut file = base.segment.clone();
    file.resize(base.len, 0);
    let dir = stage::set("manifest", &[(".manifest", &manifest), (&segment, &file)]);

    let mut tally = Tally::default();
    let most = base.len / 64;
    let area = stage::area("manifest", base.kind);
    exercise::open(&area, most, &mut tally);
    // A typed reader compares what stands there with what it is itself.
    let (_, typed) = typed_schema();
    tally.note(area.clone().schema(*typed).open());
    assert_eq!(std::fs::read(dir.join(".manifest")).unwrap(), manifest, "reading changed something");
    let mut takes = Flags::empty();
    takes.set(Flags::FRESH, flags & FRESH != 0);
    takes.set(Flags::REPLACE_ON_MISMATCH, flags & REPLACE != 0);
    tally.note(area.clone().schema(*typed).create());
    exercise::take_over(&area.flags(takes), most, &mut tally);
    tally
}

fn typed_schema() -> &'static (Vec<u8>, speculo_core::Schema<'static>) {
    static SCHEMA: OnceLock<(Vec<u8>, speculo_core::Schema<'static>)> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let of = speculo_typed::schema::of::<values::Door>();
        let descriptor: &'static [u8] = of.descriptor.clone().leak();
        let difference = speculo_typed::schema::diff;
        let core =
            speculo_core::Schema { kind: of.kind, fingerprint: of.fingerprint, descriptor, difference };
        (of.descriptor, core)
    })
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (number, shape) in (0u8..).zip(SHAPES).take(6) {
        let mut manifest = Base::of(shape).manifest.clone();
        seeds.push([&[OF_THIS_BOOT | OF_THE_SEGMENT, number][..], &manifest].concat());
        if shape == Shape::Small(Kind::Keyed) {
            for descriptor in schema::descriptors() {
                manifest.truncate(MANIFEST_DESCRIPTOR);
                put(&mut manifest, 72, &u32::try_from(descriptor.len()).unwrap().to_le_bytes());
                put(&mut manifest, 48, &[7; 16]);
                manifest.extend(descriptor);
                seeds.push([&[OF_THIS_BOOT | OF_THE_SEGMENT | REPLACE, number][..], &manifest].concat());
            }
        }
    }
    seeds.push(vec![FRESH, 0]);
    seeds
}
