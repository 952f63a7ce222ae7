//! The second line: the figures of today.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use super::segments::{self, Segment};
use crate::console::model::Model;
use crate::console::numbers;

pub(super) fn line(model: &Model, look: &Look<'_>, width: usize) -> Line<'static> {
    let figures = &model.figures;
    let muted = Style::new().add_modifier(Modifier::DIM);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let part = |rank, label: &str, value: String, after: Option<String>| {
        let mut spans = vec![
            Span::styled(format!("{} ", look.text.say(label)), muted),
            Span::styled(value, bold),
        ];
        spans.extend(after.map(|after| Span::styled(format!(" {after}"), muted)));
        Segment::new(rank, spans)
    };
    let count = |key, count: u32| {
        let text = || look.text.count(key, u64::from(count));
        (count > 0).then(text)
    };
    let mut parts = vec![
        part(0, "figures.in_flight", figures.in_flight.to_string(), None),
        part(
            1,
            "figures.today",
            figures.requests.to_string(),
            count("figures.failed", figures.failed).map(|failed| format!("· {failed}")),
        ),
        part(
            3,
            "figures.ttft",
            numbers::first_token(figures.ttft_ms),
            None,
        ),
        part(4, "figures.speed", numbers::speed(figures.speed), None),
        part(
            2,
            "figures.cost",
            numbers::dollars(figures.usd),
            Some(numbers::renminbi(figures.cny)),
        ),
        part(
            5,
            "figures.cache",
            numbers::percent(figures.cache_hit),
            None,
        ),
    ];
    if let Some(unpriced) = count("figures.unpriced", figures.unpriced) {
        parts.push(Segment::new(6, vec![Span::styled(unpriced, muted)]));
    }
    if let Some(lost) = count("figures.lost", figures.bodies_lost) {
        parts.push(Segment::new(1, vec![Span::styled(lost, bold)]));
    }
    segments::line(parts, 3, width)
}
