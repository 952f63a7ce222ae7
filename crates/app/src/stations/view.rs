//! Stations as the doors show them.

use base::{Currency, Measured, Nanos, Timestamp};
use price::Factor;
use station::{Balance, Decimal, Problem, Purse, Scope, State, StationKind, Unit, Window};
use store::sites::{Entry, Sample, Site, Station, StationAccount};

use super::book::{Stations, held};
use super::error::StationError;
use super::figures::{self, BURN_DAYS, DAY, Facts};
use super::kept::{self, KeptBalance, KeptCheckin, KeptDetection, KeptQuery};
use super::{alert, checkin, problem};
use crate::view::{
    AccountView, BalanceView, InterfaceView, KindView, QueryView, StationList, StationTotals,
    StationView, TodayView, WindowView,
};

/// What is known of one site.
pub(super) struct Known {
    pub(super) site: Site,
    pub(super) station: Station,
    pub(super) detection: KeptDetection,
    pub(super) balance: Option<KeptBalance>,
    pub(super) query: Option<KeptQuery>,
    pub(super) checkin: KeptCheckin,
    pub(super) entries: Vec<Entry>,
    pub(super) week: Vec<Sample>,
    pub(super) account: Option<StationAccount>,
}

impl Stations {
    /// All sites as stations.
    pub fn list(&self) -> Result<StationList, StationError> {
        let mut stations = Vec::new();
        for site in self.store().sites()? {
            stations.push(self.view_of(&self.known(site)?)?);
        }
        let mut keys = 0;
        for station in &stations {
            keys += self.store().keys(&station.site)?.len() as u32;
        }
        let due = stations.iter().filter(|it| it.enabled && it.checkin.due);
        Ok(StationList {
            totals: totals(&stations, keys),
            round: self.round_view(),
            auto_query: self.auto_query_view(),
            checkins_due: due.count() as u32,
            cny_per_usd: self.cny_per_usd(),
            stations,
        })
    }

    /// A site as a station.
    pub fn view(&self, site: &str) -> Result<StationView, StationError> {
        let known = self.known(self.site(site)?)?;
        self.view_of(&known)
    }

    /// Reads what is known of a site.
    pub(super) fn known(&self, site: Site) -> Result<Known, StationError> {
        let station = self.store().station(&site.id)?;
        let week = self.now().plus_micros(-BURN_DAYS * DAY);
        Ok(Known {
            detection: kept::read(&station.detection).unwrap_or_default(),
            balance: station.balance.as_deref().and_then(kept::read),
            query: station.query.as_deref().and_then(kept::read),
            checkin: kept::read(&station.checkin).unwrap_or_default(),
            entries: self.store().ledger(&site.id)?,
            week: self.store().samples(&site.id, week)?,
            account: self.store().account(&site.id)?,
            station,
            site,
        })
    }

    pub(super) fn view_of(&self, known: &Known) -> Result<StationView, StationError> {
        let (site, station, now) = (&known.site, &known.station, self.now());
        let rate = self.cny_per_usd();
        let last = known.week.last();
        let spend = self.week_spend()?.get(&site.name).copied();
        let figures = figures::figures(&Facts {
            now,
            week: &known.week,
            last,
            entries: &known.entries,
            spend: spend.unwrap_or_default(),
            spend_since: self.traffic.oldest()?.unwrap_or(now),
            multiplier: multiplier(site),
            cny_per_usd: rate,
        });
        let balance = self.balance_view(known, rate);
        let kind = kind(known);
        let needs = known.query.as_ref().and_then(|query| match &query.reason {
            Some(reason @ Problem::Needs(_)) => Some(problem::view(reason).code),
            _ => None,
        });
        let alert = alert::view(known, balance.as_ref(), &figures, &self.settings(), now);
        Ok(StationView {
            site: site.id.clone(),
            name: site.name.clone(),
            paid: site.paid,
            enabled: site.enabled,
            last_query: known.query.as_ref().map(query_view),
            querying: held(&self.querying).contains(&site.id),
            next_query: self.next_query(&site.id).map(|at| at.to_string()),
            checkin: checkin::view(known, now),
            account: known.account.as_ref().map(|account| AccountView {
                masked: account.masked.clone(),
                user_id: account.user_id.clone(),
            }),
            needs,
            custom_interface: kept::read::<InterfaceView>(&station.interface)
                .is_some_and(|it| it != InterfaceView::default()),
            recharge_url: recharge_url(known),
            kind,
            balance,
            figures,
            alert,
        })
    }

