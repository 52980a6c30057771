//! The house rules that no compiler knows.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};

/// Every Rust file under the `src` folders of the workspace, relative to its root, with its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().join("src")).collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "looked at the wrong place: {}", root.display());
    found
}

/// The lines of a file that are code, with their numbers: comments and what stands in quotes are blanked.
fn code(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines().enumerate().map(|(at, line)| {
        let line = line.split("//").next().unwrap();
        let unquoted: String = line.split('"').step_by(2).collect();
        (at + 1, unquoted)
    })
}

fn has_word(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_word) && !line[at + word.len()..].starts_with(is_word))
}

/// The tests' own harness counts with an atomic and calls the C library; the rules are for what is shipped.
fn is_shipped(name: &str) -> bool {
    !name.starts_with("tests/") && !name.starts_with("benches/") && !name.starts_with("examples/")
}

#[test]
fn atomics_are_named_in_one_file() {
    for (name, text) in sources() {
        if !is_shipped(&name) || name == "speculo-core/src/sync.rs" {
            continue;
        }
        for (at, line) in code(&text) {
            assert!(!line.contains("sync::atomic"), "{name}:{at}: {line}");
        }
    }
}

fn may_be_unsafe(name: &str) -> bool {
    name.starts_with("speculo-core/src/memory/")
        || name == "speculo-typed/src/access.rs"
        // Tests of what `access` may be given.
        || name == "speculo-typed/src/round_trip.rs"
}

#[test]
fn unsafe_code_stands_where_its_proofs_are() {
    let mut count = 0;
    for (name, text) in sources() {
        if !is_shipped(&name) {
            continue;
        }
        for (at, line) in code(&text) {
            if has_word(&line, "unsafe") {
                assert!(may_be_unsafe(&name), "{name}:{at}: {line}");
                count += 1;
            }
        }
        assert_eq!(
            code(&text).any(|(_, line)| line.contains("expect(unsafe_code") || line.contains("unsafe_code,")),
            code(&text).any(|(_, line)| has_word(&line, "unsafe")),
            "{name}: says that it has unsafe code, or has it, but not both"
        );
    }
    assert!(count > 10, "found {count} only");
}

#[test]
fn every_unsafe_has_its_proof() {
    for (name, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in code(&text) {
            // `unsafe fn` states its conditions instead, under "# Safety".
            let wanted = if line.contains("unsafe fn") { "# Safety" } else { "SAFETY:" };
            if !has_word(&line, "unsafe") || (wanted == "# Safety" && !line.contains("pub")) {
                continue;
            }
            // In the comment above, or above the statement that it is part of.
            let before = &lines[at.saturating_sub(16).max(1) - 1..at];
            assert!(before.iter().any(|line| line.contains(wanted)), "{name}:{at} has no {wanted}: {line}");
        }
    }
}

#[test]
fn files_are_short_enough_to_be_read() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{name} has {lines} lines; find another cut");
    }
}

/// Names like `p7_…` in backquotes, and orderings like `[O3]`, that a document mentions.
fn mentioned<'t>(text: &'t str, begin: &str, end: char) -> Vec<&'t str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn documents_name_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut tests = String::new();
    for folder in [
        "tests/tests",
        "tests/tests/crash",
        "tests/tests/trust",
        "tests/tests/typed",
        "speculo-core/tests",
        "speculo-typed/tests",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                tests.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for (_, text) in sources() {
        tests.push_str(&text);
    }
    let design = std::fs::read_to_string(root.join("docs/design.md")).unwrap();
    let is_test = |name: &&str| name.starts_with(|c: char| c.is_ascii_digit()) && name.contains('_');
    let named: Vec<_> = mentioned(&design, "`p", '`').into_iter().filter(is_test).collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(
            tests.contains(&format!("fn p{name}()")),
            "docs/design.md names the test p{name}, which there is not"
        );
    }
    for promise in 1..=10 {
        assert!(design.contains(&format!("| P{promise} |")), "P{promise} is not in docs/design.md");
    }
}

/// Somebody sets the clock: nothing expires sooner or later for it, and nobody waits longer.
#[test]
fn the_time_of_day_is_nobodys_business() {
    let mut readings = Vec::new();
    for (name, text) in sources() {
        if !is_shipped(&name) {
            continue;
        }
        for (at, line) in code(&text) {
            // Users' values may hold such times; asking for the time of day is another matter.
            assert!(!line.contains("SystemTime::now"), "{name}:{at}: {line}");
            for word in ["Realtime", "RealtimeCoarse", "CLOCK_REALTIME"] {
                assert!(!has_word(&line, word), "{name}:{at}: {line}");
            }
            if line.contains("clock_gettime(") {
                readings.push((name.clone(), line));
            }
        }
    }
    // What is written down in an area is of this clock; `Instant`, of the one that does not jump either, ends waiting.
    let [(name, line)] = &readings[..] else { panic!("{readings:?}") };
    assert!(name == "speculo-core/src/os/mod.rs" && line.contains("ClockId::Boottime"), "{name}: {line}");
}

#[test]
fn every_ordering_that_code_cites_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let orderings = std::fs::read_to_string(root.join("docs/ordering.md")).unwrap();
    let mut cited = 0;
    for (name, text) in sources().into_iter().filter(|(name, _)| is_shipped(name)) {
        for number in mentioned(&text.replace("\\[", "[").replace("\\]", "]"), "[O", ']') {
            if number.chars().all(|c| c.is_ascii_digit()) {
                cited += 1;
                assert!(orderings.contains(&format!("[O{number}]")), "{name} cites [O{number}]");
            }
        }
    }
    assert!(cited > 10, "{cited}");
}
