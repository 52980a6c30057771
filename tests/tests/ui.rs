//! What the derive and the compiler say of a mistake, word by word: `ui/<topic>/<case>.rs`, and what is said of it.
//!
//! After a change of the words: `TRYBUILD=overwrite cargo test -p speculo-tests --test ui`, then read the difference as
//! somebody who has made the mistake. `-- trybuild=fields/` is for the cases of one topic.
//!
//! A case holds one mistake, and gives one error for it. What differs from that is said in its first line:
//!
//! - `// mistakes: 3` where there are several; each has its error.
//! - `// mistakes: 1, and 4 errors of the compiler: why` where others follow that we cannot prevent.
//! - `// mistakes: 1, in the compiler's words: why` where we cannot choose the words.
//! - `// mistakes: 1, in 5 errors of the compiler: why` where we cannot choose anything.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}

#[test]
fn every_refusal_is_one_error_in_place_that_teaches() {
    let mut wrong = Vec::new();
    for case in cases() {
        let source = fs::read_to_string(&case).expect("a case");
        let said = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
        for complaint in complaints(&case, &source, &said) {
            wrong.push(format!("{}: {complaint}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_word_belongs_to_a_case() {
    let all = fs::read_dir("tests/ui").expect("topics").map(|topic| topic.expect("a topic").path());
    let files =
        all.flat_map(|topic| fs::read_dir(topic).expect("cases")).map(|file| file.expect("a case").path());
    let alone: Vec<_> = files
        .filter(|file| !file.with_extension("rs").exists() || !file.with_extension("stderr").exists())
        .collect();
    assert!(alone.is_empty(), "half a case: {alone:?}");
}

fn cases() -> Vec<PathBuf> {
    let topics = fs::read_dir("tests/ui").expect("topics").map(|topic| topic.expect("a topic").path());
    let files = topics.flat_map(|topic| fs::read_dir(topic).expect("cases"));
    let mut cases: Vec<_> = files
        .map(|file| file.expect("a case").path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    assert!(cases.len() > 90, "{} cases", cases.len());
    cases
}

/// What a case is allowed to be answered with.
#[derive(Debug, PartialEq, Eq)]
struct Allowance {
    /// Mistakes that have an error of their own, which comes first.
    mistakes: usize,
    /// Errors of the compiler that follow.
    follow: usize,
    /// The words are the compiler's.
    foreign: bool,
}

impl Allowance {
    fn of(source: &str) -> Result<Self, String> {
        let Some(line) = source.lines().next().and_then(|line| line.strip_prefix("// mistakes: ")) else {
            return Ok(Self { mistakes: 1, follow: 0, foreign: false });
        };
        let (mistakes, rest) = line.split_once(", ").unwrap_or((line, ""));
        let mistakes = mistakes.parse().map_err(|_| format!("no number of mistakes: {line}"))?;
        if rest.is_empty() {
            return Ok(Self { mistakes, follow: 0, foreign: false });
        }
        let (what, why) = rest.split_once(": ").unwrap_or((rest, ""));
        if why.is_empty() {
            return Err(format!("an allowance without a reason: {line}"));
        }
        if what == "in the compiler's words" {
            return Ok(Self { mistakes, follow: 0, foreign: true });
        }
        let words: Vec<&str> = what.split(' ').collect();
        match words.as_slice() {
            ["and" | "in", number, "error" | "errors", "of", "the", "compiler"] => {
                let follow = number.parse().map_err(|_| format!("no number of errors: {line}"))?;
                let ours = if what.starts_with("and") { mistakes } else { 0 };
                Ok(Self { mistakes: ours, follow, foreign: false })
            }
            _ => Err(format!("no allowance that is known: {line}")),
        }
    }
}

fn complaints(case: &Path, source: &str, said: &str) -> Vec<String> {
    let allowance = match Allowance::of(source) {
        Ok(allowance) => allowance,
        Err(complaint) => return vec![complaint],
    };
    let errors = errors(said);
    let expected = allowance.mistakes + allowance.follow;
    let mut complaints = Vec::new();
    if errors.len() != expected {
        complaints.push(format!("{} errors, and not {expected}", errors.len()));
    }
    for error in errors.iter().take(allowance.mistakes) {
        let first = error.lines().next().unwrap_or_default();
        if !is_in_place(error, case, source) {
            complaints.push(format!("not where the mistake is: {first}"));
        }
        if ["rkyv::", "__private"].iter().any(|inner| error.contains(inner)) {
            complaints.push(format!("speaks of what is inside: {first}"));
        }
        if !allowance.foreign && !teaches(error) {
            complaints.push(format!("does not say what to write: {first}"));
        }
    }
    complaints
}

/// Each error with all that belongs to it.
fn errors(said: &str) -> Vec<String> {
    let mut errors: Vec<String> = Vec::new();
    for line in said.lines() {
        if line.starts_with("error") {
            errors.push(String::new());
        }
        if let Some(error) = errors.last_mut() {
            error.push_str(line);
            error.push('\n');
        }
    }
    errors
}

/// Whether the first place is in the user's file, and not the name of the derive.
fn is_in_place(error: &str, case: &Path, source: &str) -> bool {
    let place = error.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    let Some((line, column)) = place
        .and_then(|place| place.strip_prefix(&format!("{}:", case.display())))
        .and_then(|place| place.split_once(':'))
    else {
        return false;
    };
    let line = line.parse().ok().and_then(|line: usize| source.lines().nth(line.checked_sub(1)?));
    let (Some(line), Ok(column)) = (line, column.parse::<usize>()) else { return false };
    column <= line.chars().count() && !line.trim_start().starts_with("#[derive(")
}

/// Whether a help or a note says more than the compiler always does.
fn teaches(error: &str) -> bool {
    let always =
        ["the trait `", "the following", "see issue", "required ", "consider manually", "the full name"];
    error
        .lines()
        .filter_map(|line| line.split_once("help: ").or_else(|| line.split_once("note: ")))
        .any(|(_, words)| !always.iter().any(|begin| words.starts_with(begin)))
}

#[test]
fn the_check_sees_what_is_wrong() {
    let case = Path::new("tests/ui/key/float.rs");
    let source = "#[derive(Speculo)]\nstruct Place(f32);\n";
    let good = "error: a float\n       help: use an integer\n --> tests/ui/key/float.rs:2:14\n";
    assert_eq!(complaints(case, source, good), Vec::<String>::new());
    for (from, to) in [
        ("help: use an integer", "whatever that means"),
        ("help: use an integer", "help: the trait `Key` is not implemented"),
        (":2:14", ":1:10"),
        ("key/float.rs", "key/other.rs"),
        ("a float", "a float in rkyv::Archive"),
        ("error: a float", "error: a float\nerror: another"),
        (good, ""),
    ] {
        assert!(!complaints(case, source, &good.replace(from, to)).is_empty(), "{to}");
    }
    let allow = |line: &str| Allowance::of(&format!("// mistakes: {line}\n"));
    assert_eq!(allow("2"), Ok(Allowance { mistakes: 2, follow: 0, foreign: false }));
    assert_eq!(
        allow("1, and 4 errors of the compiler: why"),
        Ok(Allowance { mistakes: 1, follow: 4, foreign: false })
    );
    assert_eq!(
        allow("1, in 5 errors of the compiler: why"),
        Ok(Allowance { mistakes: 0, follow: 5, foreign: false })
    );
    assert_eq!(
        allow("1, in the compiler's words: why"),
        Ok(Allowance { mistakes: 1, follow: 0, foreign: true })
    );
    for line in [
        "one",
        "1, and 4 errors of the compiler",
        "1, in other words: why",
        "1, and some errors of the compiler: why",
    ] {
        assert!(allow(line).is_err(), "{line}");
    }
}
