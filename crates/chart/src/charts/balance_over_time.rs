//! Balance over time: a line with what was recharged marked on it, and the threshold below which it is low.

use base::Timestamp;
use jiff::tz::TimeZone;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::amount::Unit;
use crate::axis::Axis;
use crate::days::Span;
use crate::error::ChartError;
use crate::frame::{Field, Frame};
use crate::ink;
use crate::labels::Labels;
use crate::picture::{self, Chart, HoverPoint, HoverValue, Series, Size, Steps};
use crate::plain::{drawable, known};
use crate::text::{self, Side};

/// Room above the data for the amounts of recharges.
const HEAD: i32 = 26;
/// Width on the axis of time that one label needs, with its distance to the next.
const TICK_ROOM: i32 = 190;
const DOT: i32 = 6;
const COLOUR: u8 = 1;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct BalanceOverTime {
    /// Left edge of the picture.
    pub from: Timestamp,
    /// Right edge of the picture.
    pub to: Timestamp,
    /// Whether the right edge is today.
    pub ends_now: bool,
    /// Balances in any order; `None` says that it was not known from here on, which is a gap. Of what was before the
    /// left edge the last one holds.
    pub balances: Vec<(Timestamp, Option<f64>)>,
    /// What was added.
    pub recharges: Vec<Recharge>,
    /// Below this the balance is low.
    pub threshold: Option<f64>,
    /// What is counted.
    pub unit: Unit,
    /// Where days begin.
    pub zone: TimeZone,
}

/// Credit that was added at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recharge {
    /// When.
    pub at: Timestamp,
    /// How much, in the chart's unit.
    pub credited: f64,
}

type Run = Vec<(Timestamp, f64)>;

impl BalanceOverTime {
    /// Draws it. `title` says in one sentence what there is to see.
    ///
    /// # Errors
    /// When the drawing library refuses.
    pub fn draw(&self, size: Size, labels: &Labels, title: &str) -> Result<Chart, ChartError> {
        let span = Span::new(self.from, self.to);
        let runs = self.runs(span);
        let recharges = self.marked(span);
        let threshold = known(self.threshold);
        let amounts = runs.iter().flatten().map(|(_, value)| *value);
        let axis = Axis::over(amounts.chain(threshold), 4);
        let head = if recharges.is_empty() { 0 } else { HEAD };
        let (width, height) = size.units();
        let frame = Frame::new((width, height), axis, &self.unit, head);
        let (svg, points) = picture::draw((width, height), title, |root| {
            let mut field = frame.field(root, span.length())?;
            frame.grid(root, &field, &self.unit)?;
            self.time_axis(root, &field, &frame, span, labels)?;
            self.threshold_line(root, &field, &frame, threshold, labels)?;
            let runs = thin(&runs, &field, span);
            line(&mut field, span, &runs, axis)?;
            let mut points = self.hover(&field, span, &runs, labels);
            self.marks(root, &field, span, &frame, &runs, &recharges)?;
            self.tell_recharges(&mut points, &field, span, &recharges, labels);
            Ok(points)
        })?;
        Ok(Chart {
            svg,
            width,
            height,
            plot: frame.plot,
            steps: Steps::Right,
            series: vec![Series {
                name: labels.balance.clone(),
                colour: COLOUR,
            }],
            points,
        })
    }

