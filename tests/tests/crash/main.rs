//! A writer dies at every point, by SIGKILL and by SIGABRT, and so does the next one: readers go on, whoever comes then
//! takes over, nothing committed is lost, and no file stays. `docs/crash.md` says what each point leaves.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod matrix;
mod points;
mod work;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use speculo_tests::{kill_points, roles, tests};

use matrix::{
    p5_every_point_of_a_creation_survives_two_deaths, p5_every_point_of_a_keyed_area_survives_three_deaths,
    p5_every_point_of_a_removal_survives_two_deaths, p5_every_point_of_a_replacement_survives_two_deaths,
    p5_every_point_of_a_singleton_survives_three_deaths, p5_every_point_of_a_stream_survives_three_deaths,
    p5_every_point_of_a_takeover_survives_three_deaths, victim,
};
use points::{CREATE, REMOVE, REPLACE, TAKEOVER, WORK};

fn main() -> ExitCode {
    speculo_tests::run(
        tests![
            p5_every_point_of_a_stream_survives_three_deaths,
            p5_every_point_of_a_keyed_area_survives_three_deaths,
            p5_every_point_of_a_singleton_survives_three_deaths,
            p5_every_point_of_a_takeover_survives_three_deaths,
            p5_every_point_of_a_creation_survives_two_deaths,
            p5_every_point_of_a_replacement_survives_two_deaths,
            p5_every_point_of_a_removal_survives_two_deaths,
            every_kill_point_of_the_library_is_tried_here,
            every_kill_point_of_the_library_is_explained,
        ],
        roles![victim],
    )
}

fn every_kill_point_of_the_library_is_tried_here() {
    let work = WORK.iter().map(|point| point.name);
    let others = [TAKEOVER, CREATE, REPLACE, REMOVE].into_iter().flatten().copied();
    let tried: BTreeSet<&str> = work.chain(others).collect();
    let known = kill_points();
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(known, tried);
}

/// Rows of the tables of `docs/crash.md` begin with the points that they are about.
fn every_kill_point_of_the_library_is_explained() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/crash.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut explained = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
        for point in cells[0].split('`').skip(1).step_by(2) {
            assert!(explained.insert(point.to_owned()), "{point} stands in docs/crash.md twice");
        }
    }
    assert_eq!(explained, kill_points());
}
