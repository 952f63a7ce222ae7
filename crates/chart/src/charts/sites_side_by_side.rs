//! Sites beside each other: what is left and what was consumed, or one measure for all of them.

use super::rows::{self, Bar, Row};
use crate::amount::Unit;
use crate::error::ChartError;
use crate::ink;
use crate::picture::{Chart, Series, Size};
use crate::plain::known;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct SitesSideBySide {
    /// The measures, in the order of the bars; their names in the caller's language.
    pub measures: Vec<String>,
    /// The sites from top to bottom.
    pub sites: Vec<SiteFigures>,
    /// What is counted, the same for all.
    pub unit: Unit,
}

/// One site's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteFigures {
    /// The site's name.
    pub name: String,
    /// One per measure; nothing where it is not known.
    pub values: Vec<Option<f64>>,
}

impl SitesSideBySide {
    /// Draws it, as high as its rows need. `title` says in one sentence what there is to see.
    ///
    /// # Errors
    /// When the drawing library refuses.
    pub fn draw(&self, size: Size, title: &str) -> Result<Chart, ChartError> {
        let colours = (1..=ink::SERIES).cycle();
        let series: Vec<_> = self
            .measures
            .iter()
            .zip(colours)
            .map(|(name, colour)| Series {
                name: name.clone(),
                colour,
            })
            .collect();
        let rows: Vec<_> = self
            .sites
            .iter()
            .map(|site| Row {
                name: site.name.clone(),
                bars: series
                    .iter()
                    .enumerate()
                    .map(|(index, series)| Bar {
                        value: known(site.values.get(index).copied().flatten()),
                        colour: series.colour,
                    })
                    .collect(),
            })
            .collect();
        rows::draw(&rows, series, &self.unit, size, title)
    }
}
