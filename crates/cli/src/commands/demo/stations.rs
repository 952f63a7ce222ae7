//! The stations behind the demo's sites: servers, accounts, recharges and 30 days of balances.

use app::App;
use app::stations::PastBalance;
use app::view::EntryInput;
use base::{Clock, Nanos, SystemClock, Timestamp};
use testkit::personas::Persona;
use testkit::stations::{DemoStation, PastDay, Station};

use crate::failure::Failure;

/// Nanos of a dollar in a unit of quota: 500,000 are a dollar.
const NANOS_PER_QUOTA: i64 = Nanos::PER_UNIT / 500_000;
/// The made-up user's number at every station.
const USER: &str = "321";

/// A station that runs.
pub(super) struct Standing {
    described: DemoStation,
    server: Station,
    past: Vec<PastDay>,
    now: Timestamp,
}

/// Starts the station of a site. What a persona sells is sold there.
pub(super) async fn start(
    described: &DemoStation,
    keys: &[String],
    seller: Option<&Persona>,
) -> Result<Standing, Failure> {
    let now = SystemClock.now();
    let state = described.state(keys);
    let past = described.past(&state, now.millis().div_euclid(1_000));
    let server = match seller {
        Some(persona) => Station::start_selling(state, persona.site.clone()).await?,
        None => Station::start_with(state).await?,
    };
    Ok(Standing {
        described: described.clone(),
        server,
        past,
        now,
    })
}

impl Standing {
    /// Where it listens.
    pub(super) fn address(&self) -> String {
        self.server.base_url()
    }

    /// The server; it stops when it is dropped.
    pub(super) fn into_server(self) -> Station {
        self.server
    }

    /// Tells the app what its user would have told: the account, and what was paid.
    pub(super) fn tell(&self, app: &App, site: &str) -> Result<(), Failure> {
        let stations = app.stations();
        if let Some(token) = &self.described.access_token {
            stations.put_account(site, Some(USER), Some(token))?;
        }
        stations.put_past(site, &self.balances())?;
        for recharge in &self.described.recharge {
            let day = self
                .now
                .plus_micros(-recharge.days_ago * 86_400_000_000 - 3_600_000_000);
            let (note, method) = match recharge.note.split_once(", ") {
                Some((method, note)) => (note, method),
                None => (recharge.note.as_str(), ""),
            };
            let entry = EntryInput {
                kind: "recharge".to_owned(),
                date: day.to_string(),
                paid: recharge.paid.clone(),
                currency: recharge.currency.clone(),
                credit_usd: recharge.credit.to_string(),
                method: method.to_owned(),
                note: note.to_owned(),
            };
            stations.add_entry(site, &entry)?;
        }
        Ok(())
    }

    fn balances(&self) -> Vec<PastBalance> {
        let listed = |quota: i64| quota as f64 / self.described.group_ratio;
        let balance = |day: &PastDay| PastBalance {
            // A minute ago: the first query is now.
            at: Timestamp(day.at * 1_000_000 - 60_000_000),
            usd: Nanos(day.left * NANOS_PER_QUOTA),
            cost_usd: Nanos(listed(day.charged) as i64 * NANOS_PER_QUOTA),
            calls: day.calls,
        };
        self.past.iter().map(balance).collect()
    }
}