    /// The last good balance; one entered by hand where it is newer. Its state is that of the last query.
    fn balance_view(&self, known: &Known, rate: f64) -> Option<BalanceView> {
        let by_hand = known.week.iter().rev().find(|it| it.entry.is_some());
        let queried = known.balance.as_ref();
        if let Some(by_hand) = by_hand
            && queried.is_none_or(|kept| kept.at < by_hand.at)
        {
            return Some(manual(by_hand, rate));
        }
        let mut view = balance(&queried?.balance, queried?.at, rate);
        if let Some(query) = known.query.as_ref().filter(|query| !query.ok) {
            view.state = state(query.state).to_owned();
        }
        Some(view)
    }
}

/// The site's multiplier; what is stored was checked.
pub(super) fn multiplier(site: &Site) -> Factor {
    site.multiplier.parse().unwrap_or(Factor::ONE)
}

/// A page of the station's own software, on its origin.
pub(super) fn page(known: &Known, path: Option<&str>) -> Option<String> {
    let path = path?;
    let address = station::Address::parse(&known.site.base_url)?;
    let panel = known.detection.known.panel.as_deref();
    let origin = panel.map_or(address.origin.as_str(), |panel| panel.trim_end_matches('/'));
    Some(format!("{origin}{path}"))
}

fn recharge_url(known: &Known) -> Option<String> {
    let own = known.station.recharge_url.clone();
    own.or_else(|| page(known, station::pages(kind_of(known)).recharge))
}

