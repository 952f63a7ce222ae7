//! Bars that lie: a name, one bar per series, the amount at the right end.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::amount::Unit;
use crate::error::ChartError;
use crate::ink;
use crate::picture::{self, Chart, HoverPoint, HoverValue, Plot, Series, Size, Steps};
use crate::text::{self, Side};

/// From one row to the next, where it has one bar.
const ROW: i32 = 58;
/// What each further bar adds.
const FURTHER: i32 = 26;
/// Height of a bar.
const BAR: i32 = 20;
/// Between name, bars and amounts.
const GAP: i32 = 16;

/// One name and its bars.
pub(super) struct Row {
    pub(super) name: String,
    /// One per series; nothing where it is not known.
    pub(super) bars: Vec<Bar>,
}

/// A bar.
#[derive(Clone, Copy)]
pub(super) struct Bar {
    pub(super) value: Option<f64>,
    pub(super) colour: u8,
}

struct Columns {
    name: i32,
    left: i32,
    right: i32,
    amount: i32,
}

/// Draws the rows below each other; the picture is as high as they need, whatever height is asked for.
pub(super) fn draw(
    rows: &[Row],
    series: Vec<Series>,
    unit: &Unit,
    size: Size,
    title: &str,
) -> Result<Chart, ChartError> {
    let (width, _) = size.units();
    let pitch = ROW + FURTHER * (series.len().max(1) as i32 - 1);
    let height = pitch * rows.len().max(1) as i32;
    let columns = columns(rows, unit, width);
    let (low, high) = extent(rows);
    let place = |value: f64| {
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        columns.left + (share * f64::from(columns.right - columns.left)).round() as i32
    };
    let mut points = Vec::new();
    let (svg, ()) = picture::draw((width, height), title, |root| {
        for (index, row) in rows.iter().enumerate() {
            let top = pitch * index as i32;
            let middle = top + pitch / 2;
            let name = text::within(&row.name, columns.left - GAP - columns.name);
            text::write_in(root, &name, (columns.name, middle), Side::Start, ink::NAME)?;
            let first = middle - FURTHER * (row.bars.len().max(1) as i32 - 1) / 2;
            for (step, bar) in row.bars.iter().enumerate() {
                let y = first + FURTHER * step as i32;
                lay(root, bar, y, &place)?;
                text::write_in(
                    root,
                    &written(bar.value, unit),
                    (columns.amount, y),
                    Side::End,
                    ink::NAME,
                )?;
            }
            points.push(point(row, &series, unit, middle, &place));
        }
        Ok(())
    })?;
    Ok(Chart {
        svg,
        width,
        height,
        plot: Plot {
            left: columns.left,
            top: 0,
            right: columns.right,
            bottom: height,
        },
        steps: Steps::Down,
        series,
        points,
    })
}

fn columns(rows: &[Row], unit: &Unit, width: i32) -> Columns {
    let names = rows.iter().map(|row| text::width(&row.name)).max();
    let amounts = rows
        .iter()
        .flat_map(|row| &row.bars)
        .map(|bar| text::width(&written(bar.value, unit)))
        .max();
    let left = names.unwrap_or_default().min(width * 2 / 5) + GAP;
    let right = width - amounts.unwrap_or_default() - GAP;
    Columns {
        name: 0,
        left,
        right: right.max(left + 2),
        amount: width,
    }
}

fn extent(rows: &[Row]) -> (f64, f64) {
    rows.iter()
        .flat_map(|row| &row.bars)
        .filter_map(|bar| bar.value)
        .fold((0.0, 0.0), |(low, high), value| {
            (f64::min(low, value), f64::max(high, value))
        })
}

fn written(value: Option<f64>, unit: &Unit) -> String {
    value.map_or_else(|| "—".to_owned(), |value| unit.exact(value))
}

/// The bar from zero to its amount; anything that is not zero is seen.
fn lay(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    bar: &Bar,
    y: i32,
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let Some(value) = bar.value.filter(|value| *value != 0.0) else {
        return Ok(());
    };
    let (zero, end) = (place(0.0), place(value));
    let (left, right) = if value > 0.0 {
        (zero, end.max(zero + 2))
    } else {
        (end.min(zero - 2), zero)
    };
    let corners = [(left, y - BAR / 2), (right, y + BAR / 2)];
    root.draw(&Rectangle::new(corners, ink::series(bar.colour).filled()))?;
    Ok(())
}

fn point(
    row: &Row,
    series: &[Series],
    unit: &Unit,
    y: i32,
    place: &impl Fn(f64) -> i32,
) -> HoverPoint {
    let furthest = row
        .bars
        .iter()
        .filter_map(|bar| bar.value)
        .fold(0.0, f64::max);
    HoverPoint {
        x: place(furthest),
        y,
        label: row.name.clone(),
        at: None,
        values: row
            .bars
            .iter()
            .zip(series)
            .map(|(bar, series)| HoverValue {
                name: series.name.clone(),
                colour: Some(bar.colour),
                value: bar.value,
                text: written(bar.value, unit),
            })
            .collect(),
    }
}
