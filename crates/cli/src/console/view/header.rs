//! The first line: what this is, where it listens, whether it carries requests.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use super::segments::{self, Segment};
use crate::console::fit;
use crate::console::model::Model;

pub(super) fn line(model: &Model, look: &Look<'_>, width: usize) -> Line<'static> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut parts = vec![Segment::new(0, vec![Span::styled("Relayscope", bold)])];
    if let Some(proxy) = &model.proxy {
        let address = format!("http://{}", fit::clean(&proxy.address));
        parts.push(Segment::new(4, vec![Span::raw(address)]));
        let (glyph, colour, words) = match (&proxy.error, proxy.on) {
            (Some(_), _) => ("✘", Color::Red, "proxy.error"),
            (None, true) => ("●", Color::Green, "proxy.on"),
            (None, false) => ("⊖", Color::Reset, "proxy.off"),
        };
        let words = format!(" {}", look.text.say(words));
        let spans = vec![
            Span::styled(glyph, Style::new().fg(colour)),
            Span::raw(words),
        ];
        parts.push(Segment::new(2, spans));
    }
    if model.paused.is_some() {
        let mut words = look.text.say("header.paused").to_owned();
        if model.held_back() > 0 {
            let new = look.text.count("header.new", model.held_back());
            words = format!("{words} · {new}");
        }
        parts.push(Segment::new(
            1,
            vec![Span::styled(words, bold.fg(Color::Yellow))],
        ));
    }
    if model.proxy.as_ref().is_some_and(|proxy| proxy.demo) {
        let words = look.text.say("header.demo").to_owned();
        let style = Style::new().fg(Color::Yellow);
        parts.push(Segment::new(3, vec![Span::styled(words, style)]));
    }
    segments::line(parts, 3, width)
}
