//! A station's own log, with what each line should have cost.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Currency, Measured, Nanos, Timestamp, Usage, UsageBasis};
use station::{
    Breakdown, Decimal, Grain, Heard, LogPage, LogQuery, LogRow, Problem, RowType, converse,
};

use super::book::{Stations, held};
use super::change::{times, usd};
use super::error::StationError;
use super::target::Purpose;
use super::view::{multiplier, unit};
use super::{csv, problem};
use crate::view::{ErrorView, StationLogRow, StationLogTotals, StationLogs};

/// Longest conversation for one page.
const PATIENCE: Duration = Duration::from_secs(120);

/// A page that was read stays for so long: turning back to it is free, and New-API gives 20 calls in 20
/// minutes.
const HOLDS: Duration = Duration::from_secs(60);

/// Pages that are held.
const MOST_PAGES: usize = 32;

/// Rows of one page of a table that is saved.
const CSV_PAGE: u32 = 1_000;

/// Pages of a table that is saved: a hundred thousand rows.
const CSV_PAGES: u32 = 100;

/// A bill that is off by more than this counts, as a share.
const OFF: f64 = 0.02;

/// What is asked of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogsAsked {
    /// Page, from 1.
    pub page: u32,
    /// Rows per page; `None`: the setting.
    pub size: Option<u32>,
    /// Model, or a part of its name.
    pub model: Option<String>,
    /// Type, as it is named in the rows.
    pub row_type: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// A page that was read.
pub(super) struct Held {
    at: Instant,
    read_at: Timestamp,
    page: LogPage,
}

/// Pages by site and question.
pub(super) type HeldPages = HashMap<(String, String), Held>;

impl Stations {
    /// A page of a station's log.
    pub async fn logs(
        self: &Arc<Self>,
        site: &str,
        asked: &LogsAsked,
    ) -> Result<StationLogs, StationError> {
        let settings = self.settings();
        let size = asked.size.unwrap_or(settings.stations.logs_page_size);
        let query = LogQuery {
            page: u64::from(asked.page.max(1)),
            size: u64::from(size.clamp(1, 1_000)),
            from: asked.since,
            to: asked.until,
            model: asked.model.clone().filter(|model| !model.is_empty()),
            row_type: row_type(asked.row_type.as_deref())?,
            may_use_url_key: settings.stations.log_auth == "url_key",
        };
        let name = site.to_owned();
        let site = self.blocking(move |it| it.site(&name)).await?;
        let (page, read_at) = match self.read_logs(&site.id, &query).await? {
            Ok(found) => found,
            Err(problem) => return Ok(nothing(&site.name, &query, &problem, self.now())),
        };
        self.blocking(move |it| it.told(&site, page, read_at)).await
    }

    /// The log as CSV: all pages.
    pub async fn logs_csv(
        self: &Arc<Self>,
        site: &str,
        asked: &LogsAsked,
    ) -> Result<String, StationError> {
        let mut rows = Vec::new();
        for number in 1..=CSV_PAGES {
            let asked = LogsAsked {
                page: number,
                size: Some(CSV_PAGE),
                ..asked.clone()
            };
            let page = self.logs(site, &asked).await?;
            if let (true, Some(reason)) = (number == 1, page.notes.first())
                && page.rows.is_empty()
                && page.reason.is_some()
            {
                let reason = reason.message.clone().unwrap_or(reason.code.clone());
                tracing::info!(site = page.site, reason, "the log could not be read");
            }
            let is_last = !page.more || page.rows.is_empty();
            rows.extend(page.rows);
            if is_last {
                break;
            }
        }
        Ok(csv::logs(&rows))
    }

    /// Reads a page, or takes the one that was read a moment ago.
    pub(super) async fn read_logs(
        self: &Arc<Self>,
        site: &str,
        query: &LogQuery,
    ) -> Result<Result<(LogPage, Timestamp), Problem>, StationError> {
        let name = (site.to_owned(), format!("{query:?}"));
        if let Some(held) = held(&self.pages)
            .get(&name)
            .filter(|it| it.at.elapsed() < HOLDS)
        {
            return Ok(Ok((held.page.clone(), held.read_at)));
        }
        let id = site.to_owned();
        let prepared = self
            .blocking(move |it| it.prepare(&id, Purpose::Logs, None))
            .await?;
        let line = prepared.line(self);
        let mut heard = Heard::default();
        let target = &prepared.target;
        let next = |heard: &Heard| station::logs(target, query, heard);
        let talk = converse(&line, &target.address, &mut heard, next);
        let page = match tokio::time::timeout(PATIENCE, talk).await {
            Ok(page) => page,
            Err(_) => Err(Problem::NoAnswer(station::CallFailure::Timeout {
                seconds: PATIENCE.as_secs(),
            })),
        };
        let page = match page {
            Ok(page) => page,
            Err(problem) => return Ok(Err(problem)),
        };
        let read_at = self.now();
        let mut pages = held(&self.pages);
        pages.retain(|_, it| it.at.elapsed() < HOLDS);
        if pages.len() >= MOST_PAGES {
            pages.clear();
        }
        let kept = Held {
            at: Instant::now(),
            read_at,
            page: page.clone(),
        };
        pages.insert(name, kept);
        Ok(Ok((page, read_at)))
    }

