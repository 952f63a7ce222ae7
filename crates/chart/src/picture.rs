//! The sheet a chart is drawn on, and what comes out.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::ChartError;
use crate::text;

/// Twice the size on the screen, since plotters has whole coordinates only.
pub(crate) const SCALE: u32 = 2;

/// Size on the screen in pixels; kept between 120 × 60 and 4000 × 4000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// A size that can be drawn.
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width: width.clamp(120, 4_000),
            height: height.clamp(60, 4_000),
        }
    }

    pub(crate) fn units(self) -> (i32, i32) {
        (
            (self.width * SCALE).cast_signed(),
            (self.height * SCALE).cast_signed(),
        )
    }
}

/// A picture and what is under the pointer in it. Coordinates are units of the picture's view box.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// One `<svg>` element, to be placed inline: its colours come from the page.
    pub svg: String,
    /// Width of the view box.
    pub width: i32,
    /// Height of the view box.
    pub height: i32,
    /// Where the data stand.
    pub plot: Plot,
    /// The way in which points follow each other.
    pub steps: Steps,
    /// What is drawn, in the order of the legend.
    pub series: Vec<Series>,
    /// What can be pointed at, in order.
    pub points: Vec<HoverPoint>,
}

/// The rectangle of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plot {
    /// Left edge.
    pub left: i32,
    /// Upper edge.
    pub top: i32,
    /// Right edge.
    pub right: i32,
    /// Lower edge.
    pub bottom: i32,
}

/// Whether the next point stands to the right or below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// From left to right.
    Right,
    /// From top to bottom.
    Down,
}

/// Something that has a colour in the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name, in the caller's language.
    pub name: String,
    /// 1 to 8.
    pub colour: u8,
}

/// What a point of the chart stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct HoverPoint {
    /// Place from the left.
    pub x: i32,
    /// Place from the top.
    pub y: i32,
    /// The moment, month or name.
    pub label: String,
    /// The moment itself, where the chart is over time.
    pub at: Option<base::Timestamp>,
    /// What each series has here.
    pub values: Vec<HoverValue>,
}

/// One amount at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct HoverValue {
    /// Name of the series, or of the event.
    pub name: String,
    /// Colour of the series, 1 to 8; nothing for an event.
    pub colour: Option<u8>,
    /// The exact amount; nothing where it is not known.
    pub value: Option<f64>,
    /// The amount as it is written.
    pub text: String,
}

/// Draws on a sheet of so many units and gives back the SVG, its root dressed for the page. `title` says in one
/// sentence what there is to see.
pub(crate) fn draw<T>(
    (width, height): (i32, i32),
    title: &str,
    on: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<T, ChartError>,
) -> Result<(String, T), ChartError> {
    let mut svg = String::new();
    let drawn = {
        let root = SVGBackend::with_string(&mut svg, (width.unsigned_abs(), height.unsigned_abs()))
            .into_drawing_area();
        let drawn = on(&root)?;
        root.present()?;
        drawn
    };
    let plain = format!("<svg width=\"{width}\" height=\"{height}\"");
    let dressed = format!(
        "<svg class=\"chart x2\" role=\"img\" aria-label=\"{}\"",
        text::attribute(title)
    );
    Ok((svg.replacen(&plain, &dressed, 1), drawn))
}
