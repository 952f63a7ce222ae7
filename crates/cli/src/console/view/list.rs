//! The list: one line an exchange.

use app::view::ExchangeRow;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use crate::console::columns::{Column, GAP, MARGIN, fitting};
use crate::console::fit;
use crate::console::model::Model;
use crate::console::shape::Shape;

/// The line above the rows.
pub(super) fn headings(look: &Look<'_>, width: usize) -> Line<'static> {
    let mut text = " ".repeat(MARGIN);
    for (column, width) in fitting(width) {
        text.push_str(&column.fit(look.text.say(column.heading()), width));
        text.push_str(&" ".repeat(GAP));
    }
    let style = Style::new().add_modifier(Modifier::DIM | Modifier::UNDERLINED);
    Line::styled(fit::left(text.trim_end(), width), style)
}

/// The rows in sight.
pub(super) fn lines(
    model: &Model,
    look: &Look<'_>,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    if model.shown().len() == 0 {
        return nothing(model, look, width);
    }
    let columns = fitting(width);
    let rows = model.shown().iter().skip(model.offset).take(height);
    rows.map(|row| {
        let selected = model.selected.as_deref() == Some(&row.id);
        let line = line(row, look, &columns, selected);
        if selected {
            let used = line.width();
            let mut line = line.style(Style::new().add_modifier(Modifier::REVERSED));
            line.push_span(Span::raw(" ".repeat(width.saturating_sub(used))));
            line
        } else {
            line
        }
    })
    .collect()
}

fn line(
    row: &ExchangeRow,
    look: &Look<'_>,
    columns: &[(Column, usize)],
    selected: bool,
) -> Line<'static> {
    let shape = Shape::of(row);
    let mut spans = vec![
        Span::raw(if selected { "›" } else { " " }),
        Span::styled(shape.glyph(look.now), Style::new().fg(shape.colour())),
        Span::raw(" "),
    ];
    for (column, width) in columns {
        let text = column.fit(&column.cell(row, look), *width);
        let failed = *column == Column::Outcome && shape == Shape::Failed;
        let style = if failed {
            Style::new().fg(Color::Red)
        } else {
            Style::new()
        };
        spans.push(Span::styled(text, style));
        spans.push(Span::raw(" ".repeat(GAP)));
    }
    // No gap after the last one.
    spans.pop();
    Line::from(spans)
}

/// What to do when there is no row.
fn nothing(model: &Model, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let address = model.proxy.as_ref().map(|proxy| proxy.address.as_str());
    let address = format!("http://{}", address.unwrap_or_default());
    let body = if model.figures.requests > 0 {
        look.text.say("empty.cleared").to_owned()
    } else {
        look.text.fill("empty.body", &[("address", &address)])
    };
    let mut lines = vec![Line::default()];
    for text in fit::wrap(&body, width.saturating_sub(2 * MARGIN)) {
        lines.push(Line::raw(format!("{}{text}", " ".repeat(MARGIN))));
    }
    lines
}
