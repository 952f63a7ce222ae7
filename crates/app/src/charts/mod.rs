//! Charts of stations: from the figures that the doors show to pictures. Pure; the figures are read by whoever asks.

mod draw;
mod words;

pub use draw::{Canvas, Measure, balance, models, months, sites};
pub use words::{Language, WordsError};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The library refused.
    #[error(transparent)]
    Drawing(#[from] chart::ChartError),
    /// The words that were compiled in cannot be read.
    #[error(transparent)]
    Words(#[from] WordsError),
}
