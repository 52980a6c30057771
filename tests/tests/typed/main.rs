//! The typed handles across processes: what one process publishes, another one reads as what it was.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod following;
mod keyed;
mod shapes;
mod streams;
mod takeover;
mod types;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::process::ExitCode;

use speculo_tests::{Child, PATIENCE, Wire, roles, tests};
use speculo_typed::{Publisher, PublisherBuilder, Root, Speculo, SpeculoKey, Subscriber};

use following::{
    a_slow_subscriber_counts_what_it_lost, a_waiting_subscriber_is_woken, changes_keep_a_mirror, mirror,
    receiver, waiter,
};
use keyed::{
    a_singleton_is_replaced_as_a_whole, doors, keys_are_looked_up_by_borrowed_forms, limits, named,
    p4_a_replaced_value_is_whole, p4_what_a_slot_saw_is_not_taken_for_what_came_after, pairs, seats, slots,
    slots_survive_rollovers_on_both_sides,
};
use shapes::{
    entries, entries_of_every_shape_are_found_by_their_keys, every_singleton_reads_back_equal, foreigners,
    last_settings, messages, messages_of_every_shape_read_back_equal, types_of_other_crates_read_back_equal,
};
use streams::{
    a_late_joiner_sees_what_still_holds, a_stream_is_received_in_order, chunk_update_replaces_one_message,
    notes, what_expired_is_gone_everywhere,
};
use takeover::{
    p5_a_takeover_may_change_the_settings, p5_two_publishers_are_impossible,
    p5_values_outlive_a_killed_publisher, p7_samples_and_views_outlive_the_publisher,
    p10_a_view_is_one_moment, publisher,
};
use types::{
    every_kind_of_value_reads_back_equal, everything, other, p9_a_type_that_has_changed_can_be_replaced,
    p9_another_type_is_refused,
};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            keys_are_looked_up_by_borrowed_forms,
            p4_a_replaced_value_is_whole,
            a_singleton_is_replaced_as_a_whole,
            a_stream_is_received_in_order,
            what_expired_is_gone_everywhere,
            a_late_joiner_sees_what_still_holds,
            chunk_update_replaces_one_message,
            a_waiting_subscriber_is_woken,
            a_slow_subscriber_counts_what_it_lost,
            changes_keep_a_mirror,
            slots_survive_rollovers_on_both_sides,
            p4_what_a_slot_saw_is_not_taken_for_what_came_after,
            p5_values_outlive_a_killed_publisher,
            p5_two_publishers_are_impossible,
            p5_a_takeover_may_change_the_settings,
            p7_samples_and_views_outlive_the_publisher,
            p9_another_type_is_refused,
            p9_a_type_that_has_changed_can_be_replaced,
            p10_a_view_is_one_moment,
            every_kind_of_value_reads_back_equal,
            messages_of_every_shape_read_back_equal,
            entries_of_every_shape_are_found_by_their_keys,
            every_singleton_reads_back_equal,
            types_of_other_crates_read_back_equal,
        ],
        roles![
            doors,
            seats,
            named,
            limits,
            notes,
            receiver,
            waiter,
            mirror,
            slots,
            publisher,
            other,
            everything,
            pairs,
            messages,
            entries,
            last_settings,
            foreigners
        ],
    )
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Door {
    #[speculo(key)]
    id: u32,
    open: bool,
    label: String,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Named {
    #[speculo(key)]
    name: String,
    value: i64,
}

#[derive(Speculo, SpeculoKey, Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Seat {
    #[speculo(key)]
    row: String,
    #[speculo(key)]
    place: u8,
    #[speculo(key)]
    side: Side,
    taken: Option<String>,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
#[speculo(singleton)]
struct Limits {
    speed: u32,
    doors: Vec<u32>,
    by_name: BTreeMap<String, f64>,
}

#[derive(Speculo, Debug, Clone, PartialEq)]
struct Note {
    text: String,
}

fn door(id: u32, open: bool, label: &str) -> Door {
    Door { id, open, label: label.into() }
}

fn note(text: impl Into<String>) -> Note {
    Note { text: text.into() }
}

const AREA: &str = "typed/area";

fn publishes<T>(root: &Root) -> PublisherBuilder<T> {
    Publisher::builder(AREA).root(root.clone()).initial_size(4096)
}

fn create<T: Speculo>(root: &Root) -> Publisher<T> {
    publishes(root).create().unwrap()
}

/// A child in `role`, which has opened the area.
fn child(role: &str, root: &Root, args: &[&str]) -> Child {
    let mut child = Child::start(role, &root.path().unwrap(), args);
    child.expect("ready");
    child
}

/// What a child opens.
fn open<T: Speculo>(wire: &Wire) -> Subscriber<T> {
    let subscriber = Subscriber::builder(AREA).root(Root::new(wire.root())).open_wait(PATIENCE).unwrap();
    wire.say("ready");
    subscriber
}

/// Archived values look like their originals, so that tests can compare lines.
fn text(value: &impl Debug) -> String {
    format!("{value:?}")
}

fn some(value: &impl Debug) -> String {
    text(&Some(value))
}
