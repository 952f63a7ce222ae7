//! The model as lines. Pure: the same model, moment and size give the same screen.

mod detail;
mod figures;
#[cfg(test)]
pub(crate) mod fixture;
mod footer;
mod header;
mod help;
mod list;
mod log;
mod places;
mod segments;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use self::places::Places;
use super::model::{Layer, Model};
use super::text::Text;

/// What the lines depend on besides the model.
pub(crate) struct Look<'a> {
    /// Words.
    pub(crate) text: &'a Text,
    /// Where the clock on the wall is read.
    pub(crate) zone: &'a TimeZone,
    /// The moment, ms since 1970.
    pub(crate) now: i64,
}

/// Rows of the list that a screen of this size shows.
pub(crate) fn page(model: &Model, area: Rect) -> usize {
    let places = Places::of(area, model.layer);
    let middle = match model.layer {
        Layer::Log | Layer::Help => places.middle(),
        _ => places.rows,
    };
    usize::from(middle.height)
}

/// Brings the selected row in sight and ends the scrolling where the text ends.
pub(crate) fn arrange(model: &mut Model, look: &Look<'_>, area: Rect) {
    let places = Places::of(area, model.layer);
    model.settle(usize::from(places.rows.height));
    let most = match model.layer {
        Layer::Log => model
            .log
            .len()
            .saturating_sub(usize::from(places.middle().height)),
        Layer::Detail => {
            let lines = detail::lines(model, look, usize::from(places.pane.width));
            lines
                .len()
                .saturating_sub(usize::from(places.pane.height).saturating_sub(1))
        }
        _ => 0,
    };
    model.scrolled = model.scrolled.min(most);
}

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, model: &Model, look: &Look<'_>) {
    let places = Places::of(frame.area(), model.layer);
    let width = usize::from(frame.area().width);
    // A paused list stands still: what runs in it has taken as long as it had then.
    let now = model.paused.as_ref().map_or(look.now, |(_, at)| *at);
    let still = Look { now, ..*look };
    put(frame, places.header, vec![header::line(model, look, width)]);
    put(
        frame,
        places.figures,
        vec![figures::line(model, look, width)],
    );
    match model.layer {
        Layer::Help => put(frame, places.middle(), help::lines(look, width)),
        Layer::Log => {
            let height = usize::from(places.middle().height);
            put(
                frame,
                places.middle(),
                log::lines(model, look, width, height),
            );
        }
        Layer::List | Layer::Detail | Layer::ClearQuestion => {
            put(frame, places.headings, vec![list::headings(look, width)]);
            let height = usize::from(places.rows.height);
            put(
                frame,
                places.rows,
                list::lines(model, &still, width, height),
            );
        }
    }
    if model.layer == Layer::Detail {
        put(frame, places.pane, detail::pane(model, &still, places.pane));
    }
    put(frame, places.footer, vec![footer::line(model, look, width)]);
}

fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    if !area.is_empty() {
        frame.render_widget(Paragraph::new(lines), area);
    }
}
