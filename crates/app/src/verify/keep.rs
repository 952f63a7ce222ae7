//! What a test found is kept, and a change against the last one is told.

use std::sync::Arc;

use ::verify::{Comparison, Report};
use store::sites::NewVerifyRun;

use super::tester::Active;
use crate::app::App;
use crate::view::{ErrorView, VerifyRun};

/// Tests that are kept for each site.
const MOST: u32 = 100;

/// Keeps a report and takes the test from those that run.
pub(super) async fn finished(app: &Arc<App>, active: &Arc<Active>, report: Report) {
    let run = summary(active.run.clone(), &report);
    let kept = {
        let (app, run) = (app.clone(), run.clone());
        let report = report.clone();
        tokio::task::spawn_blocking(move || keep(&app, &run, &report)).await
    };
    match kept {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(error, "a test could not be kept"),
        Err(error) => tracing::error!(%error, "a test could not be kept"),
    }
    if let Some(before) = before(app, &run) {
        tell_change(app, &run, &Comparison::of(&before, &report));
    }
    app.tester().active().retain(|it| it.run.id != run.id);
    app.live().sites_changed();
}

fn summary(run: VerifyRun, report: &Report) -> VerifyRun {
    VerifyRun {
        state: "done".to_owned(),
        ended: Some(report.ended.to_jiff().to_string()),
        verdict: Some(report.verdict),
        confidence: Some(report.confidence),
        channel: Some(report.channel.best.clone()),
        served: report.model.served.clone(),
        cost_usd: report.cost.usd,
        requests: u32::try_from(report.cost.requests).unwrap_or(u32::MAX),
        stopped: report.stopped,
        ..run
    }
}

fn keep(app: &App, run: &VerifyRun, report: &Report) -> Result<(), String> {
    let text = |error: serde_json::Error| error.to_string();
    let new = NewVerifyRun {
        id: run.id.clone(),
        site_id: run.site_id.clone(),
        model: run.model.clone(),
        started: report.started,
        summary: serde_json::to_string(run).map_err(text)?,
        report: serde_json::to_string(report).map_err(text)?,
    };
    let kept = app.sites().store().add_verify_run(&new, MOST);
    kept.map_err(|error| error.to_string())
}

/// The report of the test before, of the same site and model. Tests that were ended early say too little.
fn before(app: &App, run: &VerifyRun) -> Option<Report> {
    let runs = app.tester().runs(Some(&run.site_id)).ok()?;
    let earlier = runs.into_iter().find(|it| {
        it.id != run.id && it.model == run.model && it.state == "done" && it.stopped.is_none()
    })?;
    app.tester().report(&earlier.id).ok()
}

/// A site that has become another is worth an interruption.
fn tell_change(app: &App, run: &VerifyRun, comparison: &Comparison) {
    if !comparison.is_alarming || run.stopped.is_some() {
        return;
    }
    let params = vec![
        ("site".to_owned(), run.site.clone()),
        ("model".to_owned(), run.model.clone()),
    ];
    app.notice(&ErrorView {
        code: "test_changed".to_owned(),
        params,
        message: None,
    });
}
