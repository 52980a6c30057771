//! Values as large as the format allows, in a process that may not make files so large.
#![cfg(not(loom))]

use rustix::process::{Resource, getrlimit, setrlimit};
use speculo_core::*;

mod common;

use common::area;

/// What a chunk can say that it holds.
const MOST: usize = (1 << 30) - 1;

#[test]
fn values_of_up_to_a_gibibyte_are_a_matter_of_memory_and_larger_ones_of_the_format() {
    let mut limit = getrlimit(Resource::Fsize);
    limit.current = Some(1 << 20);
    setrlimit(Resource::Fsize, limit).unwrap();
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Stream).max_size(8 << 30).create().unwrap();
    let mut publish = |len| writer.publish_with(To::Next, None, |_| Ok::<_, std::convert::Infallible>(len));
    assert!(matches!(publish(MOST), Err(PublishError::NoSpace(_))));
    for len in [MOST + 1, usize::MAX] {
        let error = publish(len).unwrap_err();
        let PublishError::TooLarge { needed, limit, .. } = error else { panic!("{error}") };
        assert_eq!((needed, limit), (len as u64, MOST as u64));
    }
    assert!(matches!(writer.chunk(To::Next, MOST), Err(PublishError::NoSpace(_))));
    assert!(matches!(writer.chunk(To::Next, usize::MAX), Err(PublishError::TooLarge { .. })));
    let id = writer.publish(b"as before").unwrap();
    assert_eq!(writer.get_id(id).unwrap().unwrap().payload(), b"as before");
}
