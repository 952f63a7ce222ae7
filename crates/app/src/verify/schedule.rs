//! Tests that are made again by themselves.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use tokio_util::sync::CancellationToken;

use super::start::Begun;
use crate::app::App;
use crate::view::{VerifyAsk, VerifyRun};

/// How often the calendar is looked at.
const LOOK: Duration = Duration::from_secs(600);

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Tests sites anew when the last test is older than the setting says, until the end. Then tests under way
/// are cancelled and what they found is kept.
pub(crate) async fn run(app: Arc<App>, end: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => look(&app),
            () = end.cancelled() => break,
        }
    }
    app.tester()
        .active()
        .iter()
        .for_each(|it| it.cancelled.cancel());
}

fn look(app: &Arc<App>) {
    let days = i64::from(app.settings().verify.retest_days);
    if days == 0 {
        return;
    }
    let runs = match app.tester().runs(None) {
        Ok(runs) => runs,
        Err(error) => return tracing::warn!(%error, "the tests cannot be read"),
    };
    for run in due(&runs, app.clock().now(), days * DAY) {
        let ask = VerifyAsk {
            model: run.model.clone(),
            depth: Some(run.depth),
            max_cost_usd: run.max_cost_usd,
            ..VerifyAsk::default()
        };
        if let Err(error) = app.begin_test(&run.site_id, &ask, Begun::ByClock) {
            tracing::warn!(site = run.site, %error, "a site could not be tested again");
        }
    }
}

/// The newest test of every site that is older than that. `runs` are newest first.
fn due(runs: &[VerifyRun], now: Timestamp, age: i64) -> Vec<&VerifyRun> {
    let mut newest: Vec<&VerifyRun> = Vec::new();
    for run in runs {
        if !newest.iter().any(|known| known.site_id == run.site_id) {
            newest.push(run);
        }
    }
    let is_old = |run: &&VerifyRun| {
        let ended = run.ended.as_deref().and_then(Timestamp::parse);
        run.state != "running" && ended.is_some_and(|ended| now.0 - ended.0 >= age)
    };
    newest.into_iter().filter(is_old).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(site: &str, state: &str, ended: Option<&str>) -> VerifyRun {
        let json = serde_json::json!({
            "id": "test_1", "site_id": site, "site": site, "model": "m", "depth": "quick",
            "state": state, "error": null, "started": "2026-11-01T00:00:00Z", "ended": ended,
            "verdict": null, "confidence": null, "channel": null, "served": null, "cost_usd": null,
            "max_cost_usd": 0.5, "requests": 0, "stopped": null, "key": null,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn only_the_newest_test_of_a_site_says_whether_it_is_time() {
        let now = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        let runs = [
            run("a", "done", Some("2026-11-19T00:00:00Z")),
            run("a", "done", Some("2026-11-01T00:00:00Z")),
            run("b", "done", Some("2026-11-10T00:00:00Z")),
            run("c", "running", None),
            run("c", "done", Some("2026-11-01T00:00:00Z")),
        ];
        let due: Vec<&str> = due(&runs, now, 7 * DAY)
            .iter()
            .map(|it| &it.site_id[..])
            .collect();
        assert_eq!(due, ["b"]);
    }
}
