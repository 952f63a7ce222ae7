//! Status of an exchange as a shape: told apart without colour.

use app::view::{ExchangeRow, Phase};
use ratatui::style::Color;

/// A stream slower than this to its first token needs attention, ms.
const SLOW_FIRST_TOKEN: f64 = 10_000.0;

/// Time between two positions of the turning arc, ms.
const TURN: i64 = 250;

/// What a row looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The upstream has not answered.
    Waiting,
    /// The answer arrives.
    Streaming,
    /// Complete.
    Good,
    /// Complete or not, something was odd: retried, cut, slow.
    Odd,
    /// Failed.
    Failed,
    /// The client left.
    Left,
}

impl Shape {
    /// First what went wrong, then what was odd.
    pub(crate) fn of(row: &ExchangeRow) -> Self {
        match (row.phase, row.outcome.as_str()) {
            (Phase::Waiting, _) => Self::Waiting,
            (Phase::Streaming, _) => Self::Streaming,
            (Phase::Finished, "client_left") => Self::Left,
            (Phase::Finished, "interrupted" | "cut") => Self::Odd,
            (Phase::Finished, "done") if row.status.is_some_and(|status| status >= 400) => {
                Self::Failed
            }
            (Phase::Finished, "done") => {
                let slow = row.timing.ttft_ms.is_some_and(|ms| ms > SLOW_FIRST_TOKEN);
                if slow || row.attempts > 1 {
                    Self::Odd
                } else {
                    Self::Good
                }
            }
            (Phase::Finished, _) => Self::Failed,
        }
    }

    /// The glyph; the arc of a stream turns with the time (ms).
    pub(crate) fn glyph(self, now: i64) -> &'static str {
        match self {
            Self::Waiting => "◌",
            Self::Streaming => ["◐", "◓", "◑", "◒"][now.div_euclid(TURN).rem_euclid(4) as usize],
            Self::Good => "●",
            Self::Odd => "▲",
            Self::Failed => "✘",
            Self::Left => "⊖",
        }
    }

    /// The colour; grey ones keep the terminal's own.
    pub(crate) fn colour(self) -> Color {
        match self {
            Self::Waiting | Self::Left => Color::Reset,
            Self::Streaming => Color::Blue,
            Self::Good => Color::Green,
            Self::Odd => Color::Yellow,
            Self::Failed => Color::Red,
        }
    }
}