    /// The page for the doors, each line beside what it should have cost.
    fn told(
        &self,
        site: &store::sites::Site,
        page: LogPage,
        read_at: Timestamp,
    ) -> Result<StationLogs, StationError> {
        let rate = self.cny_per_usd();
        let money = Money::of(&page, rate);
        let partners = self.partners(site, &page, read_at)?;
        let factor = multiplier(site);
        let mut rows: Vec<StationLogRow> = Vec::new();
        for row in &page.rows {
            let mut view = row_view(row, &money);
            if page.grain == Grain::Calls && row.row_type == RowType::Consume {
                let partner = partners.get(&row.identity);
                view.exchange = partner.map(|(id, _)| id.clone());
                let by_price = || {
                    let list = self.priced(row)?;
                    Some((usd(times(i128::from(list.0), factor)), "price"))
                };
                let by_exchange = partner.and_then(|(_, expected)| *expected);
                let by_exchange = by_exchange.map(|cost| (cost.to_f64(), "exchange"));
                if let Some((cost, basis)) = by_exchange.or_else(by_price) {
                    view.expected_usd = Some(cost);
                    view.expected_basis = Some(basis.to_owned());
                    view.off_by = view
                        .cost_usd
                        .filter(|_| cost > 0.0)
                        .map(|billed| billed / cost - 1.0);
                }
            }
            rows.push(view);
        }
        let notes: Vec<ErrorView> = page.notes.iter().map(problem::view).collect();
        let is_cut = |note: &Problem| matches!(note, Problem::NewestRowsOnly { .. });
        let names = |of: fn(&StationLogRow) -> Option<&String>| {
            let names: BTreeSet<String> = rows.iter().filter_map(of).cloned().collect();
            names.into_iter().collect::<Vec<_>>()
        };
        Ok(StationLogs {
            site: site.name.clone(),
            kind: page.kind.name().to_owned(),
            total: page
                .total
                .map(|total| u32::try_from(total).unwrap_or(u32::MAX)),
            page: page.page as u32,
            size: page.size as u32,
            more: page.more,
            totals: totals(&page, &rows, &money),
            aggregate: page.grain != Grain::Calls,
            cut: page.notes.iter().any(is_cut),
            models: names(|row| row.model.as_ref()),
            tokens: names(|row| row.token_name.as_ref()),
            source: page.source.clone(),
            at: read_at.to_string(),
            reason: None,
            notes,
            rows,
        })
    }

    /// The row's tokens at list price.
    fn priced(&self, row: &LogRow) -> Option<Nanos> {
        let model = row.model.as_deref()?;
        let (prompt, output) = (row.prompt_tokens?, row.completion_tokens?);
        let read = row.cache_read_tokens.unwrap_or(0);
        let written = row.cache_write_tokens.unwrap_or(0);
        let usage = Usage {
            input: prompt.saturating_sub(read).saturating_sub(written),
            cache_read: read,
            cache_write_5m: written,
            output,
            cache_known: true,
            ..Usage::default()
        };
        let at = row.time.unwrap_or_else(|| self.now());
        // At list price: the ratio of the row, or the site's multiplier, comes later.
        let exact = UsageBasis::Exact;
        self.pricing.cost(None, Some(model), &usage, exact, at).usd
    }
}

/// How amounts of a page become dollars.
pub(super) struct Money<'a> {
    page: &'a LogPage,
    rate: Decimal,
}

impl<'a> Money<'a> {
    pub(super) fn of(page: &'a LogPage, cny_per_usd: f64) -> Self {
        let rate = Decimal::parse(&cny_per_usd.to_string()).unwrap_or(Decimal::whole(1));
        Self { page, rate }
    }

    /// An amount of a row in dollars.
    pub(super) fn usd(&self, amount: Nanos, from: station::Unit) -> Option<Nanos> {
        let exact = Measured::Exact(amount);
        let known = &self.page.known;
        let usd = station::balance::convert(exact, from, Currency::Usd, known, self.rate);
        usd.value().copied()
    }
}

fn row_type(name: Option<&str>) -> Result<Option<RowType>, StationError> {
    let Some(name) = name.filter(|name| !name.is_empty() && *name != "all") else {
        return Ok(None);
    };
    let read = serde_json::from_value(serde_json::Value::from(name));
    read.map(Some).map_err(|_| StationError::BadMember {
        name: "type",
        expected: "consume, topup, manage, system, error, refund, check-in, test, login or unknown",
    })
}

