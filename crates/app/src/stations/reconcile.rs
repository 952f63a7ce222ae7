//! A station's log beside our own exchanges.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Nanos, Timestamp};
use station::reconcile::{
    Frame, OurCall, OurOutcome, Reconciliation, WhyNotCharged, WhyNotOurs, plain_model, reconcile,
};
use station::{Decimal, Grain, LogPage, LogQuery, LogRow, Problem};
use store::Exchange;
use store::sites::Site;

use super::book::Stations;
use super::change::times;
use super::error::StationError;
use super::logs::{Money, row_view};
use super::problem;
use super::view::multiplier;
use crate::view::{ModelFactor, NotCharged, ReconciliationView, StationLogRow};

/// Rows of a page of the log.
const PAGE: u64 = 1_000;

/// Pages that are read: beyond it the newest rows are compared, and that is said.
const MOST_PAGES: u64 = 10;

/// Exchanges that are compared.
const MOST_EXCHANGES: usize = 20_000;

/// Leftovers that are told one by one.
const MOST_LEFT: usize = 200;

/// Calls may last so long: our exchanges are looked for from that much earlier on.
const LONGEST_CALL: i64 = 3_600_000_000;

/// Rows tell whole seconds, and are written a moment after the end, µs.
const ROUNDED: i64 = 2_000_000;

/// What was read of a log.
struct Log {
    page: LogPage,
    rows: Vec<LogRow>,
    read_at: Timestamp,
    /// The log is complete from here on.
    from: Timestamp,
    cut: bool,
}

impl Stations {
    /// Compares a station's log with our exchanges of the last hours.
    pub async fn reconciliation(
        self: &Arc<Self>,
        site: &str,
        hours: u32,
    ) -> Result<ReconciliationView, StationError> {
        let name = site.to_owned();
        let site = self.blocking(move |it| it.site(&name)).await?;
        let since = self.hours_ago(hours);
        self.recorder.settle().await;
        match self.whole_log(&site, since).await? {
            Ok(log) => self.blocking(move |it| it.beside(&site, since, log)).await,
            Err(problem) => Ok(nothing(&site.name, &problem)),
        }
    }

    /// Reads all pages of a log from a moment on.
    async fn whole_log(
        self: &Arc<Self>,
        site: &Site,
        since: Timestamp,
    ) -> Result<Result<Log, Problem>, StationError> {
        let mut rows = Vec::new();
        let mut number = 1;
        loop {
            let query = LogQuery {
                page: number,
                size: PAGE,
                from: Some(since),
                may_use_url_key: self.settings().stations.log_auth == "url_key",
                ..LogQuery::default()
            };
            let (page, read_at) = match self.read_logs(&site.id, &query).await? {
                Ok(found) => found,
                Err(problem) if number == 1 => return Ok(Err(problem)),
                // What was read so far is the newest part.
                Err(_) => (LogPage::default(), self.now()),
            };
            rows.extend(page.rows.iter().cloned());
            let is_over = !page.more || page.rows.is_empty();
            if is_over || number == MOST_PAGES {
                let limited = |note: &Problem| matches!(note, Problem::NewestRowsOnly { .. });
                let cut = page.more || page.notes.iter().any(limited);
                let oldest = rows.iter().filter_map(|row| row.time).min();
                let from = oldest.filter(|_| cut).unwrap_or(since);
                return Ok(Ok(Log {
                    page,
                    rows,
                    read_at,
                    from: from.max(since),
                    cut,
                }));
            }
            number += 1;
        }
    }

    fn beside(
        &self,
        site: &Site,
        since: Timestamp,
        log: Log,
    ) -> Result<ReconciliationView, StationError> {
        let mut notes: Vec<String> = Vec::new();
        if log.page.grain != Grain::Calls {
            notes.push("sums_only".to_owned());
            return Ok(empty(&site.name, notes));
        }
        if log.cut {
            notes.push("log_cut".to_owned());
        }
        let (ours, frame) = self.our_side(site, since, &log)?;
        if ours.len() >= MOST_EXCHANGES {
            notes.push("many_exchanges".to_owned());
        }
        let found = reconcile(&log.rows, &ours, &frame);
        Ok(self.told_beside(site, &log, &ours, found, &frame, notes))
    }

