//! Tables, for the terminal and for the document.

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::works;
use crate::goals::{Outcome, Verdict};
use crate::measure::Measured;
use crate::statistics::{Summary, three_digits, with_unit};

/// What was measured: a table for each group, in which those who did the same work stand together.
pub(crate) fn tables(measured: &[Measured]) -> String {
    let groups = measured.chunk_by(|one, next| one.group == next.group);
    let texts = groups.map(|group| [table(group, presets::UTF8_BORDERS_ONLY).to_string(), absences(group)]);
    texts.flatten().collect::<Vec<_>>().join("\n")
}

/// The same of one group, as Markdown.
pub(super) fn markdown(group: &[Measured]) -> String {
    format!("{}\n\n{}", table(group, presets::ASCII_MARKDOWN), absences(group).replace('\n', "\n\n"))
}

/// What came of the goals.
pub(crate) fn goals(outcomes: &[Outcome]) -> String {
    let mut table = new_table(presets::UTF8_BORDERS_ONLY);
    table.set_header(["goal", "measured", ""]);
    for Outcome { goal, measured, verdict } in outcomes {
        let colour = match verdict {
            Verdict::Met => Color::Green,
            Verdict::Missed => Color::Red,
            Verdict::NotMeasured => Color::DarkGrey,
        };
        table.add_row([Cell::new(goal), Cell::new(measured), Cell::new(verdict.name()).fg(colour)]);
    }
    table.to_string()
}

fn new_table(style: comfy_table::TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(style);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// The table of one group.
fn table(group: &[Measured], style: comfy_table::TableStyle) -> Table {
    let name = group.first().map_or("", |measured| &measured.group);
    let mut table = new_table(style);
    table.set_header([name, "by", "median", "p5", "p95", "× speculo"]);
    for work in works(group) {
        let base = super::base(&work);
        for (row, measured) in work.iter().enumerate() {
            let work = if row == 0 { &measured.work } else { "" };
            let mut cells = vec![work.to_owned(), measured.by.clone()];
            match Summary::of(&measured.rounds) {
                Some(Summary { median, low, high }) => {
                    cells.extend([median, low, high].map(|number| with_unit(number, measured.unit)));
                    cells.push(base.map(|base| three_digits(median / base)).unwrap_or_default());
                }
                None => cells.push("absent".to_owned()),
            }
            table.add_row(cells);
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Who is absent, and why: a line each.
fn absences(group: &[Measured]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for measured in group {
        let line = measured.absent.as_ref().map(|why| format!("{} is absent: {why}\n", measured.by));
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines.concat()
}
