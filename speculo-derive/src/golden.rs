//! What types expand to, for people to read: `tests/expand/<type>.rs` beside `<type>.expanded.rs`.
//!
//! After a change of the derive, `SPECULO_EXPAND=overwrite cargo test -p speculo-derive` writes them anew; read the
//! difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use syn::DeriveInput;

/// The environment variable that makes the files follow the derive instead of checking it.
const OVERWRITE: &str = "SPECULO_EXPAND";

/// Longer than this, nobody reads it.
const MAX_LINES: usize = 220;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
}

/// The types, by the names of their files.
fn types() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    let mut types: Vec<String> = names
        .filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()))
        .filter(|name| !name.contains('.'))
        .collect();
    types.sort();
    types
}

/// What the derives that stand on the item make of it.
fn expanded(name: &str) -> String {
    let text = fs::read_to_string(folder().join(format!("{name}.rs"))).expect("a type");
    let item: DeriveInput = syn::parse_str(&text).unwrap_or_else(|error| panic!("{name}.rs: {error}"));
    let mut output = crate::expand::derive(&item);
    if text.contains("SpeculoKey") {
        output.extend(crate::key::derive(&item));
    }
    let file =
        syn::parse2(output).unwrap_or_else(|error| panic!("{name}.rs expands to what is not Rust: {error}"));
    // What stands in attributes is printed without spaces.
    prettyplease::unparse(&file).replace(":::", ": ::").replace("+::", " + ::")
}

#[test]
fn expansions_are_as_they_are_written_down() {
    let overwrite = std::env::var_os(OVERWRITE).is_some_and(|value| value == "overwrite");
    let types = types();
    assert!(types.len() >= 5, "{types:?}");
    let mut differences = String::new();
    for name in types {
        let path = folder().join(format!("{name}.expanded.rs"));
        let now = expanded(&name);
        if overwrite {
            fs::write(&path, &now).expect("written");
            continue;
        }
        let lines = now.lines().count();
        assert!(lines <= MAX_LINES, "{name}.rs expands to {lines} lines: more than people read");
        let kept = fs::read_to_string(&path).unwrap_or_default();
        if kept != now {
            let diff = TextDiff::from_lines(&kept, &now);
            differences
                .push_str(&diff.unified_diff().header(&format!("{name}.expanded.rs"), "now").to_string());
        }
    }
    assert!(
        differences.is_empty(),
        "the derive's output has changed; if it is meant to, write it down with {OVERWRITE}=overwrite\n{differences}"
    );
}
