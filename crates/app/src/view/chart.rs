//! Charts as the panel shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Answer of `GET /api/charts/{name}`. Coordinates are units of the picture's view box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChartView {
    /// One `<svg>` element whose colours come from the page's style sheet.
    pub svg: String,
    /// What there is to see, in one sentence.
    pub title: String,
    /// Width of the view box.
    pub width: i32,
    /// Height of the view box.
    pub height: i32,
    /// Where the data stand.
    pub plot: PlotView,
    /// `right|down`: the way in which points follow each other.
    pub steps: String,
    /// What is drawn, in the order of the legend.
    pub series: Vec<SeriesView>,
    /// What can be pointed at, in order. None: there is nothing to draw.
    pub points: Vec<HoverPointView>,
}

/// The rectangle of the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlotView {
    /// Left edge.
    pub left: i32,
    /// Upper edge.
    pub top: i32,
    /// Right edge.
    pub right: i32,
    /// Lower edge.
    pub bottom: i32,
}

/// Something that has a colour in the legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SeriesView {
    /// Its name, in the language that was asked for.
    pub name: String,
    /// 1 to 8.
    pub colour: u8,
}

/// What a point of the chart stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HoverPointView {
    /// Place from the left.
    pub x: i32,
    /// Place from the top.
    pub y: i32,
    /// The day, month or name.
    pub label: String,
    /// The moment, RFC 3339, where the chart is over time.
    pub at: Option<String>,
    /// What each series has here.
    pub values: Vec<HoverValueView>,
}

/// One amount at a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HoverValueView {
    /// Name of the series, or of the event.
    pub name: String,
    /// Colour of the series; `None` for an event.
    pub colour: Option<u8>,
    /// The amount; `None`: not known.
    pub value: Option<f64>,
    /// The amount as it is written.
    pub text: String,
}

impl ChartView {
    /// A drawn chart under its title.
    pub fn new(chart: chart::Chart, title: String) -> Self {
        Self {
            svg: chart.svg,
            title,
            width: chart.width,
            height: chart.height,
            plot: PlotView {
                left: chart.plot.left,
                top: chart.plot.top,
                right: chart.plot.right,
                bottom: chart.plot.bottom,
            },
            steps: match chart.steps {
                chart::Steps::Right => "right",
                chart::Steps::Down => "down",
            }
            .to_owned(),
            series: chart.series.into_iter().map(SeriesView::from).collect(),
            points: chart.points.into_iter().map(HoverPointView::from).collect(),
        }
    }
}

impl From<chart::Series> for SeriesView {
    fn from(series: chart::Series) -> Self {
        Self {
            name: series.name,
            colour: series.colour,
        }
    }
}

impl From<chart::HoverPoint> for HoverPointView {
    fn from(point: chart::HoverPoint) -> Self {
        Self {
            x: point.x,
            y: point.y,
            label: point.label,
            at: point.at.map(|at| at.to_string()),
            values: point.values.into_iter().map(HoverValueView::from).collect(),
        }
    }
}

impl From<chart::HoverValue> for HoverValueView {
    fn from(value: chart::HoverValue) -> Self {
        Self {
            name: value.name,
            colour: value.colour,
            value: value.value,
            text: value.text,
        }
    }
}
