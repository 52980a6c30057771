//! A child of `fork`: alone in its binary, for a child holds for a moment whatever else is open.
#![cfg(not(loom))]
#![expect(unsafe_code, reason = "a test")]

use speculo_core::*;

mod common;

use common::area;

#[test]
fn p5_a_child_writes_what_it_has_created_and_nothing_of_its_parents() {
    let root = Root::temporary().unwrap();
    let mut writer = area(&root, Kind::Keyed).create().unwrap();
    writer.put(b"a", b"parent").unwrap();
    let mut reader = area(&root, Kind::Keyed).open().unwrap();
    // SAFETY: no other thread is at work, and the child ends without running anything of the parent's.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let is_refused = matches!(writer.put(b"a", b"child"), Err(PublishError::Forked { .. }));
        let own = Area::builder("test/child").root(root.clone()).create();
        let is_writer = own.is_ok_and(|mut own| own.publish(b"child").is_ok());
        // SAFETY: ends this process.
        unsafe { libc::_exit(i32::from(!is_refused) + 2 * i32::from(!is_writer)) };
    }
    let mut status = -1;
    // SAFETY: `status` outlives the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status >> 8, 0, "1: it took itself for its parent; 2: it could not write at all");
    writer.put(b"b", b"parent").unwrap();
    assert_eq!(reader.get(b"a").unwrap().unwrap().payload(), b"parent");
    assert_eq!(reader.view().unwrap().len().unwrap(), 2);
}