fn type_name(row_type: RowType) -> String {
    let json = serde_json::to_value(row_type).unwrap_or_default();
    json.as_str().unwrap_or("unknown").to_owned()
}

pub(super) fn row_view(row: &LogRow, money: &Money<'_>) -> StationLogRow {
    let count = |count: Option<u64>| count.map(|count| count as f64);
    let breakdown = row.breakdown.clone().unwrap_or_default();
    StationLogRow {
        time: row.time.map_or(String::new(), |at| at.to_string()),
        kind: type_name(row.row_type),
        model: row.model.clone(),
        token_name: row.token_name.clone(),
        group: row.group.clone(),
        prompt_tokens: count(row.prompt_tokens),
        completion_tokens: count(row.completion_tokens),
        cache_read_tokens: count(row.cache_read_tokens),
        cache_write_tokens: count(row.cache_write_tokens),
        cost: row.cost.map(Nanos::to_f64),
        unit: unit(row.unit).to_owned(),
        cost_usd: row
            .cost
            .and_then(|cost| money.usd(cost, row.unit))
            .map(Nanos::to_f64),
        expected_usd: None,
        expected_basis: None,
        off_by: None,
        duration_s: row.duration_ms.map(|ms| ms as f64 / 1_000.0),
        first_response_ms: count(row.first_response_ms),
        stream: row.stream,
        requests: count(row.requests),
        ratio: ratio(&breakdown),
        ratios: ratios(&breakdown),
        request_id: row.request_id.clone(),
        exchange: None,
        content: row.text.clone().unwrap_or_default(),
    }
}

/// The factor that makes this customer's price of the usual one.
fn ratio(breakdown: &Breakdown) -> Option<f64> {
    let own = breakdown.user_ratio.or(breakdown.group_ratio);
    own.or(breakdown.multiplier).map(Decimal::to_f64)
}

fn ratios(it: &Breakdown) -> Vec<(String, f64)> {
    let decimal = |number: Option<Decimal>| number.map(Decimal::to_f64);
    let amount = |number: Option<Nanos>| number.map(Nanos::to_f64);
    let named = [
        ("model_ratio", decimal(it.model_ratio)),
        ("group_ratio", decimal(it.group_ratio)),
        ("user_ratio", decimal(it.user_ratio)),
        ("completion_ratio", decimal(it.completion_ratio)),
        ("cache_ratio", decimal(it.cache_ratio)),
        ("cache_write_ratio", decimal(it.cache_write_ratio)),
        ("per_call_usd", decimal(it.per_call_usd)),
        ("input_usd_per_million", amount(it.input_usd_per_million)),
        ("output_usd_per_million", amount(it.output_usd_per_million)),
        ("reckoned", amount(it.reckoned)),
        ("listed", amount(it.listed)),
        ("multiplier", decimal(it.multiplier)),
    ];
    let set = named
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    set.collect()
}

fn totals(page: &LogPage, rows: &[StationLogRow], money: &Money<'_>) -> StationLogTotals {
    let sums = &page.totals;
    let count = |count: Option<u64>| count.map(|count| count as f64);
    let refunds = rows.iter().filter(|row| row.kind == "refund");
    let expected: Vec<f64> = rows.iter().filter_map(|row| row.expected_usd).collect();
    let off = |row: &&StationLogRow| row.off_by.is_some_and(|off| off.abs() > OFF);
    StationLogTotals {
        calls: count(sums.calls),
        prompt_tokens: count(sums.prompt_tokens),
        completion_tokens: count(sums.completion_tokens),
        cache_read_tokens: count(sums.cache_read_tokens),
        cost_usd: sums
            .cost
            .and_then(|cost| money.usd(cost, page.unit))
            .map(Nanos::to_f64),
        refunded_usd: refunds.filter_map(|row| row.cost_usd).map(f64::abs).sum(),
        expected_usd: (!expected.is_empty()).then(|| expected.iter().sum()),
        off: rows.iter().filter(off).count() as u32,
    }
}

fn nothing(site: &str, query: &LogQuery, problem: &Problem, now: Timestamp) -> StationLogs {
    let note = problem::view(problem);
    StationLogs {
        site: site.to_owned(),
        kind: String::new(),
        total: None,
        page: query.page as u32,
        size: query.size as u32,
        more: false,
        rows: Vec::new(),
        totals: StationLogTotals::default(),
        aggregate: false,
        cut: false,
        models: Vec::new(),
        tokens: Vec::new(),
        source: String::new(),
        at: now.to_string(),
        reason: Some(note.code.clone()),
        notes: vec![note],
    }
}
