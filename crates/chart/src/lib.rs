//! Charts as themed SVG with hover points. Pure: one input, one picture.
//!
//! plotters draws with the sentinel colours of [`ink`]; the panel's style sheet gives them the colours of the theme,
//! so one picture serves light and dark. Words come from the caller ([`Labels`]), numbers as [`Unit`] says.
//! No IO, no clock, no time zone of its own.
//!
//! Everything is drawn at twice the size on the screen, because plotters has whole coordinates only.

mod amount;
mod axis;
pub mod charts;
mod days;
mod error;
mod frame;
pub mod ink;
mod labels;
mod picture;
mod plain;
mod text;

pub use amount::Unit;
pub use error::ChartError;
pub use labels::Labels;
pub use picture::{Chart, HoverPoint, HoverValue, Plot, Series, Size, Steps};
