//! What the derive says when it refuses, word by word.
//!
//! After a change of the words: `TRYBUILD=overwrite cargo test -p speculo-tests --test ui`, then read the
//! difference. The first error must be ours, on what the user wrote, and say what to write instead.

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
