//! A recipe for each common need. All of them are compiled and run by the tests.
//!
//! In these programs `root` is a directory of their own, made by [`Root::temporary`](crate::Root::temporary). Yours say
//! `Publisher::create("vehicle/doors")` and `Subscriber::open("vehicle/doors")`, and find each other by that name.
//!
//! | [`values`] | [`programs`] |
//! |---|---|
//! | [A table of things by id](values#a-table-of-things-by-id) | [Waiting for a state](programs#waiting-for-a-state) |
//! | [One value that everybody needs](values#one-value-that-everybody-needs) | [Readers that start first](programs#readers-that-start-first) |
//! | [An enum of events](values#an-enum-of-events) | [A publisher that restarts](programs#a-publisher-that-restarts) |
//! | [A value that goes stale](values#a-value-that-goes-stale) | [Several publishers](programs#several-publishers) |
//! | [A mirror of a table](values#a-mirror-of-a-table) | [Questions and answers](programs#questions-and-answers) |
//! | [Everything at one moment](values#everything-at-one-moment) | [Sharing with another user](programs#sharing-with-another-user) |
//! | [Keeping a value](values#keeping-a-value) | [Reading what nobody vouches for](programs#reading-what-nobody-vouches-for) |
//! | [Keys of several parts](values#keys-of-several-parts) | [When there is no room](programs#when-there-is-no-room) |
//! | [The shortest way to one value](values#the-shortest-way-to-one-value) | [In an async program](programs#in-an-async-program) |
//! | [Large values](values#large-values) | [In tests](programs#in-tests) |
//! | [Types of other crates](values#types-of-other-crates) |  |

pub mod programs;
pub mod values;
