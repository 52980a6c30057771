//! Memory that is used again beside readers: nobody reads another generation's bytes.

use super::{Area, Reader, Writer, check, value};
use crate::memory::Chunk;
use crate::view::View;

#[test]
fn p7_memory_is_used_again_only_when_nobody_holds_it() {
    check(|| {
        let area = Area::new(2, 2, true);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let reader = loom::thread::spawn({
            let area = std::sync::Arc::clone(&area);
            move || {
                let mut reader = Reader::open(&area);
                let now = reader.get(b"a").expect("the carried value");
                assert!((1..=2).contains(&now));
                // A later look at the same chunk: its memory is still its own.
                let chunk = Chunk::plain(&reader.segment, reader.segment.geometry().log_start).unwrap();
                assert_eq!(
                    value(&chunk, b"a"),
                    if reader.segment.geometry().generation == 3 { 2 } else { 1 }
                );
            }
        });
        assert!(writer.roll_over());
        writer.put(b"a", 2);
        // Into the memory of the first generation, unless the reader holds it.
        if writer.roll_over() {
            assert_eq!(writer.log.segment().geometry().generation, 3);
        }
        reader.join().unwrap();
    });
}

#[test]
fn p7_a_view_stays_as_it_was_through_rollovers() {
    check(|| {
        let area = Area::new(2, 2, true);
        let mut writer = Writer::create(&area);
        writer.put(b"a", 1);
        let holder = loom::thread::spawn({
            let area = std::sync::Arc::clone(&area);
            move || {
                let view = View::new(super::SEED, area.attach()).unwrap();
                let look = || view.get(b"a").unwrap().map(|chunk| value(&chunk, b"a"));
                let first = look().expect("there was a value all the time");
                assert!((1..=2).contains(&first));
                assert_eq!(look(), Some(first));
            }
        });
        assert!(writer.roll_over());
        writer.put(b"a", 2);
        writer.roll_over();
        holder.join().unwrap();
    });
}