/// The kind that counts: the user's, else the detected one.
pub(super) fn kind_of(known: &Known) -> StationKind {
    let set = known.station.kind_set.as_deref();
    let name = set.or(known.station.kind.as_deref());
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

fn kind(known: &Known) -> KindView {
    let detection = known.detection.detection.as_ref();
    let set = known.station.kind_set.is_some();
    let id = kind_of(known);
    let source = match (set, id) {
        (true, _) => "set",
        (false, StationKind::Unknown) => "unknown",
        (false, _) => "detected",
    };
    KindView {
        id: id.name().to_owned(),
        source: source.to_owned(),
        detected: known.station.kind.clone(),
        version: known.detection.known.version.clone(),
        evidence: detection.and_then(|it| it.by.clone()).into_iter().collect(),
        at: known.detection.at.map(|at| at.to_string()),
        quota_per_usd: known.detection.known.quota_per_usd.map(Decimal::to_f64),
    }
}

fn query_view(query: &KeptQuery) -> QueryView {
    QueryView {
        at: query.at.to_string(),
        ms: query.ms as f64,
        ok: query.ok,
        state: state(query.state).to_owned(),
        error: query
            .reason
            .as_ref()
            .filter(|_| !query.ok)
            .map(problem::view),
        failures: query.failures,
        change_usd: query.change.map(Nanos::to_f64),
        unexplained_usd: query.unexplained.map(Nanos::to_f64),
    }
}

/// A balance as the doors show it.
pub(super) fn balance(balance: &Balance, at: Timestamp, cny_per_usd: f64) -> BalanceView {
    let rate = Decimal::parse(&cny_per_usd.to_string()).unwrap_or(Decimal::whole(1));
    let plain = |amount: Measured<Nanos>| amount.value().map(|nanos| nanos.to_f64());
    let usd = |amount| plain(balance.convert(amount, Currency::Usd, rate));
    let purse_usd = |purse: &Option<Purse>| {
        let purse = purse.as_ref().filter(|purse| !purse.unlimited)?;
        usd(purse.remaining)
    };
    let named = |purse: &Option<Purse>| purse.as_ref()?.name.clone();
    let plan = balance.subscriptions.first();
    let notes: Vec<&Problem> = balance.reason.iter().chain(&balance.notes).collect();
    BalanceView {
        scope: scope(balance.scope).to_owned(),
        state: state(balance.state).to_owned(),
        unlimited: balance.unlimited,
        unit: unit(balance.unit).to_owned(),
        remaining: plain(balance.remaining),
        used: plain(balance.used),
        granted: plain(balance.granted),
        remaining_usd: usd(balance.remaining),
        remaining_cny: plain(balance.convert(balance.remaining, Currency::Cny, rate)),
        used_usd: usd(balance.used),
        granted_usd: usd(balance.granted),
        spendable_usd: usd(balance.spendable),
        remaining_quota: balance.quota.remaining.map(|quota| quota as f64),
        used_quota: balance.quota.used.map(|quota| quota as f64),
        key_remaining_usd: purse_usd(&balance.key),
        account_remaining_usd: purse_usd(&balance.account),
        key_name: named(&balance.key),
        plan: plan.and_then(|plan| plan.name.clone()),
        expires_at: balance.expires_at.map(|at| at.to_string()),
        windows: balance.windows.iter().map(window).collect(),
        reason: notes.first().map(|first| problem::view(first).code),
        notes: notes.into_iter().map(problem::view).collect(),
        today: balance.today.as_ref().map(|today| TodayView {
            requests: today.requests.map(|count| count as f64),
            tokens: today.tokens.map(|count| count as f64),
            cost_usd: today.charged.and_then(|it| usd(Measured::Exact(it))),
        }),
        multiplier: balance.multiplier.map(Decimal::to_f64),
        source: balance.source.clone(),
        at: at.to_string(),
    }
}

fn window(window: &Window) -> WindowView {
    let plain = |amount: &Measured<Nanos>| amount.value().map(|nanos| nanos.to_f64());
    WindowView {
        window: window.window.clone(),
        limit: plain(&window.limit),
        used: plain(&window.used),
        remaining: plain(&window.remaining),
        resets_at: window.resets_at.map(|at| at.to_string()),
    }
}

/// A balance that was entered by hand.
fn manual(sample: &Sample, cny_per_usd: f64) -> BalanceView {
    let usd = sample.usd.map(Nanos::to_f64);
    BalanceView {
        scope: scope(Scope::Account).to_owned(),
        state: state(State::Active).to_owned(),
        unlimited: false,
        unit: unit(Unit::Usd).to_owned(),
        remaining: usd,
        used: None,
        granted: None,
        remaining_usd: usd,
        remaining_cny: usd.map(|usd| usd * cny_per_usd),
        used_usd: None,
        granted_usd: None,
        spendable_usd: usd,
        remaining_quota: None,
        used_quota: None,
        key_remaining_usd: None,
        account_remaining_usd: usd,
        key_name: None,
        plan: None,
        expires_at: None,
        windows: Vec::new(),
        reason: None,
        notes: Vec::new(),
        today: None,
        multiplier: None,
        source: "manual".to_owned(),
        at: sample.at.to_string(),
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Key => "key",
        Scope::Account => "account",
        Scope::Subscription => "subscription",
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Exhausted => "exhausted",
        State::Expired => "expired",
        State::Disabled => "disabled",
        State::Invalid => "invalid",
        State::Unreachable => "unreachable",
        State::Unsupported => "unsupported",
        State::Unknown => "unknown",
    }
}

/// `USD|CNY|quota`.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Usd => "USD",
        Unit::Cny => "CNY",
        Unit::Quota => "quota",
    }
}

fn totals(stations: &[StationView], keys: u32) -> StationTotals {
    let sum = |of: fn(&StationView) -> Option<f64>| {
        let known: Vec<f64> = stations.iter().filter_map(of).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>())
    };
    let remaining = |it: &StationView| {
        let balance = it.balance.as_ref().filter(|it| !it.unlimited)?;
        balance.remaining_usd
    };
    let first = stations
        .iter()
        .filter_map(|it| Some((it, it.figures.days_left?)))
        .min_by(|one, other| one.1.total_cmp(&other.1));
    let counted = stations.iter().filter(|it| remaining(it).is_some());
    let oldest = counted.filter_map(|it| Some(it.balance.as_ref()?.at.clone()));
    StationTotals {
        sites: stations.len() as u32,
        keys,
        remaining_usd: sum(remaining),
        remaining_known: stations.iter().filter_map(remaining).count() as u32,
        recharged_usd: sum(|it| it.figures.recharged_usd),
        paid_cny: sum(|it| it.figures.paid_cny),
        consumed_usd: sum(|it| it.figures.consumed_usd),
        burn_usd_per_day: sum(|it| it.figures.burn_usd_per_day),
        first_empty: first.map(|(it, _)| it.name.clone()),
        first_empty_days: first.map(|(_, days)| days),
        oldest_at: oldest.min(),
    }
}
