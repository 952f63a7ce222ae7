//! The last line: keys, or a question, or what has just happened.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use super::segments::{self, Segment};
use crate::console::fit;
use crate::console::model::{Layer, Model, Notice};

pub(super) fn line(model: &Model, look: &Look<'_>, width: usize) -> Line<'static> {
    let text = look.text;
    if model.layer == Layer::ClearQuestion {
        let finished = model.rows.len() - model.rows.running();
        let question = text.count("footer.clear_question", finished as u64);
        let style = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
        return Line::styled(fit::shorten(&format!(" {question}"), width), style);
    }
    if let Some(notice) = &model.notice {
        let words = match notice {
            Notice::Cleared(count) => text.count("notice.cleared", u64::from(*count)),
            Notice::BrowserOpened => text.say("notice.browser").to_owned(),
            Notice::NoBrowser(address) => text.fill("notice.no_browser", &[("address", address)]),
        };
        return Line::raw(fit::shorten(&format!(" {words}"), width));
    }
    let pause = match model.paused {
        Some(_) => "footer.resume",
        None => "footer.pause",
    };
    let log = match model.unread {
        0 => text.say("footer.log").to_owned(),
        unread => format!("{} {unread}", text.say("footer.log")),
    };
    let word = |key| text.say(key).to_owned();
    let keys = match model.layer {
        Layer::Help | Layer::Log => vec![
            (0, "q", word("footer.quit")),
            (1, "Esc", word("footer.close")),
            (2, "↑↓", word("footer.scroll")),
        ],
        Layer::Detail => vec![
            (0, "q", word("footer.quit")),
            (1, "Esc", word("footer.close")),
            (2, "j k", word("footer.select")),
            (3, "J K", word("footer.scroll")),
            (4, "p", word(pause)),
            (5, "l", log),
        ],
        Layer::List | Layer::ClearQuestion => vec![
            (0, "q", word("footer.quit")),
            (4, "p", word(pause)),
            (3, "j k", word("footer.select")),
            (2, "Enter", word("footer.open")),
            (5, "c", word("footer.clear")),
            (7, "o", word("footer.browser")),
            (6, "l", log),
            (1, "?", word("footer.help")),
        ],
    };
    let parts = keys.into_iter().map(|(rank, key, words)| {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let muted = Style::new().add_modifier(Modifier::DIM);
        let spans = vec![
            Span::styled(key, bold),
            Span::styled(format!(" {words}"), muted),
        ];
        Segment::new(rank, spans)
    });
    segments::line(parts.collect(), 3, width)
}
