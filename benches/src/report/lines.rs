//! Lines on logarithmic scales: how a work grows with the number of things.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::paint::{FAINT, INK, OURS, decades, letters, round};
use super::point;
use crate::measure::Measured;
use crate::statistics::median;

/// The chart, and beside it who is who.
const CHART: i32 = 620;

/// The lines of others follow each other in these colours.
const OTHERS: [RGBColor; 6] = [
    RGBColor(0xd0, 0x8a, 0x3c),
    RGBColor(0x4a, 0x9a, 0x5c),
    RGBColor(0xa0, 0x52, 0x9c),
    RGBColor(0x80, 0x80, 0x80),
    RGBColor(0xc0, 0x44, 0x44),
    RGBColor(0x80, 0x60, 0x30),
];

/// Those of ours, from the first on, are paler and paler.
const SHADES: [f64; 3] = [1.0, 0.6, 0.3];

/// A work that was measured for several numbers of things.
pub(super) struct Growth<'m> {
    /// The work, without the number.
    pub(super) work: &'m str,
    /// Who did it, and the points of the line: how many things, and how much.
    lines: Vec<(&'m Measured, Vec<(f64, f64)>)>,
}

/// The works that were measured for several numbers of things.
pub(super) fn growths<'m>(measured: &'m [Measured]) -> Vec<Growth<'m>> {
    let mut growths: Vec<Growth<'m>> = Vec::new();
    for one in measured {
        let (Some((work, things)), Some(median)) = (point(&one.work), median(&one.rounds)) else { continue };
        let at = growths.iter().position(|growth| growth.work == work).unwrap_or_else(|| {
            growths.push(Growth { work, lines: Vec::new() });
            growths.len() - 1
        });
        let Some(growth) = growths.get_mut(at) else { continue };
        let point = (f64::from(things), median);
        match growth.lines.iter_mut().find(|(by, _)| by.by == one.by) {
            Some((_, points)) => points.push(point),
            None => growth.lines.push((one, vec![point])),
        }
    }
    growths.retain(|growth| growth.lines.iter().any(|(_, points)| points.len() > 1));
    growths
}

/// Draws one of them.
pub(super) fn draw(path: &Path, growth: &Growth<'_>) -> anyhow::Result<()> {
    draw_lines(path, growth).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw_lines(path: &Path, growth: &Growth<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(path, (900, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, names) = area.split_horizontally(CHART);
    let points = || growth.lines.iter().flat_map(|(_, points)| points);
    let (least, most) = decades(points().map(|point| point.0)).ok_or("there is nothing to draw")?;
    let (bottom, top) = decades(points().map(|point| point.1)).ok_or("there is nothing to draw")?;
    let unit = growth.lines.first().ok_or("there is nothing to draw")?.0.unit;
    let range = |from: i32, to: i32| (10f64.powi(from)..10f64.powi(to)).log_scale();

    let mut chart = ChartBuilder::on(&left)
        .caption(growth.work, letters(16, HPos::Center))
        .margin(12)
        .margin_right(40)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(range(least, most), range(bottom, top))?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .label_style(letters(12, HPos::Center))
        .x_label_formatter(&|things| format!("{things}"))
        .y_label_formatter(&|number| round(*number, unit))
        .draw()?;
    let (mut ours, mut others) = (SHADES.iter().cycle(), OTHERS.iter().cycle());
    let mut y = 60;
    for (measured, points) in &growth.lines {
        let colour = if measured.is_ours() {
            OURS.mix(*ours.next().unwrap_or(&1.0))
        } else {
            others.next().unwrap_or(&INK).to_rgba()
        };
        let style = colour.stroke_width(2);
        chart.draw_series(LineSeries::new(points.iter().copied(), style).point_size(3))?;
        names.draw(&PathElement::new([(0, y), (20, y)], style))?;
        names.draw(&Text::new(&*measured.by, (28, y), letters(12, HPos::Left)))?;
        y += 20;
    }
    area.present()?;
    Ok(())
}
