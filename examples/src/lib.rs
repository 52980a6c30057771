//! The examples are beside this folder. What the README and the documents show is compiled, and run, with the
//! tests, and hangs here.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/evolution.md")]
struct Evolution;