    /// Our exchange behind each row of a page, with what it should have cost, by the row's identity.
    pub(super) fn partners(
        &self,
        site: &Site,
        page: &LogPage,
        read_at: Timestamp,
    ) -> Result<HashMap<String, (String, Option<Nanos>)>, StationError> {
        let times = || page.rows.iter().filter_map(|row| row.time);
        let Some(from) = times().min().filter(|_| page.grain == Grain::Calls) else {
            return Ok(HashMap::new());
        };
        let log = Log {
            page: page.clone(),
            rows: page.rows.clone(),
            read_at,
            from,
            cut: page.more,
        };
        let (ours, frame) = self.our_side(site, from, &log)?;
        let found = reconcile(&log.rows, &ours, &frame);
        let pairs = found.pairs.into_iter();
        Ok(pairs
            .map(|pair| (pair.row, (pair.call, pair.expected_usd)))
            .collect())
    }

    fn our_side(
        &self,
        site: &Site,
        since: Timestamp,
        log: &Log,
    ) -> Result<(Vec<OurCall>, Frame), StationError> {
        let from = since.plus_micros(-LONGEST_CALL);
        let kept = self.traffic.oldest()?.unwrap_or(log.read_at);
        let exchanges = self
            .traffic
            .of_site(&site.name, from, log.read_at, MOST_EXCHANGES)?;
        let factor = multiplier(site);
        let ours = exchanges
            .iter()
            .map(|exchange| call(exchange, factor))
            .collect();
        let rate = self.cny_per_usd().to_string();
        let frame = Frame {
            // Rows tell whole seconds, rounded down.
            ours_from: kept.plus_micros(-ROUNDED).max(since),
            ours_to: log.read_at,
            rows_from: log.from,
            rows_to: log.read_at,
            key_names: Vec::new(),
            known: log.page.known.clone(),
            cny_per_usd: Decimal::parse(&rate).unwrap_or(Decimal::whole(1)),
        };
        Ok((ours, frame))
    }

    fn told_beside(
        &self,
        site: &Site,
        log: &Log,
        ours: &[OurCall],
        found: Reconciliation,
        frame: &Frame,
        mut notes: Vec<String>,
    ) -> ReconciliationView {
        let money = Money::of(&log.page, self.cny_per_usd());
        let by_identity: HashMap<&str, &LogRow> = log
            .rows
            .iter()
            .map(|row| (row.identity.as_str(), row))
            .collect();
        let row = |identity: &str| by_identity.get(identity).map(|row| row_view(row, &money));
        let not_ours = found
            .rows_left
            .iter()
            .filter(|left| left.why == WhyNotOurs::NoCall);
        let charges: Vec<StationLogRow> = not_ours
            .filter_map(|left| row(&left.row))
            .take(MOST_LEFT)
            .collect();
        let uncharged = found
            .calls_left
            .iter()
            .filter(|left| left.why == WhyNotCharged::NoRow);
        let sum: i128 = uncharged
            .clone()
            .filter_map(|left| left.expected_usd)
            .map(|nanos| i128::from(nanos.0))
            .sum();
        let not_charged: Vec<NotCharged> = uncharged
            .take(MOST_LEFT)
            .map(|left| NotCharged {
                id: left.call.clone(),
                time: left.at.to_string(),
                model: left.model.clone(),
                cost_usd: left.expected_usd.map(Nanos::to_f64),
            })
            .collect();
        let count = |why: WhyNotCharged| found.calls_left_by.get(&why).copied().unwrap_or(0);
        let ambiguous = count(WhyNotCharged::Ambiguous);
        for (why, note) in [
            (WhyNotCharged::Running, "some_running"),
            (WhyNotCharged::BeforeTheirLog, "before_their_log"),
            (WhyNotCharged::AfterTheirLog, "after_their_log"),
            (WhyNotCharged::Failed, "some_failed"),
        ] {
            if count(why) > 0 {
                notes.push(note.to_owned());
            }
        }
        for (why, note) in [
            (WhyNotOurs::BeforeOurRecord, "before_our_record"),
            (WhyNotOurs::AfterOurRecord, "after_our_record"),
            (WhyNotOurs::OtherKey, "other_key"),
            (WhyNotOurs::NotComparable, "not_comparable"),
        ] {
            if found.rows_left_by.get(&why).is_some_and(|count| *count > 0) {
                notes.push(note.to_owned());
            }
        }
        if ours.is_empty() {
            notes.push("no_exchanges".to_owned());
        }
        if log.rows.is_empty() {
            notes.push("no_rows".to_owned());
        }
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        ReconciliationView {
            site: site.name.clone(),
            from: Some(frame.ours_from.max(frame.rows_from).to_string()),
            to: Some(frame.ours_to.min(frame.rows_to).to_string()),
            matched: small(found.pairs.len() as u64),
            charges_not_ours_usd: found.unexplained_usd.map(Nanos::to_f64),
            charges_not_ours: charges,
            not_charged,
            not_charged_usd: super::change::usd(sum),
            models: found
                .models
                .iter()
                .map(|bill| ModelFactor {
                    model: bill.model.clone(),
                    matched: small(bill.calls),
                    too_high: small(bill.too_high),
                    billed_usd: bill.billed_usd.to_f64(),
                    expected_usd: bill.expected_usd.to_f64(),
                    factor: bill.factor,
                    token_factor: token_factor(&bill.model, &found, ours),
                })
                .collect(),
            factor: found.all.factor,
            ambiguous: small(ambiguous),
            notes,
        }
    }
}

