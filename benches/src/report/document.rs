//! The generated part of `docs/performance.md`, and its plots. What people write around it stays.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::data::Data;
use super::{bars, lines, point, table, works};
use crate::goals::{self, Outcome};
use crate::machine::Machine;
use crate::measure::Measured;
use crate::rows::GROUPS;

const BEGIN: &str = "<!-- generated -->";
const END: &str = "<!-- end -->";

/// What the document says before anything is generated.
const NEW: &str = "# Performance

Everything here was measured by one command, `cargo run --release -p speculo-bench`, which also writes the part between
the two marks, and the plots and the data beside this file.

";

/// Draws the plots into `directory`, and writes the document beside it, as `directory.md`.
pub(crate) fn write(directory: &Path, data: &Data) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "svg") {
            fs::remove_file(path)?;
        }
    }
    let mut generated = format!("{BEGIN}\n\n## Goals\n\n{}", goals_table(&goals::outcomes(&data.all())));
    for group in GROUPS {
        let Some((_, measured)) = data.groups.get(group.name) else { continue };
        write!(generated, "\n## {}\n\n{}.\n\n", capitalized(group.name), capitalized(group.about))?;
        for (file, title) in plots(directory, group.name, measured)? {
            let name = directory.file_name().context("a directory has a name")?.to_string_lossy();
            writeln!(generated, "![{title}]({name}/{file})\n")?;
        }
        writeln!(
            generated,
            "<details><summary>All numbers</summary>\n\n{}\n</details>",
            table::markdown(measured)
        )?;
    }
    generated.push_str("\n## Machine\n");
    for machine in &data.runs {
        generated.push_str(&about(machine, data));
    }
    write!(generated, "\n{END}")?;

    let path = directory.with_extension("md");
    let text = if path.exists() { fs::read_to_string(&path)? } else { format!("{NEW}{BEGIN}\n{END}\n") };
    let text = replaced(&text, &generated).with_context(|| path.display().to_string())?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The text with another generated part.
fn replaced(text: &str, generated: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once(BEGIN).with_context(|| format!("there is no `{BEGIN}`"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("there is no `{END}`"))?;
    ensure!(!after.contains(BEGIN), "there is more than one `{BEGIN}`");
    Ok(format!("{before}{generated}{after}"))
}

/// Draws a group; gives the files with what they show.
fn plots(directory: &Path, group: &str, measured: &[Measured]) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let growths = lines::growths(measured);
    for growth in &growths {
        let file = format!("{group}-{}.svg", file_name(growth.work));
        lines::draw(&directory.join(&file), growth)?;
        files.push((file, growth.work.to_owned()));
    }
    let is_line =
        |work: &str| point(work).is_some_and(|(line, _)| growths.iter().any(|growth| growth.work == line));
    let works: Vec<_> = works(measured)
        .into_iter()
        .filter(|work| work.iter().all(|one| !is_line(&one.work)))
        .filter(|work| work.iter().any(|one| !one.rounds.is_empty()))
        .collect();
    // Numbers of different units do not share a scale.
    for same_unit in
        works.chunk_by(|one, next| one.first().map(|one| one.unit) == next.first().map(|one| one.unit))
    {
        for page in bars::pages(same_unit) {
            let file = format!("{group}-{}.svg", files.len() - growths.len() + 1);
            bars::draw(&directory.join(&file), page)?;
            let names = page.iter().filter_map(|work| work.first()).map(|measured| &*measured.work);
            files.push((file, names.collect::<Vec<_>>().join("; ")));
        }
    }
    Ok(files)
}

/// Letters and digits in small letters, anything else a dash.
fn file_name(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn goals_table(outcomes: &[Outcome]) -> String {
    let mut text = "| goal | measured | |\n|---|---:|---|\n".to_owned();
    for Outcome { goal, measured, verdict } in outcomes {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {goal} | {measured} | {} |", verdict.name());
    }
    text
}

fn about(machine: &Machine, data: &Data) -> String {
    let measured = GROUPS.iter().map(|group| group.name);
    let measured =
        measured.filter(|group| data.groups.get(*group).is_some_and(|(run, _)| *run == machine.run));
    let groups: Vec<_> = measured.collect();
    let mut text =
        format!("\nThe run of {} measured {}.\n\n| | |\n|---|---|\n", machine.run, groups.join(", "));
    for (what, is) in &machine.facts {
        let _ = writeln!(text, "| {what} | {is} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Unit;

    #[test]
    fn what_people_wrote_stays() -> anyhow::Result<()> {
        let text = format!("# Ours\n{BEGIN}\nold\n{END}\nNotes.\n");
        let new = format!("{BEGIN}\nnew\n{END}");
        assert_eq!(replaced(&text, &new)?, format!("# Ours\n{new}\nNotes.\n"));
        assert!(replaced("no marks", &new).is_err());
        Ok(())
    }

    #[test]
    fn a_document_with_plots_is_written_and_written_again() -> anyhow::Result<()> {
        let one = |work: &str, by: &str, number: f64| Measured {
            group: GROUPS.first().map(|group| group.name).unwrap_or_default().to_owned(),
            work: work.to_owned(),
            by: by.to_owned(),
            unit: Unit::Nanoseconds,
            rounds: vec![number; 3],
            absent: None,
        };
        let measured = [
            one("publish", "speculo", 10.0),
            one("publish", "peer", 1e5),
            one("open, 10 keys", "speculo", 1e3),
            one("open, 1,000 keys", "speculo", 1e4),
        ];
        let machine = Machine { run: "now".to_owned(), facts: vec![("kernel".to_owned(), "new".to_owned())] };
        let mut data = Data::default();
        data.merge(machine, &measured);

        let home = tempfile::tempdir()?;
        let directory = home.path().join("performance");
        data.save(&directory)?;
        write(&directory, &data)?;
        let document = fs::read_to_string(home.path().join("performance.md"))?;
        for part in ["| peer ", "-open.svg)", "-1.svg)", "| kernel | new |"] {
            assert!(document.contains(part), "`{part}` is missing in\n{document}");
        }
        write(&directory, &data)?;
        assert_eq!(fs::read_to_string(home.path().join("performance.md"))?, document);
        Ok(())
    }
}
