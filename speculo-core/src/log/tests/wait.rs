//! Who waits, and who looks for those who do.

use std::sync::Arc;

use super::*;
use crate::log::wait::{Mark, answers};
use crate::memory::fence::Light;
use crate::memory::region::Word;

#[test]
fn who_waits_is_answered_once() {
    let stage = Stage::new(Kind::Stream, 16, 1);
    let bell = Word::of(stage.log.memory().region(), stage.log.end()).unwrap();
    let fence = Light::register();
    assert!(!answers(&bell, fence));
    bell.get().store(1, Ordering::Relaxed);
    assert!(answers(&bell, fence));
    assert!(!answers(&bell, fence));
}

#[test]
fn who_waits_on_a_copy_hears_of_a_commit_and_of_another_segment() {
    let mut stage = Stage::new(Kind::Stream, 16, 1);
    let region = Arc::clone(stage.log.segment().region());
    let mark = |stage: &Stage| Mark::in_copies(&region, stage.log.segment(), stage.log.end());
    let at_end = mark(&stage);
    assert!(!at_end.is_passed_in(stage.log.segment()));
    assert!(at_end.is_passed_in(stage.rolled_over(&stage.census(NOW)).log.segment()));
    stage.publish(b"1", 0);
    assert!(at_end.is_passed_in(stage.log.segment()));
    assert!(!mark(&stage).is_passed_in(stage.log.segment()));
}
