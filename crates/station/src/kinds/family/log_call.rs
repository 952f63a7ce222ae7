//! Pages of the account's log, for users who gave its access token. Each member of the family pages in its
//! own way.

use super::{account, meaning, row, status};
use crate::balance::unit_of;
use crate::call::{Call, percent_encoded};
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::StationKind;
use crate::logs::{LogPage, LogQuery, LogTotals};
use crate::problem::{Need, Problem};
use crate::target::{AccountToken, Target};

/// `GET /api/log/self`.
pub(crate) const SELF: &str = "log-self";
/// `GET /api/log/self/stat`.
pub(crate) const STAT: &str = "log-self-stat";

/// How a member pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// New-API, Veloera: `p` from 1, `page_size` up to 100, items and a total.
    Sized,
    /// One-API: `p` from 0, ten rows, no total.
    Tens,
    /// one-hub, done-hub: `page` from 1, `size` up to 100 and an error above, `total_count`.
    Counted,
}

/// Rows of a page of One-API.
const TEN: u64 = 10;
/// Rows of a page elsewhere at most.
const HUNDRED: u64 = 100;

impl Paging {
    fn size(self, query: &LogQuery) -> u64 {
        match self {
            Self::Tens => TEN,
            Self::Sized | Self::Counted => query.size.clamp(1, HUNDRED),
        }
    }

    fn place(self, query: &LogQuery) -> String {
        let (page, size) = (query.page.max(1), self.size(query));
        match self {
            Self::Sized => format!("p={page}&page_size={size}"),
            Self::Tens => format!("p={}", page - 1),
            Self::Counted => format!("page={page}&size={size}"),
        }
    }

    fn type_parameter(self) -> &'static str {
        match self {
            Self::Counted => "log_type",
            Self::Sized | Self::Tens => "type",
        }
    }
}

/// What is asked next for a page of the account's log, or the page.
pub(crate) fn page(
    kind: StationKind,
    paging: Paging,
    on: &Target,
    query: &LogQuery,
    heard: &Heard,
) -> Step<Result<LogPage, Problem>> {
    let Some(auth) = on.account_auth().filter(|_| on.has(AccountToken::Access)) else {
        return Step::Done(Err(Problem::Needs(Need::AccessToken)));
    };
    if status::is_wanted(on, heard) {
        return Step::ask(status::call());
    }
    let filter = filter(kind, paging, query);
    if !heard.asked(SELF) {
        let path = format!("/api/log/self?{}{filter}", paging.place(query));
        return Step::ask(Call::get(SELF, path).with(auth).large());
    }
    let json = match heard.json(SELF) {
        Some(Ok(json)) => json,
        Some(Err(problem)) => return Step::Done(Err(account::refusal(on, &problem))),
        None => return Step::Done(Err(Problem::UnknownShape)),
    };
    if paging == Paging::Sized && !heard.asked(STAT) {
        let path = format!("/api/log/self/stat?{}", filter.trim_start_matches('&'));
        return Step::ask(Call::get(STAT, path).with(auth));
    }
    Step::Done(read(kind, paging, on, query, heard, &json))
}

fn filter(kind: StationKind, paging: Paging, query: &LogQuery) -> String {
    let mut filter = String::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            filter.push_str(&format!("&{name}={value}"));
        }
    };
    let seconds =
        |time: Option<base::Timestamp>| time.map(|time| time.0.div_euclid(1_000_000).to_string());
    add("start_timestamp", seconds(query.from));
    add("end_timestamp", seconds(query.to));
    add("model_name", query.model.as_deref().map(percent_encoded));
    let code = query.row_type.and_then(|wanted| row::code_of(kind, wanted));
    add(paging.type_parameter(), code.map(|code| code.to_string()));
    filter
}

fn read(
    kind: StationKind,
    paging: Paging,
    on: &Target,
    query: &LogQuery,
    heard: &Heard,
    json: &Json,
) -> Result<LogPage, Problem> {
    let known = status::known(on, heard);
    let unit = unit_of(&known, 0);
    let data = json.get("data");
    let (list, total) = match data {
        Json::List(_) => (data, None),
        Json::Object(_) if data.has("items") => (data.get("items"), data.get("total").count()),
        Json::Object(_) => (data.get("data"), data.get("total_count").count()),
        _ => return Err(meaning(&Problem::UnknownShape)),
    };
    let (rows, left_out) = row::rows(list.items(), kind, &known, unit);
    let size = paging.size(query);
    let page = query.page.max(1);
    let more = match total {
        Some(total) => page.saturating_mul(size) < total,
        None => list.items().len() as u64 >= size,
    };
    let stat = heard.json(STAT).and_then(Result::ok);
    let spent = stat.and_then(|stat| stat.at(&["data", "quota"]).integer());
    let mut notes = Vec::new();
    if left_out > 0 {
        notes.push(Problem::RowsLeftOut { rows: left_out });
    }
    // The page is all there is: then the sums are known, whatever the station sums up.
    let totals = match (page, more) {
        (1, false) => LogTotals::of(rows.iter()),
        _ => LogTotals {
            calls: total,
            cost: spent.and_then(|quota| crate::balance::of_quota(quota, &known, unit)),
            ..LogTotals::default()
        },
    };
    Ok(LogPage {
        kind,
        page,
        size,
        total,
        more,
        rows,
        totals,
        unit,
        notes,
        source: "GET /api/log/self".to_owned(),
        known,
        ..LogPage::default()
    })
}
