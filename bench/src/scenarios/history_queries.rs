//! What the panel asks when there are a million exchanges.

use std::time::Duration;

use crate::contenders::RELAYSCOPE;
use crate::fault::Fault;
use crate::figures::{Goal, Row, Series};
use crate::history::{DAYS, SITE};
use crate::machine::Layout;
use crate::panel::{Asking, Question, Times};
use crate::runner::Bench;
use crate::worker;

/// How often each question is asked after the first time, for each round that others measure.
const CALLS: usize = 4;
/// Most milliseconds of a page of the list, and of the figures of the dashboard.
const PAGE: Goal = Goal::at_most(5.0);
const FIGURES: Goal = Goal::at_most(30.0);
/// After the start, until Relayscope has come to rest.
const REST: Duration = Duration::from_secs(20);

/// The heaviest figures: every exchange of a site, added up by model.
pub(super) fn spend_by_model() -> Question {
    Question::Path(format!("/api/charts/models?site={SITE}"))
}

/// A text that is nowhere: everything is looked through until the time for a search is over.
pub(super) fn vain_search() -> Question {
    Question::Path("/api/requests?limit=100&q=nobodyeverwrotethis".into())
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let Some(relayscope) = bench.relayscope() else {
        return Ok(Vec::new());
    };
    let layout = Layout::split(&bench.processors);
    let history = bench.history(&relayscope)?;
    let server = history.start(&relayscope, DAYS + 1, &layout)?;
    if let Some(process) = &server.process {
        process.settle_within(REST);
    }
    let mut rows = vec![row(
        "start to first request served",
        [server.served_after.as_secs_f64() * 1000.0],
        Goal::NONE,
    )];
    for (title, question, goal) in questions() {
        let ask = |count| {
            let asking = Asking {
                address: server.address,
                question: question.clone(),
                times: Times::Count(count),
            };
            worker::ask(&asking, &layout.client)
        };
        let answers = ask(CALLS * bench.options.rounds() + 1)?.milliseconds;
        let Some((first, others)) = answers.split_first() else {
            continue;
        };
        let slowest = others.iter().copied().fold(0.0, f64::max);
        rows.push(row(&format!("{title}, first time"), [*first], goal));
        rows.push(row(&format!("{title}, p50"), others.iter().copied(), goal));
        rows.push(row(&format!("{title}, slowest"), [slowest], Goal::NONE));
    }
    Ok(rows)
}

/// Everything with the name of its rows and what we want to reach.
fn questions() -> Vec<(&'static str, Question, Goal)> {
    let list = |narrowed: &str| Question::Path(format!("/api/requests?limit=100{narrowed}"));
    let stations = || Question::Path("/api/stations".into());
    vec![
        (
            "live list and figures of today",
            Question::Snapshot,
            FIGURES,
        ),
        ("stations with the week's spend", stations(), FIGURES),
        ("spend by model, all time", spend_by_model(), FIGURES),
        ("first page of the list", list(""), PAGE),
        ("page in the middle", list("&before=500000"), PAGE),
        ("page of one model", list("&model=claude-copied-3"), PAGE),
        ("page of one project", list("&project=project-7"), PAGE),
        ("page of what failed", list("&status=failed"), PAGE),
        (
            "page of a model that nobody asked for",
            list("&model=nobody"),
            PAGE,
        ),
        ("search, found at once", list("&q=tool_7"), Goal::NONE),
        ("search, found nowhere", vain_search(), Goal::NONE),
    ]
}

/// A row of milliseconds; the table shows their median.
fn row(title: &str, figures: impl IntoIterator<Item = f64>, goal: Goal) -> Row {
    Row {
        title: format!("{title}, 1 M exchanges"),
        unit: "ms",
        series: vec![Series {
            contender: RELAYSCOPE,
            rounds: figures.into_iter().collect(),
        }],
        goal,
    }
}
