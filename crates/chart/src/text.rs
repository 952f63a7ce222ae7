//! Labels: their place, their width as far as it can be known without a font, and what must not be in them.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::ChartError;
use crate::ink;

/// Height of letters in the picture: 11 px on the screen. The style sheet says the same.
pub(crate) const SIZE: f64 = 22.0;
/// plotters divides by this when it writes SVG.
const PLOTTERS_FACTOR: f64 = 1.24;

/// On which side of its point a label stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The label begins here.
    Start,
    /// Its middle is here.
    Middle,
    /// It ends here.
    End,
}

/// Writes a label whose middle line is at `y`.
pub(crate) fn write(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    label: &str,
    at: (i32, i32),
    side: Side,
) -> Result<(), ChartError> {
    write_in(root, label, at, side, ink::TEXT)
}

/// The same in a colour of its own.
pub(crate) fn write_in(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    label: &str,
    at: (i32, i32),
    side: Side,
    colour: RGBColor,
) -> Result<(), ChartError> {
    let horizontal = match side {
        Side::Start => HPos::Left,
        Side::Middle => HPos::Center,
        Side::End => HPos::Right,
    };
    let style = TextStyle::from(("sans-serif", SIZE * PLOTTERS_FACTOR).into_font())
        .color(&colour)
        .pos(Pos::new(horizontal, VPos::Center));
    root.draw(&Text::new(clean(label), at, style))?;
    Ok(())
}

/// Width in units of the picture: Han and its like are square, the rest is a little over half as wide. On the wide side.
pub(crate) fn width(label: &str) -> i32 {
    let ems: f64 = label
        .chars()
        .map(|letter| match letter {
            '\u{0}'..='\u{10ff}' | '\u{2000}'..='\u{206f}' => 0.6,
            _ => 1.05,
        })
        .sum();
    (ems * SIZE).ceil() as i32
}

/// The label, shortened with an ellipsis until it is not wider.
pub(crate) fn within(label: &str, most: i32) -> String {
    if width(label) <= most {
        return label.to_owned();
    }
    let mut kept = String::new();
    for letter in label.chars() {
        kept.push(letter);
        if width(&kept) + width("…") > most {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// Without control characters, which XML forbids.
pub(crate) fn clean(label: &str) -> String {
    label
        .chars()
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// A text as it may stand in an attribute.
pub(crate) fn attribute(text: &str) -> String {
    clean(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
