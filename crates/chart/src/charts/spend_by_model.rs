//! What was spent, by model, the largest first.

use super::rows::{self, Bar, Row};
use crate::amount::Unit;
use crate::error::ChartError;
use crate::labels::Labels;
use crate::picture::{Chart, Series, Size};
use crate::plain::drawable;

/// So many rows; what is smaller goes together into the last one.
const MOST: usize = 6;
/// A family of models by a part of its name and its colour, the same everywhere in the app (DESIGN § 4).
const FAMILIES: [(&str, u8); 5] = [
    ("sonnet", 1),
    ("gpt", 2),
    ("haiku", 3),
    ("opus", 4),
    ("deepseek", 5),
];
const OTHER: u8 = 8;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct SpendByModel {
    /// Models in any order.
    pub models: Vec<ModelSpend>,
    /// What is counted.
    pub unit: Unit,
}

/// One model's sum.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpend {
    /// The model as it is shown.
    pub name: String,
    /// What was spent on it.
    pub spent: f64,
}

impl SpendByModel {
    /// Draws it, as high as its rows need. `title` says in one sentence what there is to see.
    ///
    /// # Errors
    /// When the drawing library refuses.
    pub fn draw(&self, size: Size, labels: &Labels, title: &str) -> Result<Chart, ChartError> {
        let series = vec![Series {
            name: labels.spent.clone(),
            colour: FAMILIES[0].1,
        }];
        rows::draw(&self.rows(labels), series, &self.unit, size, title)
    }

    fn rows(&self, labels: &Labels) -> Vec<Row> {
        let mut models: Vec<_> = self
            .models
            .iter()
            .filter_map(|model| Some((model.name.clone(), drawable(model.spent)?)))
            .collect();
        models.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let rest = if models.len() > MOST {
            models.split_off(MOST - 1)
        } else {
            Vec::new()
        };
        let mut rows: Vec<_> = models
            .into_iter()
            .map(|(name, spent)| row(colour(&name), name, spent))
            .collect();
        if !rest.is_empty() {
            let sum = rest.iter().map(|(_, spent)| spent).sum();
            rows.extend(drawable(sum).map(|sum| row(OTHER, labels.other.clone(), sum)));
        }
        rows
    }
}

fn row(colour: u8, name: String, spent: f64) -> Row {
    Row {
        name,
        bars: vec![Bar {
            value: Some(spent),
            colour,
        }],
    }
}

fn colour(model: &str) -> u8 {
    let model = model.to_lowercase();
    FAMILIES
        .into_iter()
        .find(|(part, _)| model.contains(part))
        .map_or(OTHER, |(_, colour)| colour)
}
