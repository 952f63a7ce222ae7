//! What charts with an axis of amounts at the left have in common: margins, grid, labels, base line.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::amount::Unit;
use crate::axis::Axis;
use crate::error::ChartError;
use crate::ink;
use crate::picture::Plot;
use crate::text::{self, Side};

/// The sheet in a chart's own coordinates.
pub(crate) type Field<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Below the data: the labels of the other axis.
const FOOT: i32 = 44;
/// Between labels and data.
const GAP: i32 = 14;
/// At the right: half of the last dot.
const RIGHT: i32 = 16;
/// Above the data: half a label.
const TOP: i32 = 14;

/// The margins of one chart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) plot: Plot,
    axis: Axis,
}

impl Frame {
    /// A frame on a sheet of so many units; `head` keeps room above the data.
    pub(crate) fn new((width, height): (i32, i32), axis: Axis, unit: &Unit, head: i32) -> Self {
        let labels = axis
            .lines()
            .into_iter()
            .map(|line| text::width(&unit.on_axis(line, axis.step)))
            .max()
            .unwrap_or_default();
        let plot = Plot {
            left: (labels + GAP).min(width / 2),
            top: TOP + head,
            right: width - RIGHT,
            bottom: height - FOOT,
        };
        Self { plot, axis }
    }

    /// The sheet with this frame's coordinates: 0 to `length` to the right, amounts upwards.
    pub(crate) fn field<'a, 'b>(
        &self,
        root: &'a DrawingArea<SVGBackend<'b>, Shift>,
        length: f64,
    ) -> Result<Field<'a, 'b>, ChartError> {
        let (width, height) = root.dim_in_pixel();
        let field = ChartBuilder::on(root)
            .margin_left(self.plot.left)
            .margin_top(self.plot.top)
            .margin_right(width.cast_signed() - self.plot.right)
            .margin_bottom(height.cast_signed() - self.plot.bottom)
            .build_cartesian_2d(0.0..length, self.axis.low..self.axis.high)?;
        Ok(field)
    }

    /// Grid lines with their amounts; the line of zero is the base line.
    pub(crate) fn grid(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
        unit: &Unit,
    ) -> Result<(), ChartError> {
        for line in self.axis.lines() {
            let (_, y) = field.backend_coord(&(0.0, line));
            let colour = if line == 0.0 { ink::AXIS } else { ink::GRID };
            let ends = vec![(self.plot.left, y), (self.plot.right, y)];
            root.draw(&PathElement::new(ends, colour.stroke_width(2)))?;
            let label = unit.on_axis(line, self.axis.step);
            text::write(root, &label, (self.plot.left - GAP, y), Side::End)?;
        }
        Ok(())
    }

    /// A label below the data, kept inside the sheet.
    pub(crate) fn below(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        x: i32,
        label: &str,
    ) -> Result<(), ChartError> {
        let half = text::width(label) / 2;
        let (x, side) = if x + half > self.plot.right + RIGHT {
            (self.plot.right, Side::End)
        } else if x - half < 0 {
            (self.plot.left, Side::Start)
        } else {
            (x, Side::Middle)
        };
        text::write(root, label, (x, self.plot.bottom + FOOT / 2 + 6), side)
    }
}
