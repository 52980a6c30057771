//! Snapshots beside a writer: exactly what was committed before one point.

use super::{Area, Reader, Wanted, Writer, check, value};
use crate::view::View;

/// What a view says of `a` and `b`: by key, and by walking over it.
fn both(view: &View) -> (Option<u64>, Option<u64>) {
    let get = |key: &[u8]| view.get(key).unwrap().map(|chunk| value(&chunk, key));
    let (b, a) = (get(b"b"), get(b"a"));
    let mut walked = (None, None);
    for chunk in view {
        let chunk = chunk.unwrap();
        let is_a = Wanted::key(b"a").fits(&chunk);
        let place = if is_a { &mut walked.0 } else { &mut walked.1 };
        assert_eq!(
            place.replace(value(&chunk, if is_a { b"a" } else { b"b" })),
            None,
            "two versions of a key"
        );
    }
    assert_eq!(walked, (a, b));
    (a, b)
}

#[test]
fn p10_a_view_is_a_prefix_of_the_log_and_stays_so() {
    check(|| {
        let area = Area::new(1, 4, false);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let reader = Reader::open(&area);
        let looker = loom::thread::spawn(move || {
            let view = View::new(super::SEED, reader.segment).unwrap();
            let first = both(&view);
            let prefix = matches!(first, (Some(1), None | Some(2)) | (Some(3), Some(2)));
            assert!(prefix, "{first:?}");
            (view, first)
        });
        writer.put(b"b", 2);
        writer.put(b"a", 3);
        let (view, first) = looker.join().unwrap();
        assert_eq!(both(&view), first);
        assert_eq!(both(&View::new(super::SEED, area.attach()).unwrap()), (Some(3), Some(2)));
    });
}

#[test]
fn p10_later_views_are_later() {
    check(|| {
        let area = Area::new(1, 4, false);
        let mut writer = Writer::create(&area);
        let mut reader = Reader::open(&area);
        let looker = loom::thread::spawn(move || {
            let seen = reader.get(b"a");
            let first = View::new(super::SEED, std::sync::Arc::clone(&reader.segment)).unwrap();
            let second = View::new(super::SEED, reader.segment).unwrap();
            let (first, second) = (first.last_seq().unwrap(), second.last_seq().unwrap());
            assert!(seen.unwrap_or(0) <= first && first <= second, "{seen:?} {first} {second}");
        });
        writer.put(b"a", 1);
        writer.put(b"a", 2);
        looker.join().unwrap();
    });
}
