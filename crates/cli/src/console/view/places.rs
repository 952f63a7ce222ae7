//! Where everything stands on the screen.

use ratatui::layout::Rect;

use crate::console::model::Layer;

/// Least height of the screen at which the figures have a line, without and with an open detail.
const FIGURES_FROM: (u16, u16) = (6, 18);

/// Least height between figures and footer at which list and detail are both shown.
const LEAST_FOR_BOTH: u16 = 9;

/// The rectangles, some of them empty on a small screen.
pub(super) struct Places {
    pub(super) header: Rect,
    pub(super) figures: Rect,
    pub(super) headings: Rect,
    pub(super) rows: Rect,
    pub(super) pane: Rect,
    pub(super) footer: Rect,
}

impl Places {
    pub(super) fn of(area: Rect, layer: Layer) -> Self {
        let open = layer == Layer::Detail;
        let height = area.height;
        let from = if open { FIGURES_FROM.1 } else { FIGURES_FROM.0 };
        let header = height.min(1);
        let footer = u16::from(height >= 2);
        let figures = u16::from(height >= from);
        let middle = height.saturating_sub(header + footer + figures);
        // The list keeps three rows beside the detail, and none where both would be too small to read.
        let (headings, pane) = match open {
            false => (u16::from(height >= 4), 0),
            true if middle < LEAST_FOR_BOTH => (0, middle),
            true => (1, (middle * 11 / 20).max(9).min(middle - 4)),
        };
        let rows = middle - headings - pane;
        let mut top = area.y;
        let mut take = |height: u16| {
            let taken = Rect::new(area.x, top, area.width, height);
            top += height;
            taken
        };
        Self {
            header: take(header),
            figures: take(figures),
            headings: take(headings),
            rows: take(rows),
            pane: take(pane),
            footer: take(footer),
        }
    }

    /// All between the figures and the footer.
    pub(super) fn middle(&self) -> Rect {
        let height = self.headings.height + self.rows.height + self.pane.height;
        Rect {
            height,
            ..self.headings
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_and_nothing_is_outside() {
        for height in 0..60 {
            for layer in [Layer::List, Layer::Detail, Layer::Log] {
                let area = Rect::new(0, 0, 80, height);
                let places = Places::of(area, layer);
                let all = [
                    places.header,
                    places.figures,
                    places.headings,
                    places.rows,
                    places.pane,
                    places.footer,
                ];
                let used: u16 = all.iter().map(|place| place.height).sum();
                assert_eq!(used, height, "{layer:?}");
                assert_eq!(places.footer.bottom(), height);
            }
        }
    }
}