    /// The balances inside the span, in order, split where they were unknown.
    fn runs(&self, span: Span) -> Vec<Run> {
        let mut balances: Vec<_> = self
            .balances
            .iter()
            .filter(|(at, _)| *at <= span.to)
            .map(|(at, value)| (*at, known(*value)))
            .collect();
        balances.sort_by_key(|(at, _)| *at);
        let first = balances.partition_point(|(at, _)| *at < span.from);
        if let Some(before) = first.checked_sub(1) {
            balances.drain(..before);
            balances[0].0 = span.from;
        }
        let mut runs: Vec<Run> = vec![Vec::new()];
        for (at, value) in balances {
            match (value, runs.last_mut()) {
                (Some(value), Some(run)) => run.push((at, value)),
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    fn marked(&self, span: Span) -> Vec<Recharge> {
        let mut marked: Vec<_> = self
            .recharges
            .iter()
            .filter(|recharge| span.from <= recharge.at && recharge.at <= span.to)
            .filter_map(|recharge| {
                let credited = drawable(recharge.credited)?;
                Some(Recharge {
                    at: recharge.at,
                    credited,
                })
            })
            .collect();
        marked.sort_by_key(|recharge| recharge.at);
        marked
    }

    fn time_axis(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
        frame: &Frame,
        span: Span,
        labels: &Labels,
    ) -> Result<(), ChartError> {
        let room = (frame.plot.right - frame.plot.left) / TICK_ROOM;
        let most = usize::try_from(room).unwrap_or(2).clamp(2, 6);
        for tick in span.ticks(most, self.ends_now, &self.zone, labels) {
            let (x, _) = field.backend_coord(&(span.place(tick.at), 0.0));
            frame.below(root, x, &tick.label)?;
        }
        Ok(())
    }

    fn threshold_line(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
        frame: &Frame,
        threshold: Option<f64>,
        labels: &Labels,
    ) -> Result<(), ChartError> {
        let Some(threshold) = threshold else {
            return Ok(());
        };
        let (_, y) = field.backend_coord(&(0.0, threshold));
        let ends = vec![(frame.plot.left, y), (frame.plot.right, y)];
        root.draw(&PathElement::new(ends, ink::THRESHOLD.stroke_width(2)))?;
        let label = labels.alert(&self.unit.brief(threshold));
        text::write(root, &label, (frame.plot.right, y - 16), Side::End)
    }

    fn hover(
        &self,
        field: &Field<'_, '_>,
        span: Span,
        runs: &[Run],
        labels: &Labels,
    ) -> Vec<HoverPoint> {
        let point = |(at, value): &(Timestamp, f64)| {
            let (x, y) = field.backend_coord(&(span.place(*at), *value));
            HoverPoint {
                x,
                y,
                label: labels.day(crate::days::civil(*at, &self.zone).date()),
                at: Some(*at),
                values: vec![HoverValue {
                    name: labels.balance.clone(),
                    colour: Some(COLOUR),
                    value: Some(*value),
                    text: self.unit.exact(*value),
                }],
            }
        };
        runs.iter().flatten().map(point).collect()
    }

    /// A dot for each recharge, a riser and its amount where there is room for it.
    fn marks(
        &self,
        root: &DrawingArea<SVGBackend<'_>, Shift>,
        field: &Field<'_, '_>,
        span: Span,
        frame: &Frame,
        runs: &[Run],
        recharges: &[Recharge],
    ) -> Result<(), ChartError> {
        let mut taken = i32::MIN;
        for recharge in recharges {
            let value = balance_at(runs, recharge.at).unwrap_or_default();
            let (x, y) = field.backend_coord(&(span.place(recharge.at), value));
            let label = self.unit.gained(recharge.credited);
            let half = text::width(&label) / 2;
            let middle = x.max(frame.plot.left + half).min(frame.plot.right - half);
            if middle - half > taken {
                let label_y = frame.plot.top - HEAD + 4;
                let riser = vec![(x, y - DOT), (x, label_y + 14)];
                root.draw(&PathElement::new(riser, ink::RISER.stroke_width(2)))?;
                text::write(root, &label, (middle, label_y), Side::Middle)?;
                taken = middle + half + 8;
            }
            root.draw(&Circle::new((x, y), DOT, ink::GOOD.filled()))?;
        }
        Ok(())
    }

    fn tell_recharges(
        &self,
        points: &mut Vec<HoverPoint>,
        field: &Field<'_, '_>,
        span: Span,
        recharges: &[Recharge],
        labels: &Labels,
    ) {
        for recharge in recharges {
            let value = HoverValue {
                name: labels.recharged.clone(),
                colour: None,
                value: Some(recharge.credited),
                text: self.unit.gained(recharge.credited),
            };
            let after = points.partition_point(|point| point.at < Some(recharge.at));
            let nearest = after.min(points.len().saturating_sub(1));
            if let Some(point) = points.get_mut(nearest) {
                point.values.push(value);
            } else {
                let (x, y) = field.backend_coord(&(span.place(recharge.at), 0.0));
                points.push(HoverPoint {
                    x,
                    y,
                    label: labels.day(crate::days::civil(recharge.at, &self.zone).date()),
                    at: Some(recharge.at),
                    values: vec![value],
                });
            }
        }
    }
}

/// Line and area of each run, a dot at the end of the last one and for a run of one point.
fn line(field: &mut Field<'_, '_>, span: Span, runs: &[Run], axis: Axis) -> Result<(), ChartError> {
    let colour = ink::series(COLOUR);
    let ground = 0.0_f64.clamp(axis.low, axis.high);
    for (index, run) in runs.iter().enumerate() {
        let places: Vec<_> = run
            .iter()
            .map(|(at, value)| (span.place(*at), *value))
            .collect();
        if places.len() > 1 {
            field.draw_series(AreaSeries::new(
                places.iter().copied(),
                ground,
                colour.mix(ink::AREA),
            ))?;
            field.draw_series(LineSeries::new(
                places.iter().copied(),
                colour.stroke_width(3),
            ))?;
        }
        if places.len() == 1 || index + 1 == runs.len() {
            let end = places.last().copied();
            field.draw_series(end.map(|end| Circle::new(end, DOT, colour.filled())))?;
        }
    }
    Ok(())
}

/// What the line shows at a moment: the first balance since then, else the last one before.
fn balance_at(runs: &[Run], at: Timestamp) -> Option<f64> {
    let mut all = runs.iter().flatten();
    let after = all.clone().find(|(time, _)| *time >= at);
    after.or_else(|| all.next_back()).map(|(_, value)| *value)
}

/// No more than first, lowest, highest and last balance in one column of the picture.
fn thin(runs: &[Run], field: &Field<'_, '_>, span: Span) -> Vec<Run> {
    let column = |at: Timestamp| field.backend_coord(&(span.place(at), 0.0)).0;
    runs.iter()
        .map(|run| {
            run.chunk_by(|one, next| column(one.0) == column(next.0))
                .flat_map(extremes)
                .collect()
        })
        .collect()
}

fn extremes(points: &[(Timestamp, f64)]) -> Vec<(Timestamp, f64)> {
    if points.len() <= 4 {
        return points.to_vec();
    }
    let by_value = |one: &&(Timestamp, f64), other: &&(Timestamp, f64)| one.1.total_cmp(&other.1);
    let mut kept: Vec<_> = [
        points.first(),
        points.iter().min_by(by_value),
        points.iter().max_by(by_value),
        points.last(),
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect();
    kept.sort_by_key(|(at, _)| *at);
    kept
}
