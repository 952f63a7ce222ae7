//! Sentinel colours: what a line means, not how it looks. `ui/src/styles/app.css` and `panel.css` map each to a token.

use plotters::style::RGBColor;

/// Lines behind the data.
pub const GRID: RGBColor = RGBColor(0x0B, 0x00, 0x01);
/// The line that bars stand on.
pub const AXIS: RGBColor = RGBColor(0x0B, 0x00, 0x02);
/// Labels.
pub const TEXT: RGBColor = RGBColor(0x0B, 0x00, 0x03);
/// Names and amounts that belong to a bar.
pub const NAME: RGBColor = RGBColor(0x0B, 0x00, 0x05);
/// From an event's dot up to its label; the style sheet dashes it.
pub const RISER: RGBColor = RGBColor(0x0B, 0x00, 0x04);
/// Something good happened: the dot of a recharge.
pub const GOOD: RGBColor = RGBColor(0x0C, 0x00, 0x01);
/// A threshold; the style sheet dashes it.
pub const THRESHOLD: RGBColor = RGBColor(0x0C, 0x00, 0x05);
/// Where a bar could reach.
pub const TRACK: RGBColor = RGBColor(0x0C, 0x00, 0x04);

/// How much of its colour the area under a line keeps. The style sheet knows this very number.
pub const AREA: f64 = 0.1;

/// The colours of series: 1 to 8, the last one for "other".
pub const SERIES: u8 = 8;

/// The colour of a series; numbers outside 1 to 8 are "other".
pub fn series(number: u8) -> RGBColor {
    let number = if (1..=SERIES).contains(&number) {
        number
    } else {
        SERIES
    };
    RGBColor(0x0A, 0x00, number)
}
