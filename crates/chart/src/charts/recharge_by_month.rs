//! What was recharged beside what was consumed, month by month.

use jiff::civil::Date;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::amount::Unit;
use crate::axis::Axis;
use crate::error::ChartError;
use crate::frame::{Field, Frame};
use crate::ink;
use crate::labels::Labels;
use crate::picture::{self, Chart, HoverPoint, HoverValue, Series, Size, Steps};
use crate::plain::known;
use crate::text;

/// Colours of the two series: teal for what comes in, cobalt for what goes out.
const COLOURS: [u8; 2] = [3, 1];
/// A bar is no wider than this.
const BAR: i32 = 40;
/// Share of a month's room that its bars take.
const FILLED: f64 = 0.62;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct RechargeByMonth {
    /// The months from left to right.
    pub months: Vec<MonthFigures>,
    /// What is counted.
    pub unit: Unit,
}

/// One month's sums; nothing where they are not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthFigures {
    /// Any day of the month.
    pub month: Date,
    /// Credit received.
    pub recharged: Option<f64>,
    /// Credit used.
    pub consumed: Option<f64>,
}

impl MonthFigures {
    fn values(&self) -> [Option<f64>; 2] {
        [known(self.recharged), known(self.consumed)]
    }
}

impl RechargeByMonth {
    /// Draws it. `title` says in one sentence what there is to see.
    ///
    /// # Errors
    /// When the drawing library refuses.
    pub fn draw(&self, size: Size, labels: &Labels, title: &str) -> Result<Chart, ChartError> {
        let values = self.months.iter().flat_map(MonthFigures::values);
        let axis = Axis::over(values.flatten(), 4);
        let (width, height) = size.units();
        let frame = Frame::new((width, height), axis, &self.unit, 0);
        let (svg, points) = picture::draw((width, height), title, |root| {
            let field = frame.field(root, self.months.len().max(1) as f64)?;
            frame.grid(root, &field, &self.unit)?;
            self.bars(root, &field)?;
            self.names(root, &field, &frame, labels)?;
            Ok(self.hover(&field, labels))
        })?;
        let names = [&labels.recharged, &labels.consumed];
        Ok(Chart {
            svg,
            width,
            height,
            plot: frame.plot,
            steps: Steps::Right,
            series: names
                .into_iter()
                .zip(COLOURS)
                .map(|(name, colour)| Series {
                    name: name.clone(),
                    colour,
                })
                .collect(),
            points,
        })
    }

    fn bars(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
    ) -> Result<(), ChartError> {
        let slot = field.backend_coord(&(1.0, 0.0)).0 - field.backend_coord(&(0.0, 0.0)).0;
        let bar = ((f64::from(slot) * FILLED / 2.0) as i32).clamp(1, BAR);
        for (index, month) in self.months.iter().enumerate() {
            let (middle, ground) = field.backend_coord(&(index as f64 + 0.5, 0.0));
            let lefts = [middle - bar - 1, middle + 1];
            for ((value, left), colour) in month.values().into_iter().zip(lefts).zip(COLOURS) {
                let Some(value) = value.filter(|value| *value != 0.0) else {
                    continue;
                };
                let (_, end) = field.backend_coord(&(0.0, value));
                let (top, bottom) = (end.min(ground), end.max(ground));
                let corners = [(left, top), (left + bar, bottom)];
                root.draw(&Rectangle::new(corners, ink::series(colour).filled()))?;
            }
        }
        Ok(())
    }

    /// Every month's name, or every second, third … where there is no room for all.
    fn names(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
        frame: &Frame,
        labels: &Labels,
    ) -> Result<(), ChartError> {
        let names: Vec<_> = self
            .months
            .iter()
            .map(|month| self.name(month, labels))
            .collect();
        let widest = names
            .iter()
            .map(|name| text::width(name))
            .max()
            .unwrap_or(1)
            + 8;
        let room = frame.plot.right - frame.plot.left;
        let fitting = usize::try_from(room / widest).unwrap_or(1).max(1);
        let every = names.len().div_ceil(fitting).max(1);
        for (index, name) in names.iter().enumerate().rev().step_by(every) {
            let (x, _) = field.backend_coord(&(index as f64 + 0.5, 0.0));
            frame.below(root, x, name)?;
        }
        Ok(())
    }

    fn name(&self, month: &MonthFigures, labels: &Labels) -> String {
        if self.months.len() > 12 {
            labels.month_of_year(month.month)
        } else {
            labels.month(month.month)
        }
    }

    fn hover(&self, field: &Field<'_, '_>, labels: &Labels) -> Vec<HoverPoint> {
        let names = [&labels.recharged, &labels.consumed];
        self.months
            .iter()
            .enumerate()
            .map(|(index, month)| {
                let values = month.values();
                let highest = values.into_iter().flatten().fold(0.0, f64::max);
                let (x, y) = field.backend_coord(&(index as f64 + 0.5, highest));
                let told = values.into_iter().zip(names).zip(COLOURS);
                HoverPoint {
                    x,
                    y,
                    label: labels.month_of_year(month.month),
                    at: None,
                    values: told
                        .map(|((value, name), colour)| HoverValue {
                            name: name.clone(),
                            colour: Some(colour),
                            value,
                            text: value.map_or_else(|| "—".to_owned(), |v| self.unit.exact(v)),
                        })
                        .collect(),
                }
            })
            .collect()
    }
}
