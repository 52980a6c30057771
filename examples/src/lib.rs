//! The examples are beside this folder; what follows is the project's README, whose code is compiled with the tests.
#![doc = include_str!("../../README.md")]
