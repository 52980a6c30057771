//! Tables for the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::works;
use crate::measure::Measured;
use crate::statistics::{Summary, three_digits, with_unit};

/// What was measured: a table for each group, in which those who did the same work stand together.
pub(crate) fn tables(measured: &[Measured]) -> String {
    let mut text = String::new();
    for group in measured.chunk_by(|one, next| one.group == next.group) {
        text.push_str(&table(group).to_string());
        text.push('\n');
    }
    text
}

/// The table of one group.
fn table(group: &[Measured]) -> Table {
    let name = group.first().map_or("", |measured| &measured.group);
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([name, "by", "median", "p5", "p95", "× speculo"]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for work in works(group) {
        let base = super::base(&work);
        for (row, measured) in work.iter().enumerate() {
            let name = if row == 0 { &measured.work } else { "" };
            let mut cells = vec![Cell::new(name), Cell::new(&measured.by)];
            match Summary::of(&measured.rounds) {
                Some(Summary { median, low, high }) => {
                    cells.extend(
                        [median, low, high].map(|number| Cell::new(with_unit(number, measured.unit))),
                    );
                    cells.extend(base.map(|base| Cell::new(three_digits(median / base))));
                }
                None => cells.push(Cell::new(measured.absent.as_deref().unwrap_or("not measured"))),
            }
            table.add_row(cells);
        }
    }
    table
}
