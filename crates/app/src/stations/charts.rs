//! Charts of stations: the figures of a site or of all, drawn.

use base::Timestamp;
use jiff::tz::TimeZone;

use super::book::Stations;
use super::error::StationError;
use crate::charts::{self, Canvas, Language, Measure};
use crate::view::ChartView;

/// So many days before the left edge are read as well: the balance that holds at the edge is one of before.
const DAYS_BEFORE: u32 = 7;

/// A chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Balance over so many days; 0: all.
    Balance {
        /// Site, by id or name.
        site: String,
        /// Days.
        days: u32,
    },
    /// Recharged and consumed in so many months.
    Months {
        /// Site, by id or name.
        site: String,
        /// Months.
        months: u32,
    },
    /// Spend by model, all time.
    Models {
        /// Site, by id or name.
        site: String,
    },
    /// Sites side by side.
    Sites(Measure),
}

/// A chart, how large, in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartAsked {
    /// Which.
    pub kind: ChartKind,
    /// Width on the screen, pixels.
    pub width: u32,
    /// Height on the screen, pixels.
    pub height: u32,
    /// Language of the labels.
    pub language: Language,
}

impl Stations {
    /// Draws a chart from what is known now.
    pub fn chart(&self, asked: &ChartAsked) -> Result<ChartView, StationError> {
        let now: Timestamp = self.now();
        let canvas = Canvas {
            width: asked.width,
            height: asked.height,
            language: asked.language,
            now,
            zone: TimeZone::system(),
        };
        let drawn = match &asked.kind {
            ChartKind::Balance { site, days } => {
                let read = match days {
                    0 => 0,
                    days => days.saturating_add(DAYS_BEFORE),
                };
                charts::balance(&self.series(site, read)?, *days, &canvas)
            }
            ChartKind::Months { site, months } => {
                charts::months(&self.series(site, 0)?, *months, &canvas)
            }
            ChartKind::Models { site } => charts::models(&self.series(site, 0)?, &canvas),
            ChartKind::Sites(measure) => charts::sites(&self.comparison()?, *measure, &canvas),
        };
        Ok(drawn?)
    }
}
