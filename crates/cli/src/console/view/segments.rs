//! One line of parts, of which the least important leave when there is no room.

use ratatui::text::{Line, Span};

/// A part of a line.
pub(super) struct Segment {
    spans: Vec<Span<'static>>,
    /// 0 stays longest.
    rank: u8,
}

impl Segment {
    pub(super) fn new(rank: u8, spans: Vec<Span<'static>>) -> Self {
        Self { spans, rank }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

/// The parts that fit, in their order, `gap` columns apart, one column from the left.
pub(super) fn line(mut segments: Vec<Segment>, gap: usize, width: usize) -> Line<'static> {
    let needs = |segments: &[Segment]| {
        let widths = segments.iter().map(|segment| segment.width() + gap);
        1 + widths.sum::<usize>().saturating_sub(gap)
    };
    while segments.len() > 1 && needs(&segments) > width {
        let least = segments
            .iter()
            .enumerate()
            .max_by_key(|(_, segment)| segment.rank);
        let Some((least, _)) = least else { break };
        segments.remove(least);
    }
    let mut spans = Vec::new();
    for segment in segments {
        spans.push(Span::raw(" ".repeat(if spans.is_empty() {
            1
        } else {
            gap
        })));
        spans.extend(segment.spans);
    }
    Line::from(spans)
}