/// Tokens that the station billed over those that we saw, over the pairs of a model.
fn token_factor(model: &str, found: &Reconciliation, ours: &[OurCall]) -> Option<f64> {
    let of_model = found
        .pairs
        .iter()
        .filter(|pair| plain_model(&pair.model) == model);
    let (mut seen, mut more) = (0_u64, 0_i64);
    for pair in of_model {
        let Some(call) = ours.iter().find(|call| call.id == pair.call) else {
            continue;
        };
        let known = call.prompt_tokens.zip(call.completion_tokens);
        let differ = pair.more_prompt_tokens.zip(pair.more_completion_tokens);
        if let (Some((prompt, output)), Some((prompt_more, output_more))) = (known, differ) {
            seen += prompt + output;
            more += prompt_more + output_more;
        }
    }
    (seen > 0).then(|| (seen as f64 + more as f64) / seen as f64)
}

/// An exchange as the comparison wants it.
fn call(exchange: &Exchange, factor: price::Factor) -> OurCall {
    let usage = &exchange.usage;
    let known = exchange.usage_basis != base::UsageBasis::Unknown;
    let writes = usage.cache_write_5m + usage.cache_write_1h;
    let prompt = usage.input + usage.cache_read + writes;
    let ended = exchange.duration_us.unwrap_or(0);
    let outcome = match &exchange.outcome[..] {
        "running" => OurOutcome::Running,
        "done" | "cut" | "client_left" => OurOutcome::Answered,
        _ => OurOutcome::Failed,
    };
    // The cost that is kept holds the multiplier already; where it makes a difference the list price is
    // kept beside it.
    let list = exchange.list_usd.or(exchange.cost_usd);
    let expected = list.map(|list| times(i128::from(list.0), factor));
    OurCall {
        id: exchange.id.clone(),
        ended_at: exchange
            .started_at
            .plus_micros(i64::try_from(ended).unwrap_or(i64::MAX)),
        models: [&exchange.model, &exchange.model_served]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        prompt_tokens: known.then_some(prompt),
        cache_read_tokens: (known && usage.cache_known).then_some(usage.cache_read),
        completion_tokens: known.then_some(usage.output),
        expected_usd: expected
            .and_then(|nanos| i64::try_from(nanos).ok())
            .map(Nanos),
        request_id: None,
        key_name: None,
        outcome,
    }
}

fn nothing(site: &str, why: &Problem) -> ReconciliationView {
    empty(site, vec![problem::view(why).code])
}

fn empty(site: &str, notes: Vec<String>) -> ReconciliationView {
    ReconciliationView {
        site: site.to_owned(),
        from: None,
        to: None,
        matched: 0,
        charges_not_ours: Vec::new(),
        charges_not_ours_usd: None,
        not_charged: Vec::new(),
        not_charged_usd: 0.0,
        models: Vec::new(),
        factor: None,
        ambiguous: 0,
        notes,
    }
}
