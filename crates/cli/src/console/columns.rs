//! Columns of the list: what stands in each, and which ones leave when the terminal is narrow.

use app::view::{ExchangeRow, Phase};
use base::Timestamp;

use super::fit;
use super::numbers::{self, MISSING};
use super::text::Text;
use super::view::Look;

/// A column, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Time,
    Model,
    Project,
    Site,
    Input,
    Output,
    Cache,
    FirstToken,
    Speed,
    Total,
    Cost,
    Outcome,
}

use Column::{
    Cache, Cost, FirstToken, Input, Model, Outcome, Output, Project, Site, Speed, Time, Total,
};

/// All of them.
const ALL: [Column; 12] = [
    Time, Model, Project, Site, Input, Output, Cache, FirstToken, Speed, Total, Cost, Outcome,
];

/// Those that leave when there is no room, the first to leave first. The others stay.
const LEAVING: [Column; 6] = [Project, Cache, Speed, Site, Outcome, FirstToken];

/// Those that take what room is left, the first served first: and how far they grow.
const GROWING: [(Column, usize); 7] = [
    (Outcome, 13),
    (Model, 18),
    (Outcome, 18),
    (Site, 20),
    (Project, 14),
    (Model, 26),
    (Outcome, 30),
];

/// Between two columns.
pub(crate) const GAP: usize = 1;

/// Before the first column: the selection's mark, the shape, a space.
pub(crate) const MARGIN: usize = 3;

impl Column {
    /// The locale key of its heading.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Time => "column.time",
            Model => "column.model",
            Project => "column.project",
            Site => "column.site",
            Input => "column.in",
            Output => "column.out",
            Cache => "column.cache",
            FirstToken => "column.ttft",
            Speed => "column.speed",
            Total => "column.total",
            Cost => "column.cost",
            Outcome => "column.outcome",
        }
    }

    /// Numbers stand at the right.
    pub(crate) fn is_number(self) -> bool {
        !matches!(self, Time | Model | Project | Site | Outcome)
    }

    /// The least it needs.
    fn least(self) -> usize {
        match self {
            Time | FirstToken | Cost => 8,
            Model => 14,
            Project => 10,
            Site => 12,
            Input | Output | Cache => 6,
            Speed => 4,
            Total => 7,
            Outcome => 10,
        }
    }

    /// What stands there.
    pub(crate) fn cell(self, row: &ExchangeRow, look: &Look<'_>) -> String {
        let tokens = &row.tokens;
        match self {
            Time => numbers::clock(&row.started_at, look.zone),
            Model => model(row),
            Project => row.project.clone().unwrap_or_else(missing),
            Site => row.site.clone().unwrap_or_else(missing),
            Input => numbers::told_tokens(tokens.input, tokens.basis),
            Output => numbers::told_tokens(tokens.output, tokens.basis),
            Cache => numbers::told_tokens(tokens.cache_read, tokens.basis),
            FirstToken => numbers::first_token(row.timing.ttft_ms),
            Speed => numbers::speed(row.speed),
            Total => numbers::duration(total(row, look.now)),
            Cost => numbers::cost(&row.cost),
            Outcome => outcome(row, look.text),
        }
    }

    /// The cell at exactly this width.
    pub(crate) fn fit(self, text: &str, width: usize) -> String {
        if self.is_number() {
            fit::right(text, width)
        } else {
            fit::left(text, width)
        }
    }
}

/// The columns for a screen of this width, each with its own width.
pub(crate) fn fitting(width: usize) -> Vec<(Column, usize)> {
    let mut columns: Vec<(Column, usize)> =
        ALL.iter().map(|column| (*column, column.least())).collect();
    let needs = |columns: &[(Column, usize)]| {
        let widths = columns.iter().map(|(_, width)| width + GAP);
        MARGIN + widths.sum::<usize>().saturating_sub(GAP)
    };
    for leaving in LEAVING {
        if needs(&columns) > width {
            columns.retain(|(column, _)| *column != leaving);
        }
    }
    for (growing, most) in GROWING {
        let room = width.saturating_sub(needs(&columns));
        let found = columns.iter_mut().find(|(column, _)| *column == growing);
        if let Some((_, own)) = found {
            *own = (*own + room).min(most).max(*own);
        }
    }
    columns
}

/// How long it took, or has taken so far, ms.
pub(crate) fn total(row: &ExchangeRow, now: i64) -> Option<f64> {
    row.timing.duration_ms.or_else(|| {
        let began = Timestamp::parse(&row.started_at).filter(|_| row.phase != Phase::Finished)?;
        Some((now - began.millis()).max(0) as f64)
    })
}

/// The model without its snapshot day.
fn model(row: &ExchangeRow) -> String {
    let name = row.model.as_deref().or(row.model_served.as_deref());
    let Some(name) = name else {
        // Calls without a model, such as the list of models, are told apart by their path.
        return format!("{} {}", row.method, row.path);
    };
    without_day(name).to_owned()
}

/// `claude-opus-4-1-20250805` is shown as `claude-opus-4-1`; the detail has the full name.
fn without_day(name: &str) -> &str {
    for digits in [8, 10] {
        let Some(at) = name.len().checked_sub(digits + 1) else {
            continue;
        };
        let Some(day) = name.get(at..).and_then(|end| end.strip_prefix("-20")) else {
            continue;
        };
        if day
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return &name[..at];
        }
    }
    name
}

/// How it stands or ended, in two or three words.
fn outcome(row: &ExchangeRow, text: &Text) -> String {
    let words = match row.phase {
        Phase::Waiting => "outcome.waiting".to_owned(),
        Phase::Streaming => "outcome.streaming".to_owned(),
        Phase::Finished => format!("outcome.{}", row.outcome),
    };
    let code = row.error.as_ref().map(|error| error.code.as_str());
    let short = code.and_then(|code| text.find(&format!("short.{code}")).map(str::to_owned));
    let words = short.unwrap_or_else(|| text.say(&words).to_owned());
    let told = row.status.filter(|_| row.phase == Phase::Finished);
    match told {
        Some(status) => format!("{status} {words}"),
        None => words,
    }
}

fn missing() -> String {
    MISSING.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_in_order_and_the_row_fits() {
        let names = |width| {
            fitting(width)
                .iter()
                .map(|(column, _)| *column)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(200), ALL);
        assert!(!names(110).contains(&Project) && names(110).contains(&Cache));
        assert!(!names(100).contains(&Cache) && names(100).contains(&Speed));
        assert_eq!(
            names(80),
            [Time, Model, Input, Output, FirstToken, Total, Cost, Outcome]
        );
        assert_eq!(names(20), [Time, Model, Input, Output, Total, Cost]);
        for width in 60..240 {
            let used: usize = fitting(width).iter().map(|(_, width)| width + GAP).sum();
            assert!(MARGIN + used - GAP <= width, "{width}");
        }
    }

    #[test]
    fn models_lose_their_day() {
        assert_eq!(without_day("claude-opus-4-1-20250805"), "claude-opus-4-1");
        assert_eq!(without_day("gpt-5.1-2025-11-13"), "gpt-5.1");
        assert_eq!(without_day("gpt-5.1"), "gpt-5.1");
        assert_eq!(without_day("模型-20250805"), "模型");
        assert_eq!(without_day("型型型型"), "型型型型");
    }
}
