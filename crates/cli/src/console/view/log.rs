//! The log lines that were kept back while the panel has the screen.

use ratatui::style::{Color, Style};
use ratatui::text::Line;

use super::Look;
use crate::console::fit;
use crate::console::model::Model;

/// The newest at the bottom.
pub(super) fn lines(
    model: &Model,
    look: &Look<'_>,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    if model.log.is_empty() {
        return vec![
            Line::default(),
            Line::raw(format!("   {}", look.text.say("log.empty"))),
        ];
    }
    let end = model.log.len().saturating_sub(model.scrolled);
    let begin = end.saturating_sub(height);
    let lines = model.log[begin..end].iter();
    lines
        .map(|text| {
            let colour = match text {
                text if text.contains(" ERROR ") => Color::Red,
                text if text.contains(" WARN ") => Color::Yellow,
                _ => Color::Reset,
            };
            Line::styled(
                fit::shorten(&format!(" {text}"), width),
                Style::new().fg(colour),
            )
        })
        .collect()
}
