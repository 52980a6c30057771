//! Bars on a logarithmic scale: who takes how long for the same work.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::paint::{FAINT, INK, colour, decades, letters, round};
use crate::measure::Measured;
use crate::statistics::{Summary, with_unit};

const WIDTH: i32 = 1000;

/// Where bars begin and end; names are on their left, numbers on their right.
const BARS: std::ops::Range<i32> = 330..900;

/// A bar with its space.
const BAR: i32 = 18;

/// The name of a work, above its bars.
const TITLE: i32 = 30;

/// The names of the decades, at the top.
const SCALE: i32 = 24;

/// Works whose bars together are about so many make one plot.
const MOST_BARS: usize = 40;

/// Distributes works over plots of about the same height.
pub(super) fn pages<'w, 'm>(works: &'w [Vec<&'m Measured>]) -> Vec<&'w [Vec<&'m Measured>]> {
    let bars: usize = works.iter().map(Vec::len).sum();
    let enough = bars / bars.div_ceil(MOST_BARS).max(1);
    let mut pages = Vec::new();
    let mut rest = works;
    while !rest.is_empty() {
        let mut bars = 0;
        let last = rest.iter().position(|work| {
            bars += work.len();
            bars >= enough
        });
        let (page, others) = rest.split_at(last.map_or(rest.len(), |last| last + 1));
        pages.push(page);
        rest = others;
    }
    pages
}

/// Draws these works.
pub(super) fn draw(path: &Path, works: &[Vec<&Measured>]) -> anyhow::Result<()> {
    draw_page(path, works).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw_page(path: &Path, works: &[Vec<&Measured>]) -> Result<(), Box<dyn std::error::Error>> {
    let rows: i32 = works.iter().map(|work| work.iter().fold(TITLE, |height, _| height + BAR)).sum();
    let height = rows + SCALE + BAR;
    let area = SVGBackend::new(path, (u32::try_from(WIDTH)?, u32::try_from(height)?)).into_drawing_area();
    area.fill(&WHITE)?;

    let all = || works.iter().flatten();
    let summaries = all().filter_map(|measured| Summary::of(&measured.rounds));
    let (first, last) = decades(summaries.flat_map(|summary| [summary.low, summary.high])).unwrap_or((0, 1));
    let unit = all().next().ok_or("there is nothing to draw")?.unit;
    let place = |number: f64| {
        let share = (number.max(f64::MIN_POSITIVE).log10() - f64::from(first)) / f64::from(last - first);
        BARS.start + whole(share.max(0.0) * f64::from(BARS.end - BARS.start))
    };

    for decade in first..=last {
        let x = place(10f64.powi(decade));
        area.draw(&PathElement::new([(x, SCALE), (x, height - BAR)], FAINT))?;
        area.draw(&Text::new(round(10f64.powi(decade), unit), (x, SCALE / 2), letters(12, HPos::Center)))?;
    }
    let mut y = SCALE;
    for work in works {
        let title = work.first().map_or("", |measured| &measured.work);
        area.draw(&Text::new(title, (10, y + TITLE / 2), letters(15, HPos::Left)))?;
        y += TITLE;
        for measured in work {
            let middle = y + BAR / 2;
            area.draw(&Text::new(&*measured.by, (BARS.start - 8, middle), letters(13, HPos::Right)))?;
            let mut end = BARS.start;
            let mut says = "not measured".to_owned();
            if let Some(Summary { median, low, high }) = Summary::of(&measured.rounds) {
                let bar = [(BARS.start, y + 3), (place(median), y + BAR - 3)];
                area.draw(&Rectangle::new(bar, colour(measured).filled()))?;
                area.draw(&PathElement::new([(place(low), middle), (place(high), middle)], INK))?;
                end = place(median).max(place(high));
                says = with_unit(median, measured.unit);
            }
            area.draw(&Text::new(says, (end + 6, middle), letters(12, HPos::Left)))?;
            y += BAR;
        }
    }
    area.present()?;
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "a place in a picture")]
fn whole(place: f64) -> i32 {
    place.round() as i32
}
