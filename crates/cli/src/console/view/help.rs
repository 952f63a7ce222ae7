//! The keys, each with what it does.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use crate::console::fit;

/// Keys and the locale keys of what they do.
const KEYS: [(&str, &str); 12] = [
    ("q  Ctrl-C", "help.quit"),
    ("p  Space", "help.pause"),
    ("j k  ↑ ↓", "help.select"),
    ("PgUp PgDn", "help.page"),
    ("g G", "help.ends"),
    ("Enter", "help.open"),
    ("J K", "help.scroll"),
    ("Esc", "help.close"),
    ("c", "help.clear"),
    ("o", "help.browser"),
    ("l", "help.log"),
    ("?", "help.help"),
];

/// Shapes and the locale keys of what they mean.
const SHAPES: [(&str, &str); 6] = [
    ("◌", "shape.waiting"),
    ("◐", "shape.streaming"),
    ("●", "shape.good"),
    ("▲", "shape.odd"),
    ("✘", "shape.failed"),
    ("⊖", "shape.left"),
];

pub(super) fn lines(look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let line = |(sign, key): &(&str, &str)| {
        let words = fit::shorten(look.text.say(key), width.saturating_sub(14));
        Line::from(vec![
            Span::styled(format!("  {}", fit::left(sign, 12)), bold),
            Span::raw(words),
        ])
    };
    let keys = KEYS.iter().map(line);
    let shapes = SHAPES.iter().map(line);
    keys.chain([Line::default()]).chain(shapes).collect()
}
