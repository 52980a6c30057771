//! The examples are beside this folder. The project's README, whose code is compiled with the tests, hangs here.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
